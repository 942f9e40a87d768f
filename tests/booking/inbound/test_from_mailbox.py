"""From the bytes of a mail to what became of the appointment, in the manner of each program."""

from __future__ import annotations

from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.inbound.acting import handle
from portal.booking.inbound.models import AnswerWish
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.customers.models import Customer
from portal.messages.inbound.processing import read_new, store
from portal.messages.models import InboundMessage, InboundState, OutboxMessage, ReplyAddress, Stage
from tests.booking.agenda import NOW, SITE
from tests.booking.inbound.mailbox import KEY, agenda_and_booking, state_of
from tests.messages.inbound.samples import (
    BOUNCE_TOKEN,
    FOLDER,
    REPLY_TOKEN,
    SENT_ID,
    UID,
    reading,
    sample,
)

NO = {
    "exchange_declined": InboundState.DONE,
    "google_declined_with_note": InboundState.FOR_PERSON,
    "zimbra_declined": InboundState.FOR_PERSON,
}
SAID = {
    "apple_icloud_tentative": "tentative",
    "apple_mac_accepted": "accepted",
    "delegated": "delegated",
    "evolution_refresh": "stale",
    "exchange_counter": "countered",
    "google_accepted": "accepted",
    "kde_accepted": "accepted",
    "nextcloud_accepted": "unproven",
    "outlook11_counter_called_reply": "countered",
    "outlook14_tentative": "tentative",
    "party_crasher": "more_attendees",
    "proton_accepted": "accepted",
    "thunderbird_accepted": "accepted",
    "without_method_in_part_or_sequence": "stale",
}
RETURNED = "failed expired known_by"
MACHINES = "away out_of_office vacation autoresponder receipt"


@pytest.fixture
def appointment_id(session: Session) -> int:
    """The appointment that the samples answer, moved once, with the tokens they carry."""
    booked = agenda_and_booking(session)
    customer = session.scalars(sa.select(Customer).filter_by(email=booked.email)).one()
    customer.email = "zoe@example.org"
    session.query(ReplyAddress).update({"token": REPLY_TOKEN, "email": "zoe@example.org"})
    session.query(OutboxMessage).update(
        {"uid": UID, "sequence": 1, "bounce_token": BOUNCE_TOKEN, "message_id": SENT_ID,
         "sent_at": NOW}
    )  # fmt: skip
    session.query(Appointment).update({"uid": UID, "sequence": 1})
    session.commit()
    return booked.appointment_id


def fetched(session: Session, name: str) -> InboundMessage:
    """Return the mail after it was stored and read."""
    message = store(session, sample(name), "test", NOW)
    session.commit()
    acting = partial(handle, site=SITE, signing_key=KEY)
    assert read_new(NOW, acting, reading).done == 1
    session.expire_all()
    return message


def as_before(session: Session) -> None:
    """Undo what one sample noted, so that the next one finds the appointment unanswered."""
    session.query(AnswerWish).delete()
    session.query(OutboxMessage).filter_by(kind="countered").delete()
    session.query(OutboxMessage).update({"stage": Stage.SENT})
    session.query(Appointment).update({"answer": CalendarAnswer.NONE, "answer_stamp": None})
    session.commit()


@pytest.mark.parametrize("name", NO)
def test_a_no_of_each_program_cancels(session: Session, appointment_id: int, name: str) -> None:
    message = fetched(session, name)
    assert (message.state, message.verdict) == (NO[name], "declined")
    found = session.get_one(Appointment, appointment_id)
    assert (found.status, found.sequence) == (AppointmentStatus.CANCELLED, 2)


def test_every_other_mail_gets_the_right_verdict_and_moves_nothing(
    session: Session, appointment_id: int
) -> None:
    seen = {}
    for name in sorted(file.stem for file in FOLDER.glob("*.eml")):
        if name in NO:
            continue
        before = state_of(session)
        seen[name] = fetched(session, name)
        after = state_of(session)
        as_before(session)
        assert after["stops"] == before["stops"], name
        assert [row[:6] for row in after["appointments"]] == [
            row[:6] for row in before["appointments"]
        ], name
    verdicts = {name: message.verdict for name, message in seen.items()}
    assert {name: verdicts[name] for name in SAID} == SAID
    for name in set(seen) - set(SAID):
        assert verdicts[name].partition(":")[0] == expected(name), name
    assert all(message.state is not InboundState.NEW for message in seen.values())


def expected(name: str) -> str:
    if any(word in name for word in RETURNED.split()):
        return "bounced"
    if any(word in name for word in MACHINES.split()):
        return "out_of_office"
    if "delayed" in name:
        return "delayed"
    return "wrote" if name.startswith("person") else "refused"
