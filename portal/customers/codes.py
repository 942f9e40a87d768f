"""Codes by mail: six digits, ten minutes, ten tries, one browser, one purpose, used once.

Asking does the same whether or not there is an address to send to: it leaves a row. The mail is
made afterwards by a job, so neither the answer nor its time tells who has an address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import local_date
from portal.customers import notices
from portal.customers.models import Customer, MailedCode
from portal.database import after_commit, insert_if_new
from portal.jobs import WRITE_CODES, wake
from portal.messages.outbox import can_be_mailed
from portal.site import Site

DIGITS = 6
LIFETIME = timedelta(minutes=10)
MOST_TRIES = 10
OPEN_FOR = timedelta(minutes=15)  # to fill in a form, after the code was typed
NO_CODE = "-"  # stands where the hash would: there is nowhere to send it to
KEPT_FOR = timedelta(days=1)


class Purpose(Enum):
    """What a code is for; it opens nothing else."""

    DETAILS = "details"  # to the address we know: to see and change name, address, telephone
    NEW_EMAIL = "new_email"  # to the address that is to be: it is read by who gave it


# Nobody may fill a stranger's mailbox through us. The address we know gets more: with three,
# somebody else could keep its owner from changing anything for a day.
MOST_A_DAY = {Purpose.DETAILS: 10, Purpose.NEW_EMAIL: 3}


def ask_code(
    session: Session,
    customer: Customer,
    purpose: Purpose,
    browser: str,
    now: datetime,
    *,
    signing_key: str,
    new_email: str | None = None,
) -> bool:
    """Ask for a code to be mailed; return False when enough went to that place today.

    `browser` is a secret of the asking browser: the code works there only. An older code of the
    same browser and purpose is no longer looked at.
    """
    place = _keyed(signing_key, "place", new_email.lower() if new_email else f"={customer.id}")
    today = local_date(now)
    sent = session.scalar(
        sa.select(sa.func.count()).where(MailedCode.place == place, MailedCode.asked_on == today)
    )
    row = {
        "customer_id": customer.id,
        "purpose": purpose.value,
        "browser_hash": _keyed(signing_key, "browser", browser),
        "new_email": new_email,
        "place": place,
        "asked_on": today,
        "made_at": now,
        "expires_at": now + LIFETIME,
    }
    for number in range((sent or 0) + 1, MOST_A_DAY[purpose] + 1):
        insert = insert_if_new(session, MailedCode).values(**row, number=number)
        if session.execute(insert.returning(MailedCode.id)).first() is not None:
            after_commit(session, WRITE_CODES, partial(wake, WRITE_CODES))
            return True
    return False


def codes_to_write(session: Session, now: datetime) -> Sequence[int]:
    """Return the codes (ids) that somebody waits for; a quick look without a lock."""
    return session.scalars(sa.select(MailedCode.id).where(*_to_write(now))).all()


def write_code(
    session: Session,
    code_id: int,
    now: datetime,
    *,
    site: Site,
    signing_key: str,
    draw: Callable[[int], int] = secrets.randbelow,
) -> bool:
    """Draw a code that was asked for and put its mail in the outbox; return whether there is one.

    Who cannot be mailed gets none. Any number of jobs may do this at once.
    """
    row = session.scalar(
        sa.select(MailedCode)
        .where(MailedCode.id == code_id, *_to_write(now))
        .with_for_update(skip_locked=True, of=MailedCode)
    )
    if row is None:
        return False
    recipient = row.new_email or row.customer.email
    row.code_hash = NO_CODE
    is_mailed = recipient is not None and can_be_mailed(recipient)
    if recipient is not None and is_mailed:
        code = f"{draw(10**DIGITS):0{DIGITS}}"
        row.code_hash = _hash(row, code, signing_key)
        notices.code(session, row, recipient, code, now, site=site)
    session.flush()
    return is_mailed


def try_code(
    session: Session,
    customer: Customer,
    purpose: Purpose,
    browser: str,
    typed: str,
    now: datetime,
    *,
    signing_key: str,
) -> MailedCode | None:
    """Return the code that was typed, now used; None when it is wrong, too old, used or worn out.

    Every try is counted, so commit whatever comes back.
    """
    row = session.scalar(
        sa.select(MailedCode)
        .where(
            MailedCode.customer_id == customer.id,
            MailedCode.purpose == purpose.value,
            MailedCode.browser_hash == _keyed(signing_key, "browser", browser),
        )
        .order_by(MailedCode.id.desc())
        .limit(1)
    )
    code = re.sub(r"\D", "", typed)
    if row is None or not count_try(session, row.id, now):
        return None
    session.refresh(row)
    if not hmac.compare_digest(row.code_hash, _hash(row, code, signing_key)):
        return None
    use = sa.update(MailedCode).where(MailedCode.id == row.id, MailedCode.used_at.is_(None))
    return row if _changed(session, use.values(used_at=now)) else None


def count_try(session: Session, code_id: int, now: datetime) -> bool:
    """Count one more try of a code that still lives; return False when it does not."""
    count = sa.update(MailedCode).where(
        MailedCode.id == code_id,
        MailedCode.tries < MOST_TRIES,
        MailedCode.used_at.is_(None),
        MailedCode.expires_at > now,
        MailedCode.code_hash.not_in(("", NO_CODE)),
    )
    return bool(_changed(session, count.values(tries=MailedCode.tries + 1)))


def is_open(session: Session, customer: Customer, code_id: int | None, now: datetime) -> bool:
    """Return whether a code that was typed lets the customer's details be seen and changed now."""
    row = session.get(MailedCode, code_id) if code_id is not None else None
    return (
        row is not None
        and row.customer_id == customer.id
        and row.purpose == Purpose.DETAILS.value
        and row.used_at is not None
        and row.used_at <= now < row.used_at + OPEN_FOR
    )


def forget_codes(session: Session, now: datetime) -> int:
    """Delete the codes of earlier days, and the addresses in them; return how many there were."""
    return _changed(
        session, sa.delete(MailedCode).where(MailedCode.asked_on < local_date(now - KEPT_FOR))
    )


def _to_write(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return MailedCode.code_hash == "", MailedCode.expires_at > now


def _changed(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("sa.CursorResult[Any]", done).rowcount


def _hash(row: MailedCode, code: str, signing_key: str) -> str:
    return _keyed(signing_key, "code", f"{row.id}|{row.purpose}|{row.browser_hash}|{code}")


def _keyed(signing_key: str, what: str, value: str) -> str:
    """Return a hash that nobody makes without the portal's key: a million codes are soon tried."""
    return hmac.new(signing_key.encode(), f"{what}|{value}".encode(), hashlib.sha256).hexdigest()
