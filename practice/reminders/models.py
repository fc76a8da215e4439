"""The outbox, what each client was last told, addresses that bounced, and the worker's pulse."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Identified
from practice.reminders.kinds import MessageKind, MessageState

_SHARED = text("act_id IS NOT NULL")
_OPEN = text("state IN ('queued', 'sending', 'retry', 'unknown')")


class Message(Base, Identified):
    """One email wanted, queued, sent or given up; the text is rendered at sending and not kept.

    Nobody claims the row before ``lease_until``: while sending it is the lease, after a failure the next attempt.
    ``attempt`` is the fence: it rises with every claim, and a result of an earlier claim is refused. ``copies``
    counts how often DATA began without a known end. ``tells`` is what the mail says, for ``told``. Messages of one
    ``act_id`` to one client leave as one mail and then share its ``message_id``.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_open_due", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_message_act_id", "act_id", postgresql_where=_SHARED, sqlite_where=_SHARED),
        Index(None, "subject_kind", "subject_id"),
        Index(None, "client_id", "due_at"),
    )

    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[MessageKind] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10), default="email")
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(160), default="")
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(String(12))
    why: Mapped[str] = mapped_column(String(60), default="")
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    render_errors: Mapped[int] = mapped_column(default=0)
    copies: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(80))
    data_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(120))
    sequence: Mapped[int] = mapped_column(default=0)
    act_id: Mapped[str | None] = mapped_column(String(36))
    tells: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    last_code: Mapped[int | None]
    last_reply: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]


class Told(Base):
    """What a client was last told of an appointment: the difference to what is true is what must be said.

    One row for each client whose it is or was: who lost it to somebody else must hear of that.
    """

    __tablename__ = "told"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), primary_key=True)
    starts_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    therapist_name: Mapped[str] = mapped_column(String(120))
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    is_certain: Mapped[bool] = mapped_column(default=True, server_default=true())


class SuppressedAddress(Base):
    """An address that refused mail for good; nothing goes there until somebody lifts it."""

    __tablename__ = "suppressed_address"

    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    code: Mapped[int | None]
    reply: Mapped[str] = mapped_column(String(300), default="")
    since: Mapped[datetime]


class WorkerPulse(Base):
    """The last sign of life of each job, and whether sending is paused (``paused_because``) after a refused sign-in."""

    __tablename__ = "worker_pulse"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[datetime]
    worker: Mapped[str] = mapped_column(String(80), default="")
    paused_because: Mapped[str | None] = mapped_column(String(200))
    done: Mapped[int] = mapped_column(default=0)
