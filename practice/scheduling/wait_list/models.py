"""Who waits for what, and every offer with its reasons and its end: the log of the wait list."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clients.models import Client
from practice.clinic.models import Location, Room, Service, Therapist
from practice.core.db import Base, Editable
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.states import EntryState, OfferChannel, OfferState, Urgency

_IS_OPEN = text("state = 'open'")
_IS_UNTOLD = text("version > reconciled_version")


class WaitListEntry(Editable, Base):
    """Somebody who waits for a time.

    ``therapist_ids`` empty means any therapist, ``windows`` (weekday, wall minutes from and until) empty any time.
    ``notice_minutes`` is the notice that the client asked for, beside the service's own.
    """

    __tablename__ = "wait_list_entry"
    __table_args__ = (
        CheckConstraint("last_on IS NULL OR first_on <= last_on", name="dates"),
        CheckConstraint("notice_minutes >= 0", name="notice"),
        CheckConstraint("(state IN ('waiting', 'offered')) = (closed_at IS NULL)", name="closed"),
        Index(None, "state", "created_at"),
        Index(None, "client_id", "state"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    therapist_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    windows: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    urgency: Mapped[Urgency] = mapped_column(String(10))
    notice_minutes: Mapped[int] = mapped_column(default=0)
    may_phone: Mapped[bool] = mapped_column(default=True)
    desk_note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[EntryState] = mapped_column(String(10), default=EntryState.WAITING)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship(lazy="raise_on_sql")
    service: Mapped[Service] = relationship(lazy="raise_on_sql")
    location: Mapped[Location] = relationship(lazy="raise_on_sql")


class WaitListOffer(Editable, Base):
    """One time offered to one person: by mail with a hold until ``expires_at``, or on the telephone.

    ``hold_id`` is the held time and, once accepted, the appointment; None when the hold is gone. ``why`` are the
    sentences that explain the choice, ``among`` how many people the time would have suited. Messages follow
    ``version`` with ``reconciled_version``.
    """

    __tablename__ = "wait_list_offer"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        Index("uq_wait_list_offer_open", "entry_id", unique=True, postgresql_where=_IS_OPEN, sqlite_where=_IS_OPEN),
        Index("ix_wait_list_offer_open_expires_at", "expires_at", postgresql_where=_IS_OPEN, sqlite_where=_IS_OPEN),
        Index("ix_wait_list_offer_unreconciled", "id", postgresql_where=_IS_UNTOLD, sqlite_where=_IS_UNTOLD),
        Index(None, "entry_id", "offered_at"),
        Index(None, "offered_at"),
        Index(None, "hold_id"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("wait_list_entry.id"))
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id", ondelete="SET NULL"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    channel: Mapped[OfferChannel] = mapped_column(String(10))
    state: Mapped[OfferState] = mapped_column(String(10))
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(20))
    why: Mapped[list[str]] = mapped_column(JSON, default=list)
    among: Mapped[int] = mapped_column(default=1)
    reconciled_version: Mapped[int] = mapped_column(default=0)

    entry: Mapped[WaitListEntry] = relationship(lazy="raise_on_sql")
    hold: Mapped[Appointment | None] = relationship(lazy="raise_on_sql", passive_deletes="all")
    therapist: Mapped[Therapist] = relationship(lazy="raise_on_sql")
    room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
