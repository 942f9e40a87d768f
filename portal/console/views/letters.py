"""Letters: write a batch, fetch its two files, say that it was posted, take it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor
from portal.access.guards import Role, staff
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.campaigns.actions import Sending
from portal.campaigns.letters.batches import mark_posted, withdraw_batch
from portal.campaigns.letters.files import read_batch
from portal.campaigns.letters.selecting import select_letters
from portal.campaigns.letters.writing import WrittenLetters, write_letters
from portal.clock import local_date
from portal.console.blueprint import bp
from portal.console.letters import letter_desk
from portal.console.queries import chosen_branch
from portal.database import db, transaction
from portal.regions.models import Region
from portal.regions.queries import regions_of_branch
from portal.site import current_site
from portal.texts import plural, text

MOST_AT_ONCE = 40  # a twentieth of a second each and some: a page answers within seconds
FILE = {"Cache-Control": "no-store"}


@bp.get("/staff/letters")
@staff(Role.DESK, Role.PLANNER)
def letters() -> ResponseReturnValue:
    return letters_page()


@bp.post("/staff/letters")
@staff(Role.DESK, Role.PLANNER)
def write_batch() -> ResponseReturnValue:
    typed = request.form.get("number", "")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if not 1 <= wanted <= MOST_AT_ONCE:
        sentence = text("Type a number from 1 to %(most)s.", most=MOST_AT_ONCE)
        return letters_page({"number": sentence}, 422)
    branch_id = chosen_branch(db.session(), None).id
    written = written_in(branch_id, wanted)
    if written.letters:
        told = plural("%(num)s letter is written.", "%(num)s letters are written.", written.letters)
        flash(f"{told} {text('Their times are held. Fetch the files and print them.')}", "success")
    else:
        flash(text("No letter could be written: there is a school holiday, no room, or nobody."))
    return redirect(url_for("console.letters"), 303)


@bp.get("/staff/letters/<int:batch_id>/letters.pdf")
@staff(Role.DESK, Role.PLANNER)
def letters_pdf(batch_id: int) -> ResponseReturnValue:
    batch = read_batch(db.session(), batch_id, current_site(), running_key())
    db.session.rollback()  # let go of the database while the pages are drawn
    return batch.pdf(), {**attached(f"letters-{batch_id}.pdf"), "Content-Type": "application/pdf"}


@bp.get("/staff/letters/<int:batch_id>/addresses.csv")
@staff(Role.DESK, Role.PLANNER)
def letters_csv(batch_id: int) -> ResponseReturnValue:
    batch = read_batch(db.session(), batch_id, current_site(), running_key())
    kind = {"Content-Type": "text/csv; charset=utf-8"}
    return batch.csv, {**attached(f"letters-{batch_id}.csv"), **kind}


@bp.post("/staff/letters/<int:batch_id>/posted")
@staff(Role.DESK, Role.PLANNER)
def letters_posted(batch_id: int) -> ResponseReturnValue:
    with transaction() as session:
        mark_posted(session, batch_id, local_date(clock.now()), acting())
    flash(text("Noted: the letters are in the post."), "success")
    return redirect(url_for("console.letters"), 303)


@bp.post("/staff/letters/<int:batch_id>/withdraw")
@staff(Role.DESK, Role.PLANNER)
def withdraw_letters(batch_id: int) -> ResponseReturnValue:
    withdraw_batch(batch_id, acting())
    flash(
        text("The letters are withdrawn. Their times are free, and the customers can be invited."),
        "success",
    )
    return redirect(url_for("console.letters"), 303)


def written_in(branch_id: int, wanted: int) -> WrittenLetters:
    """Write letters region by region into one batch, as many as wanted and possible."""
    done = WrittenLetters()
    for region_id in [region.id for region in regions_of_branch(db.session(), branch_id)]:
        left = wanted - done.letters
        if left <= 0:
            break
        region = db.session.get_one(Region, region_id)
        selection = select_letters(db.session(), region, left, clock.now())
        db.session.rollback()
        sending = Sending(clock.now(), current_actor(), current_site(), running_key())
        part = write_letters(region_id, selection, sending, done.batch_id)
        done = WrittenLetters(part.batch_id, done.letters + part.letters)
    return done


def letters_page(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    """Return the page with who waits for a letter, whom to call, and the batches."""
    session, now = db.session(), clock.now()
    branch = chosen_branch(session, request.args.get("branch"))
    page = render_template(
        "console/letters.html",
        branch=branch,
        desk=letter_desk(session, branch.id, now),
        today=local_date(now),
        most=MOST_AT_ONCE,
        errors=errors or {},
        form=request.form,
    )
    return page, status


def attached(name: str) -> dict[str, str]:
    """Return the headers of a file that a browser keeps under a name, and no cache at all."""
    return {**FILE, "Content-Disposition": f'attachment; filename="{name}"'}


def acting() -> Circumstances:
    """Return when, by which colleague and in whose name something is done."""
    return Circumstances(clock.now(), current_actor(), current_site())
