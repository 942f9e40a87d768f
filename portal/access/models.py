"""Tables: staff with their way to sign in, keys of programs, and the audit trail."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_security import AsaList
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.guards import Role
from portal.database import Base, enum_column

if TYPE_CHECKING:  # Flask-Security's mixin declares plain types where SQLAlchemy needs Mapped ones
    from flask_login import UserMixin
else:
    from flask_security import UserMixin


class StaffMember(UserMixin, Base):
    """Somebody who signs in. One role each; the administrator's includes all others.

    `fs_uniquifier` is what a session remembers: a new one ends all sessions of this person. The
    columns `tf_…` and `mf_…` are Flask-Security's, for the second factor.
    """

    __tablename__ = "staff_members"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_in_small_letters"),
        sa.CheckConstraint("locale IN ('nl', 'en')", name="locale_known"),
        sa.CheckConstraint(
            "role <> 'technician' OR technician_id IS NOT NULL", name="technician_has_a_route"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    locale: Mapped[str] = mapped_column(sa.String(2), default="nl")
    technician_id: Mapped[int | None] = mapped_column(sa.ForeignKey("technicians.id"), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str] = mapped_column(sa.String(255))
    fs_uniquifier: Mapped[str] = mapped_column(
        sa.String(64), unique=True, default=lambda: uuid.uuid4().hex
    )
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))


class ApiKey(Base):
    """A key with which a program of the company asks the API, as a hash; without a branch for all.

    `last_used_at` is noted every few minutes at most.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    branch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("branches.id"), index=True)
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """One thing that somebody did: `actor` "staff:3", `subject` "appointment:17"; never changed."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(sa.String(120))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
