"""What is done by itself, and when. Each entry is one call of a subject's action."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from portal.booking.actions.details import follow_address, left_behind
from portal.booking.circumstances import Circumstances
from portal.booking.idempotency import forget_answers
from portal.booking.inbound.acting import handle
from portal.booking.links import running_key
from portal.booking.telling.estimating import estimate_due
from portal.booking.telling.reminding import remind_due
from portal.booking.ticking.deciding import Batch, decide_due
from portal.booking.waiting_list.freed import BY, offer_freed
from portal.campaigns import reminding as campaigns_reminding
from portal.campaigns.actions import Sending
from portal.campaigns.letters.batches import held_in_vain, release_in_vain
from portal.clock import local_date
from portal.customers.changes import Change
from portal.customers.codes import codes_to_write, forget_codes, write_code
from portal.database import db, transaction
from portal.feedback.asking import BY as FEEDBACK
from portal.feedback.asking import ask_everybody
from portal.fieldwork.delays import BY as FIELDWORK
from portal.fieldwork.delays import WARN_LATE, warn_of_delays
from portal.jobs import OFFER_FREED, SEND_MESSAGES, WRITE_CODES, Job, wake
from portal.messages.channels import channels_from
from portal.messages.inbound.imap import MailboxUnavailable, fetch
from portal.messages.inbound.keeping import forget_mails
from portal.messages.inbound.processing import READ_INBOUND, read_new
from portal.messages.keeping import forget_messages
from portal.messages.sender import send_due
from portal.planning.actions import ended_holds, expire_hold, make_days
from portal.regions.models import Branch
from portal.rounds import one_by_one
from portal.settings import current_settings
from portal.site import current_site

SOLVE_SECONDS = 5.0  # a day; a changed day is solved again at the next quarter anyway
IMPORT = "import"  # who changed an address, when nobody said so here
DAYS_AHEAD = 92  # how far the day plans reach: three months

log = structlog.get_logger(__name__)


def write_codes(now: datetime) -> None:
    """Write the codes that were asked for; the sender is woken for each."""

    def write(code_id: int) -> None:
        with transaction() as session:
            write_code(session, code_id, now, site=current_site(), signing_key=running_key())

    one_by_one(codes_to_write(db.session(), now), write)


def send_messages(now: datetime) -> None:
    """Send every message that is due."""
    report = send_due(now, channels_from(current_settings()), current_site())
    if report.sent or report.retried or report.failed:
        log.info("messages", sent=report.sent, retried=report.retried, failed=report.failed)


def fetch_inbound(now: datetime) -> None:
    """Store what arrived in the mailbox, if there is one; the demo has none."""
    settings = current_settings()
    if settings.imap_url is None or settings.demo:
        return
    try:
        fetched = fetch(settings.imap_url.get_secret_value(), now)
    except MailboxUnavailable as fault:
        log.warning("mailbox unavailable", reason=str(fault))
        return
    if fetched.stored:
        log.info("mail stored", number=fetched.stored)
        wake(READ_INBOUND)


def read_inbound(now: datetime) -> None:
    """Read the mail that is stored and not yet read, and act upon it."""
    acting = partial(handle, site=current_site(), signing_key=running_key())
    read = read_new(now, acting)
    if read.done or read.failed:
        log.info("mail read", done=read.done, failed=read.failed)
        wake(SEND_MESSAGES)


def forget_old_codes(now: datetime) -> None:
    """Delete the mailed codes of earlier days."""
    with transaction() as session:
        forget_codes(session, now)


def forget_old_mails(now: datetime) -> None:
    """Delete the mails that came in and were dealt with long ago."""
    with transaction() as session:
        forgotten = forget_mails(session, now)
    if forgotten:
        log.info("mails forgotten", number=forgotten)


def forget_old_messages(now: datetime) -> None:
    """Delete the messages that went out long ago."""
    with transaction() as session:
        forgotten = forget_messages(session, now)
    if forgotten:
        log.info("messages forgotten", number=forgotten)


def end_holds(now: datetime) -> None:
    """Release every hold whose time is over, each by itself: nobody's booking waits for many."""

    def end(stop_id: int) -> bool:
        with transaction() as session:
            return expire_hold(session, stop_id, now)

    expired = sum(one_by_one(ended_holds(db.session(), now), end))
    if expired:
        log.info("holds expired", number=expired)


def follow_addresses(now: datetime) -> None:
    """Let invites follow customers of whom an import says that they have another mail address."""
    change = Change(now, IMPORT, current_site())

    def follow(appointment_id: int) -> bool:
        with transaction() as session:
            return follow_address(session, appointment_id, change)

    followed = sum(one_by_one(left_behind(db.session(), now), follow))
    if followed:
        log.info("invites followed an address", number=followed)


def end_letters_in_vain(now: datetime) -> None:
    """Give back what letters hold for visits that are no longer to be made."""
    freed = release_in_vain(held_in_vain(db.session()))
    if freed:
        log.info("letters in vain", windows=freed)


def offer_freed_windows(now: datetime) -> None:
    """End the offers whose time is over, and offer what came free to whoever waits for it."""
    done = offer_freed(Circumstances(now, BY, current_site()), running_key())
    if done.lapsed or done.ended or done.offered:
        log.info("waiting list", lapsed=done.lapsed, ended=done.ended, offered=done.offered)


def decide_selections(now: datetime) -> None:
    """Confirm one of the ticked windows for everybody whose moment has come."""
    done = decide_due(Batch(now, current_site(), running_key()))
    if done.as_chosen or done.otherwise or done.broken:
        log.info(
            "selections decided",
            as_chosen=len(done.as_chosen),
            otherwise=len(done.otherwise),
            broken=len(done.broken),
            saved_s=done.held_travel_s - done.travel_s,
        )


def solve_days(now: datetime) -> None:
    """Solve the days that changed since they were last solved."""
    from portal.planning.solving import solve_changed_days  # brings the solver's libraries along

    days = solve_changed_days(now, local_date(now), SOLVE_SECONDS)
    saved = sum(day.before_s - day.after_s for day in days if day.published)
    log.info("days solved", number=len(days), saved_s=saved)


def forget_old_answers(now: datetime) -> None:
    """Delete the answers that were kept for repeated forms and that nobody asks for any more."""
    with transaction() as session:
        forget_answers(session, now)


def add_days(now: datetime) -> None:
    """Make the day plans of every branch as far ahead as windows may be opened."""
    today = local_date(now)

    def add(branch_id: int) -> None:
        with transaction() as session:
            branch = session.get_one(Branch, branch_id)
            make_days(session, branch, today, today + timedelta(days=DAYS_AHEAD))

    one_by_one(db.session.scalars(sa.select(Branch.id).order_by(Branch.id)).all(), add)


def warn_of_delay(now: datetime) -> None:
    """Tell the customers of today for whom we come later than promised."""
    warned = warn_of_delays(Circumstances(now, FIELDWORK, current_site()), running_key())
    if warned:
        log.info("customers warned of delay", number=warned)


def remind_to_plan(now: datetime) -> None:
    """Bring invitations to mind that nobody answered, at each customer's hour."""
    sending = Sending(now, campaigns_reminding.BY, current_site(), running_key())
    told, without_choice = campaigns_reminding.remind_silent(sending)
    if told or without_choice:
        log.info("reminded to plan", number=told, without_choice=without_choice)


def remind_of_visits(now: datetime) -> None:
    """Remind of visits that come near."""
    told, unreached = remind_due(now, current_site())
    if told or unreached:
        log.info("reminded of visits", number=told, unreached=unreached)


def tell_estimates(now: datetime) -> None:
    """On the morning of the day, tell between which times we expect to come."""
    told, not_told = estimate_due(now, current_site())
    if told or not_told:
        log.info("estimates told", number=told, not_told=not_told)


def ask_how_it_went(now: datetime) -> None:
    """Ask two questions about the visits of some days ago."""
    asked = ask_everybody(Circumstances(now, FEEDBACK, current_site()), running_key())
    if asked:
        log.info("questions asked", number=asked)


TIMETABLE = (
    Job(WRITE_CODES, write_codes),
    Job(SEND_MESSAGES, send_messages, alone=True, slow=True),
    Job("fetch_inbound", fetch_inbound, alone=True, slow=True),
    Job(READ_INBOUND, read_inbound, alone=True),
    Job("expire_holds", end_holds),
    Job(OFFER_FREED, offer_freed_windows, alone=True),
    Job(WARN_LATE, warn_of_delay, minute="*/3", alone=True),
    Job("remind_to_plan", remind_to_plan, minute="5", alone=True),
    Job("remind_of_visits", remind_of_visits, minute="*/5", alone=True),
    Job("tell_estimates", tell_estimates, minute="*/5", alone=True),
    Job("decide_selections", decide_selections, alone=True),
    Job("solve_changed_days", solve_days, minute="*/15", alone=True, slow=True),
    Job("follow_addresses", follow_addresses, minute="*/15", alone=True),
    Job("end_letters_in_vain", end_letters_in_vain, minute="*/15", alone=True),
    Job("ask_how_it_went", ask_how_it_went, minute="15", hour="7"),
    Job("make_days_ahead", add_days, minute="10", hour="1"),  # 02:10 or 03:10 in the Netherlands
    Job("forget_old_answers", forget_old_answers, minute="30", hour="1"),
    Job("forget_old_codes", forget_old_codes, minute="20", hour="1"),
    Job("forget_old_mails", forget_old_mails, minute="40", hour="1"),
    Job("forget_old_messages", forget_old_messages, minute="50", hour="1"),
)
