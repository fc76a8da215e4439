"""Acts that changed the ground of the diary, and what became of each visit that they hit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clinic.models import Therapist
from practice.core.db import Base, Editable, Identified
from practice.scheduling.models import Appointment

_TO_CALL = text("answer = 'call' AND outcome IS NULL")
_NOT_ENDED = text("ended_at IS NULL")


class GroundAct(Base, Identified):
    """One change of absences, hours, rooms, services or places with all its answers; its uid is the ``act_id``."""

    __tablename__ = "ground_act"
    __table_args__ = (Index(None, "at"),)

    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("therapist.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    therapist: Mapped[Therapist | None] = relationship(lazy="raise_on_sql")


class HitAnswer(Base, Editable):
    """What was decided for one visit: moved, cancelled, kept with a reason, or left to a call.

    ``outcome`` says how the call ended, None while it is to be made; ``tries`` counts calls that nobody answered.
    """

    __tablename__ = "hit_answer"
    __table_args__ = (
        UniqueConstraint("act_id", "appointment_id"),
        Index("ix_hit_answer_to_call", "appointment_id", postgresql_where=_TO_CALL, sqlite_where=_TO_CALL),
    )

    act_id: Mapped[int] = mapped_column(ForeignKey("ground_act.id", ondelete="CASCADE"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    answer: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300), default="")
    outcome: Mapped[str | None] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    act: Mapped[GroundAct] = relationship(lazy="raise_on_sql")
    appointment: Mapped[Appointment] = relationship(lazy="raise_on_sql")


class TimesOffer(Base, Editable):
    """Times kept for a visit until ``expires_at``; they hold only while the visit lies as it lay when offered."""

    __tablename__ = "times_offer"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (end_kind IS NULL)", name="ended"),
        Index("uq_times_offer_open", "answer_id", unique=True, postgresql_where=_NOT_ENDED, sqlite_where=_NOT_ENDED),
        Index(None, "appointment_id"),
    )

    answer_id: Mapped[int] = mapped_column(ForeignKey("hit_answer.id", ondelete="CASCADE"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    starts_at: Mapped[datetime]
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_kind: Mapped[str | None] = mapped_column(String(10))
    ended_by: Mapped[str | None] = mapped_column(String(20))


class HeldTime(Base, Identified):
    """One of the times of an offer; ``hold_id`` is None once the held time was given back."""

    __tablename__ = "held_time"
    __table_args__ = (Index(None, "offer_id"), Index(None, "hold_id"))

    offer_id: Mapped[int] = mapped_column(ForeignKey("times_offer.id", ondelete="CASCADE"))
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id", ondelete="SET NULL"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


TO_CALL = (HitAnswer.answer == literal_column("'call'"), HitAnswer.outcome.is_(None))
"""The condition of a call still to be made, written out as the partial index has it."""
