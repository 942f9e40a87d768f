"""Tables: a wave of invitations and who was in it; letters and the batches they are printed in."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.booking.models import Invitation
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


class LetterBatch(Base):
    """Letters that are printed together: one file of pages, one list for the print house.

    `post_on` is the day on which they have to go for their dates to hold.
    """

    __tablename__ = "letter_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("branches.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(sa.String(80))
    post_on: Mapped[date]
    posted_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]

    letters: Mapped[list[Letter]] = relationship(back_populates="batch", order_by="Letter.id")


class Letter(Base):
    """An invitation on paper, with the windows that are held for it until its deadline.

    `windows` is what is printed, in order: [["2027-03-18", "10:00", "12:00"], …]; it stays when the
    holds have ended. `answer` is what the card that came back says: 1, 2 or 3, or 0 for none.
    """

    __tablename__ = "letters"
    __table_args__ = (
        sa.CheckConstraint("answer BETWEEN 0 AND 3", name="answer_is_on_the_card"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_a_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("invitations.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter_batches.id"), index=True)
    made_at: Mapped[datetime]
    card_by_on: Mapped[date]
    deadline_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answer: Mapped[int | None]
    windows: Mapped[list[list[str]]] = mapped_column(sa.JSON)

    invitation: Mapped[Invitation] = relationship()
    batch: Mapped[LetterBatch | None] = relationship(back_populates="letters")
