"""Appointments and blocks, the time they take on diaries, the history of visits, and parked calls."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clients.models import Client
from practice.clinic.models import Location, Room, Service, ServiceKind, Therapist
from practice.core.db import Base, Editable, Identified
from practice.scheduling.diary_time import Work
from practice.scheduling.lifecycle import AppointmentState

_UNRECONCILED = text("change_seq > reconciled_seq")
_HELD = text("state = 'held'")
_OF_A_BLOCK = text("block_id IS NOT NULL")
_SHARED = text("act_id IS NOT NULL")
_LINKED = text("link_id IS NOT NULL")


WORK_OF: dict[str, Work] = {
    ServiceKind.HANDS_ON: Work.HANDS_ON,
    ServiceKind.ASSESSMENT: Work.ASSESSMENT,
    ServiceKind.PHONE: Work.PHONE,
}
"""What time taken for a kind of service is to the limits."""


class BlockKind(StrEnum):
    """What time without a client is for; ``ELSEWHERE`` is a therapist's own business, of which nothing is known."""

    MEETING = "meeting"
    LUNCH = "lunch"
    PAPERWORK = "paperwork"
    TRAINING = "training"
    CLEANING = "cleaning"
    ELSEWHERE = "elsewhere"


BLOCK_WORK: dict[str, Work] = {
    BlockKind.MEETING: Work.MEETING,
    BlockKind.LUNCH: Work.LUNCH,
    BlockKind.PAPERWORK: Work.PAPERWORK,
    BlockKind.TRAINING: Work.TRAINING,
    BlockKind.CLEANING: Work.CLEANING,
    BlockKind.ELSEWHERE: Work.NONE,
}
"""What a block is on the diaries on which it lies."""


KIND_OF: dict[int, ServiceKind] = {work: ServiceKind(kind) for kind, work in WORK_OF.items()}


class Appointment(Editable, Base):
    """A booked time.

    ``local_start`` and ``zone`` are the promise made to a person, ``starts_at`` and ``ends_at`` its index in UTC.
    Duration, buffers, price and kind are copied from the service at booking. ``sequence`` is the calendar file's
    SEQUENCE; ``change_seq`` rises with every change that a message may have to tell, ``reconciled_seq`` follows it.
    Visits booked back to back share a ``link_id``. Of a session for several clients each has an appointment of her own.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("state = 'held' OR client_id IS NOT NULL", name="client"),
        CheckConstraint("(state = 'held') = (hold_ends_at IS NOT NULL)", name="hold"),
        Index(None, "starts_at"),
        Index(None, "client_id", "starts_at"),
        Index(None, "therapist_id", "starts_at"),
        Index("ix_appointment_unreconciled", "id", postgresql_where=_UNRECONCILED, sqlite_where=_UNRECONCILED),
        Index("ix_appointment_hold_ends_at", "hold_ends_at", postgresql_where=_HELD, sqlite_where=_HELD),
        Index("ix_appointment_link_id", "link_id", postgresql_where=_LINKED, sqlite_where=_LINKED),
    )

    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    series_id: Mapped[str | None] = mapped_column(String(36), index=True)
    link_id: Mapped[str | None] = mapped_column(String(36))
    state: Mapped[AppointmentState] = mapped_column(String(20))
    previous_state: Mapped[AppointmentState | None] = mapped_column(String(20))
    tentative_reason: Mapped[str | None] = mapped_column(String(40))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    buffer_before_minutes: Mapped[int]
    buffer_after_minutes: Mapped[int]
    price_cents: Mapped[int]
    kind: Mapped[ServiceKind] = mapped_column(
        String(20), default=ServiceKind.HANDS_ON, server_default=ServiceKind.HANDS_ON
    )
    group_size: Mapped[int] = mapped_column(default=1, server_default="1")
    sequence: Mapped[int] = mapped_column(default=0)
    change_seq: Mapped[int] = mapped_column(default=1)
    reconciled_seq: Mapped[int] = mapped_column(default=0)
    hold_ends_at: Mapped[datetime | None]
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(20))
    cancel_reason: Mapped[str | None] = mapped_column(String(30))
    cancelled_late: Mapped[bool | None]
    fee_proposed_cents: Mapped[int | None]
    fee_waived_reason: Mapped[str | None] = mapped_column(String(120))
    form_asked_at: Mapped[datetime | None]
    tell_client: Mapped[bool] = mapped_column(default=True)
    desk_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    client: Mapped[Client | None] = relationship(lazy="raise_on_sql")
    service: Mapped[Service] = relationship(lazy="raise_on_sql")
    therapist: Mapped[Therapist] = relationship(lazy="raise_on_sql")
    room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
    location: Mapped[Location] = relationship(lazy="raise_on_sql")


class BlockPattern(Base, Identified):
    """The weekly rule by which blocks were made, as it was asked, and the days taken out of it since."""

    __tablename__ = "block_pattern"

    weekdays: Mapped[list[int]] = mapped_column(JSON)
    every: Mapped[int]
    first_on: Mapped[date]
    until: Mapped[date]
    skipped: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Block(Editable, Base):
    """One stretch of time without a client: a meeting, lunch, a room being cleaned.

    It lies on the diaries of its allocations; ``local_start`` and ``zone`` are the promise, as an appointment's.
    ``title`` is for those whose time it is and for the desk. ``source`` says who keeps it: the desk, or a file that
    replaces its own blocks when it is read again.
    """

    __tablename__ = "diary_block"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index(None, "pattern_id", "starts_at"),
        Index(None, "starts_at"),
    )

    pattern_id: Mapped[int | None] = mapped_column(ForeignKey("block_pattern.id", ondelete="SET NULL"))
    kind: Mapped[BlockKind] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[str] = mapped_column(String(10), default="desk")
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    zone: Mapped[str] = mapped_column(String(64))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Allocation(Base):
    """An interval of time taken on one lane of a diary, by an appointment or by a block.

    While ``occupies`` is true no other occupying allocation of the same diary and lane may overlap: an exclusion
    constraint on PostgreSQL, a trigger pair on SQLite (migrations). Buffers are minutes around it, a rule in code.
    The clients of a group lie on lanes of their own; one of them is always on lane 0, which shuts out everybody else.
    ``work`` and ``location_id`` (0: nowhere) are copies for the limits that count what lies on a diary.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("(appointment_id IS NULL) <> (block_id IS NULL)", name="taker"),
        Index(None, "diary_id", "starts_at"),
        Index("ix_allocation_block_id", "block_id", postgresql_where=_OF_A_BLOCK, sqlite_where=_OF_A_BLOCK),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("diary_block.id", ondelete="CASCADE"))
    diary_id: Mapped[int] = mapped_column(ForeignKey("diary.id"))
    lane: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    occupies: Mapped[bool] = mapped_column(default=True)
    work: Mapped[int] = mapped_column(default=Work.HANDS_ON, server_default="1")
    location_id: Mapped[int] = mapped_column(default=0, server_default="0")


class AppointmentChange(Base, Identified):
    """One act on an appointment: who, when, from which state to which, and what it looked like before.

    ``act_id`` is shared by all changes that one person made as one act, so that one mail can tell them.
    """

    __tablename__ = "appointment_change"
    __table_args__ = (Index("ix_appointment_change_act_id", "act_id", postgresql_where=_SHARED, sqlite_where=_SHARED),)

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(String(30))
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    state_before: Mapped[str | None] = mapped_column(String(20))
    state_after: Mapped[str] = mapped_column(String(20))
    before: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(300), default="")
    undone_at: Mapped[datetime | None]
    act_id: Mapped[str | None] = mapped_column(String(36))


class ParkedCall(Editable, Base):
    """A phone call set aside: what was typed and the time held for it, kept on the server for its receptionist."""

    __tablename__ = "parked_call"
    __table_args__ = (Index(None, "user_id", "closed_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id", ondelete="SET NULL"))
    label: Mapped[str] = mapped_column(String(120), default="")
    form: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    wanted_on: Mapped[date | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
