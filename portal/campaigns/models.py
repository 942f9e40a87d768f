"""Tables: a wave of invitations and who was in it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.regions.models import Region


class Wave(Base):
    __tablename__ = "waves"

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"), index=True)
    started_at: Mapped[datetime]
    deadline_on: Mapped[date]
    started_by: Mapped[str] = mapped_column(sa.String(80))

    region: Mapped[Region] = relationship()
    members: Mapped[list[WaveMember]] = relationship(back_populates="wave")


class WaveMember(Base):
    __tablename__ = "wave_members"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("waves.id"), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("invitations.id"), primary_key=True, unique=True
    )

    wave: Mapped[Wave] = relationship(back_populates="members")
