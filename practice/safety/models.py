"""Screenings, flags, clearances with their documents, and what callers said: words sealed, codes not."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Editable, Identified
from practice.core.sealed_column import Sealed
from practice.safety.catalogue import Clinician, Tier
from practice.safety.clearing import ClearanceKind, ClearanceState

_OPEN = text("closed_at IS NULL")
_VALID = text("state = 'valid'")


class Screening(Base, Identified):
    """A form that was answered; it counts from ``signed_at`` on.

    A renewal has no answers of its own: a therapist asked again and nothing was new. ``is_baseline``: the client
    named a doctor's word that was recent enough on the day of signing.
    """

    __tablename__ = "screening"
    __table_args__ = (Index(None, "client_id", "signed_at"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    form_version: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))
    answers: Mapped[bytes | None] = mapped_column(Sealed)
    attestation: Mapped[bytes | None] = mapped_column(Sealed)
    is_baseline: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Flag(Editable, Base):
    """A warning about a client; open until somebody closes it with a reason. ``raised_tier`` is its tier at first."""

    __tablename__ = "flag"
    __table_args__ = (
        Index("uq_flag_open", "client_id", "code", "region", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        CheckConstraint("tier IN ('T0', 'T1', 'T2', 'T3')", name="tier"),
        CheckConstraint("(closed_at IS NULL) = (closed_because IS NULL)", name="closed"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    code: Mapped[str] = mapped_column(String(24))
    region: Mapped[str] = mapped_column(String(30), default="")
    tier: Mapped[Tier] = mapped_column(String(2))
    raised_tier: Mapped[Tier] = mapped_column(String(2))
    source: Mapped[str] = mapped_column(String(20))
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ends_on: Mapped[date | None]
    note: Mapped[bytes | None] = mapped_column(Sealed)
    lowered_because: Mapped[bytes | None] = mapped_column(Sealed)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_because: Mapped[bytes | None] = mapped_column(Sealed)


class Clearance(Editable, Base):
    """A clinician's word about some flags of a client, from the request until it is in force, refused or void.

    ``valid_until`` is its last day. ``reason`` says why it was refused, voided or taken back.
    """

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint(
            "state <> 'valid' OR (valid_from IS NOT NULL AND valid_until IS NOT NULL AND read_at IS NOT NULL)",
            name="read",
        ),
        CheckConstraint("valid_from <= valid_until", name="days"),
        Index(None, "client_id"),
        Index("ix_clearance_valid_until", "valid_until", postgresql_where=_VALID, sqlite_where=_VALID),
        Index(None, "state", "requested_at"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    state: Mapped[ClearanceState] = mapped_column(String(12))
    kind: Mapped[ClearanceKind] = mapped_column(String(20), default=ClearanceKind.DOCUMENT)
    clinician: Mapped[Clinician | None] = mapped_column(String(24))
    clinician_name: Mapped[bytes | None] = mapped_column(Sealed)
    restrictions: Mapped[bytes | None] = mapped_column(Sealed)
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    received_at: Mapped[datetime | None]
    dated_on: Mapped[date | None]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    ended_at: Mapped[datetime | None]


class ClearanceFlag(Base):
    """Which flags a clearance is about."""

    __tablename__ = "clearance_flag"

    clearance_id: Mapped[int] = mapped_column(ForeignKey("clearance.id"), primary_key=True)
    flag_id: Mapped[int] = mapped_column(ForeignKey("flag.id"), primary_key=True, index=True)


class ClearanceDocument(Base, Identified):
    """A file that came with a clearance; its type was read from its content, its digest covers the sealed bytes."""

    __tablename__ = "clearance_document"

    clearance_id: Mapped[int] = mapped_column(ForeignKey("clearance.id"), index=True)
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(Sealed)
    received_at: Mapped[datetime]


class HeardWord(Base, Identified):
    """What a caller said at the desk; the desk writes it and never reads it again."""

    __tablename__ = "heard_word"
    __table_args__ = (Index(None, "client_id", "read_at"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    words: Mapped[bytes] = mapped_column(Sealed)
    heard_at: Mapped[datetime]
    heard_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
