"""Demo-only pages: who to be, and the local outbox. Not there at all outside the demo."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security import login_user
from werkzeug.exceptions import NotFound

from portal import clock
from portal.access.guards import Role, public
from portal.access.models import StaffMember
from portal.access.navigation import home_of
from portal.booking.links import running_key
from portal.console.wording import kind_name, message_state
from portal.customers.models import Channel
from portal.database import db
from portal.demo.branch import demo_branch, is_demo_only
from portal.demo.doors import (
    colleagues,
    next_day_with_visits,
    next_holiday,
    undecided,
    with_appointment,
)
from portal.demo.outbox import newest_mails, opened, text_message
from portal.messages.models import Medium, OutboxMessage

bp = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")

ONLY_DEMO = "Demo only: the pages do not exist in a portal with real people."
# The mail's own look and nothing else: no scripts, no pictures from outside, no forms. A click on
# a link leaves the frame.
MAIL_SANDBOX = "allow-top-navigation-by-user-activation"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    f" form-action 'none'; frame-ancestors 'self'; sandbox {MAIL_SANDBOX}"
)


@bp.context_processor
def words() -> dict[str, object]:
    """Give the templates states and kinds in words."""
    return {"kind_name": kind_name, "message_state": message_state}


@bp.before_request
def only_invented_people() -> None:
    """Open these doors only where the demo's branch is the only one there is."""
    if not is_demo_only(db.session()):
        abort(404)


@bp.get("/")
@public(ONLY_DEMO)
def index() -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    today, key = clock.local_date(now), running_key()
    day = next_day_with_visits(session, today)
    dutch = undecided(session, now, key, "nl")
    on_paper = [*undecided(session, now, key, "nl", Channel.LETTER), *dutch[1:]]
    return render_template(
        "demo/index.html",
        first=next(iter(dutch), None),
        by_letter=next(iter(on_paper), None),
        english=next(iter(undecided(session, now, key, "en")), None),
        booked=with_appointment(session, now, key),
        planners=colleagues(session, Role.PLANNER),
        desk=colleagues(session, Role.DESK),
        owners=colleagues(session, Role.ADMINISTRATOR),
        technicians=colleagues(session, Role.TECHNICIAN, day),
        day=day,
        today=today,
        holiday=next_holiday(session, demo_branch(session).id, today),
    )


@bp.get("/as/<role>")
@public(ONLY_DEMO)
def as_role(role: str) -> ResponseReturnValue:
    if role not in {known.value for known in Role}:
        abort(404)
    session = db.session()
    day = next_day_with_visits(session, clock.local_date(clock.now()))
    found = colleagues(session, Role(role), day)
    return render_template("demo/as.html", colleague=found[0]) if found else abort(404)


@bp.post("/become")
@public("Demo only: signs in as an invented colleague; a real account cannot be there.")
def become() -> ResponseReturnValue:
    typed = request.form.get("member", "")
    known = typed.isascii() and typed.isdigit() and len(typed) < 10
    member = db.session.get(StaffMember, int(typed)) if known else None
    if member is None or not member.active:
        abort(404)
    login_user(member)
    return redirect(first_page_of(member), 303)


@bp.get("/outbox")
@public(ONLY_DEMO)
def outbox() -> ResponseReturnValue:
    page = max(1, request.args.get("page", 1, type=int))
    mails, pages = newest_mails(db.session(), page)
    if page > pages:
        abort(404)
    return render_template("demo/outbox.html", mails=mails, page=page, pages=pages)


@bp.get("/outbox/<int:mail_id>")
@public(ONLY_DEMO)
def mail(mail_id: int) -> ResponseReturnValue:
    kept = kept_message(mail_id)
    if kept.medium is Medium.SMS:
        return render_template("demo/text_message.html", kept=kept, sms=text_message(kept))
    return render_template("demo/mail.html", kept=kept, mail=opened(kept.raw), sandbox=MAIL_SANDBOX)


@bp.get("/outbox/<int:mail_id>/html")
@public(ONLY_DEMO)
def mail_html(mail_id: int) -> ResponseReturnValue:
    body = opened(kept_mail(mail_id).raw).html.replace("<head>", '<head><base target="_top">', 1)
    headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(body, mimetype="text/html", headers=headers)


@bp.get("/outbox/<int:mail_id>.eml")
@public(ONLY_DEMO)
def mail_file(mail_id: int) -> ResponseReturnValue:
    headers = {"Content-Disposition": f'attachment; filename="mail-{mail_id}.eml"'}
    return Response(kept_mail(mail_id).raw, mimetype="message/rfc822", headers=headers)


def first_page_of(member: StaffMember) -> str:
    """Return where a colleague begins; a technician on the next day on which there is work."""
    if member.role is not Role.TECHNICIAN:
        return home_of(member.role)
    day = next_day_with_visits(db.session(), clock.local_date(clock.now()))
    return url_for("fieldwork.day", date=day.isoformat() if day else None)


def kept_message(message_id: int) -> OutboxMessage:
    """Return a message of the outbox; raises NotFound."""
    kept = db.session.get(OutboxMessage, message_id) if message_id < 2**31 else None
    if kept is None:
        raise NotFound
    return kept


def kept_mail(mail_id: int) -> OutboxMessage:
    """Return a mail of the outbox; raises NotFound, for a text message too."""
    kept = kept_message(mail_id)
    if kept.medium is not Medium.MAIL:
        raise NotFound
    return kept
