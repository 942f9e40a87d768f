"""The addresses to which answers and bounces come: each carries a token that says whose they are.

A token stands behind the plus sign of our own address: afspraak+TOKEN@company.example. A mail host
that cannot deliver such addresses gets plain ones (TIJDVENSTER_REPLY_TOKENS=no).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.database import insert_if_new
from portal.mail import mail_address
from portal.messages.models import ReplyAddress
from portal.messages.tokens import ALPHABET, TOKEN_LENGTH, token_in
from portal.site import Site

__all__ = ["ALPHABET", "TOKEN_LENGTH", "token_in"]  # asked for here by those who make addresses


def new_token(choice: Callable[[str], str] = secrets.choice) -> str:
    """Return a token that nobody can guess; `choice` draws one sign of an alphabet."""
    return "".join(choice(ALPHABET) for _ in range(TOKEN_LENGTH))


def reply_address(
    session: Session, customer_id: int, email: str, now: datetime, *, site: Site
) -> str:
    """Return the address to which this customer answers, from this mail address of theirs.

    It is made with the first message and stays the same until the customer has another mail
    address: then the former ones are revoked. Call it in the transaction of the message.
    """
    if not site.has_reply_tokens:
        return site.company_email
    email = mail_address(email)
    row = _kept(session, customer_id, email)
    if row is None or row.revoked_at is not None:
        row = _made(session, customer_id, email, now)
    return _with_token(site.company_email, row.token)


def revoke_reply_addresses(
    session: Session, customer_id: int, now: datetime, *, but: str | None = None
) -> int:
    """Let answers to a customer's addresses count no more, `but` for one; return how many."""
    live = sa.update(ReplyAddress).where(
        ReplyAddress.customer_id == customer_id, ReplyAddress.revoked_at.is_(None)
    )
    if but is not None:
        live = live.where(ReplyAddress.email != but)
    revoked = session.execute(live.values(revoked_at=now).returning(ReplyAddress.token))
    return len(revoked.all())


def owner_of(session: Session, address: str) -> ReplyAddress | None:
    """Return whose answers come to an address; None for a plain, unknown or revoked one."""
    row = former_owner_of(session, address)
    return row if row is not None and row.revoked_at is None else None


def former_owner_of(session: Session, address: str) -> ReplyAddress | None:
    """Return whose address this is or was: enough to show a person, not to act upon."""
    token = token_in(address)
    return session.get(ReplyAddress, token) if token else None


def bounce_address(site: Site, token: str | None) -> str:
    """Return the envelope's sender for the message with this bounce token."""
    if token is None or not site.has_reply_tokens:
        return site.company_email
    return _with_token(f"{site.bounce_name}@{site.company_email.rpartition('@')[2]}", token)


def _with_token(address: str, token: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def _kept(session: Session, customer_id: int, email: str) -> ReplyAddress | None:
    wanted = sa.select(ReplyAddress).where(
        ReplyAddress.customer_id == customer_id, ReplyAddress.email == email
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _made(session: Session, customer_id: int, email: str, now: datetime) -> ReplyAddress:
    """Return a new address; two transactions at once end up with the same one.

    A revoked token never counts again: who comes back to an old mail address gets a new token.
    """
    revoke_reply_addresses(session, customer_id, now, but=email)
    session.execute(
        sa.delete(ReplyAddress).where(
            ReplyAddress.customer_id == customer_id,
            ReplyAddress.email == email,
            ReplyAddress.revoked_at.is_not(None),
        )
    )
    session.execute(
        insert_if_new(session, ReplyAddress).values(
            token=new_token(), customer_id=customer_id, email=email, made_at=now
        )
    )
    row = _kept(session, customer_id, email)
    if row is None:
        raise LookupError("the reply address that was just written is not there")
    return row
