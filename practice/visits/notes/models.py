"""Drafts of notes, the signed record, consent at a visit, adverse reactions.

What is signed is never changed: the database refuses UPDATE, DELETE and TRUNCATE of ``note_entry``.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Editable, Identified
from practice.core.sealed_column import Sealed

_NOTE, _ERROR = text("kind = 'note'"), text("kind = 'error'")


class NoteDraft(Editable, Base):
    """The note of a visit while it is written; signing it deletes the draft."""

    __tablename__ = "note_draft"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    content: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class NoteEntry(Identified, Base):
    """One signed link of a client's record: a note, an addendum, a co-signature, the mark of an error.

    ``seq`` counts within the client, ``edition`` the notes of a visit: a second follows one marked as an error.
    """

    __tablename__ = "note_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('note', 'addendum', 'cosign', 'error')", name="kind"),
        CheckConstraint("(kind = 'note') = (concerns_id IS NULL)", name="concerns"),
        CheckConstraint("seq >= 1 AND edition >= 1", name="numbers"),
        UniqueConstraint("client_id", "seq"),
        Index("uq_note_entry_note", "visit_id", "edition", unique=True, postgresql_where=_NOTE, sqlite_where=_NOTE),
        Index("uq_note_entry_error", "concerns_id", unique=True, postgresql_where=_ERROR, sqlite_where=_ERROR),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    edition: Mapped[int]
    concerns_id: Mapped[int | None] = mapped_column(ForeignKey("note_entry.id"), index=True)
    at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("therapist.id"))
    registration: Mapped[str] = mapped_column(String(40))
    is_late: Mapped[bool]
    content: Mapped[bytes] = mapped_column(Sealed)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class VisitConsent(Identified, Base):
    """The consent of one day: all six elements discussed, or the one given before said again.

    ``covers_buttock`` is the consent to work there; a later row counts instead of an earlier one.
    """

    __tablename__ = "visit_consent"
    __table_args__ = (
        CheckConstraint("mode IN ('verbal', 'written')", name="mode"),
        CheckConstraint("given_by IN ('client', 'guardian', 'substitute')", name="by"),
    )

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    is_full: Mapped[bool]
    mode: Mapped[str] = mapped_column(String(8))
    given_by: Mapped[str] = mapped_column(String(12))
    covers_buttock: Mapped[bool]
    given_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[bytes | None] = mapped_column(Sealed)


class AdverseReaction(Identified, Base):
    """What a treatment was followed by; hours from its end and of its length, severity 1 to 3."""

    __tablename__ = "adverse_reaction"
    __table_args__ = (
        CheckConstraint("kind IN ('soreness', 'bruise', 'dizziness', 'pain_flare', 'new_neuro', 'other')", name="kind"),
        CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
    )

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    severity: Mapped[int]
    onset_hours: Mapped[int | None]
    duration_hours: Mapped[int | None]
    action: Mapped[bytes | None] = mapped_column(Sealed)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
