"""Table: the secret addresses at which calendars fetch a person's appointments or routes."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, enum_column


class FeedKind(Enum):
    """Whose calendar a feed fills."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    PLANNER = "planner"


class FeedToken(Base):
    """A token as a hash: it opens one person's feed until it is revoked. Exactly one owner."""

    __tablename__ = "feed_tokens"
    __table_args__ = (
        sa.CheckConstraint(
            "(kind = 'customer' AND customer_id IS NOT NULL AND technician_id IS NULL"
            " AND staff_id IS NULL)"
            " OR (kind = 'technician' AND technician_id IS NOT NULL AND customer_id IS NULL"
            " AND staff_id IS NULL)"
            " OR (kind = 'planner' AND staff_id IS NOT NULL AND customer_id IS NULL"
            " AND technician_id IS NULL)",
            name="owner_fits_kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[FeedKind] = mapped_column(enum_column(FeedKind))
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    technician_id: Mapped[int | None] = mapped_column(sa.ForeignKey("technicians.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_members.id"), index=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
