"""Visits and what was recorded at them. A correction is a new row; what it corrects stays."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Editable, Identified
from practice.core.sealed_column import Sealed

_CURRENT = text("is_current")


class Visit(Editable, Base):
    """What happened at an appointment; ``not_treated_at`` is set when the client came and was not treated."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("appointment_id", "client_id"),
        Index(None, "client_id"),
        CheckConstraint("(not_treated_at IS NULL) = (not_treated_reason IS NULL)", name="not_treated"),
    )

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    not_treated_at: Mapped[datetime | None]
    not_treated_reason: Mapped[str | None] = mapped_column(String(20))


class _Recorded(Identified):
    """Who recorded something at a visit, and when."""

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class PreCheck(_Recorded, Base):
    """Answers to the short questions; asked again, the last ones count.

    One without any yes that a therapist recorded renews the client's screening.
    """

    __tablename__ = "pre_check"

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    all_no: Mapped[bool]
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("therapist.id"))
    answers: Mapped[bytes] = mapped_column(Sealed)


class Vitals(_Recorded, Base):
    """One reading before or after treatment; pressures in mmHg, rates per minute, tension 0 to 10."""

    __tablename__ = "vitals"
    __table_args__ = (
        CheckConstraint("(systolic IS NULL) = (diastolic IS NULL)", name="pressure"),
        CheckConstraint("systolic > diastolic", name="order"),
        CheckConstraint("tension BETWEEN 0 AND 10", name="tension"),
    )

    timing: Mapped[str] = mapped_column(String(8))
    systolic: Mapped[int | None]
    diastolic: Mapped[int | None]
    heart_rate: Mapped[int | None]
    breathing_rate: Mapped[int | None]
    tension: Mapped[int | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("vitals.id"), unique=True)
    reason: Mapped[bytes | None] = mapped_column(Sealed)


class Measure(_Recorded, Base):
    """One number of a measure; scores are computed from them and never stored."""

    __tablename__ = "measure"
    __table_args__ = (
        Index(
            "uq_measure_current",
            "visit_id",
            "code",
            "part",
            "timing",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        CheckConstraint("(corrects_id IS NULL) = (reason IS NULL)", name="correction"),
    )

    code: Mapped[str] = mapped_column(String(20))
    part: Mapped[str] = mapped_column(String(30))
    timing: Mapped[str] = mapped_column(String(8))
    value: Mapped[float]
    is_current: Mapped[bool] = mapped_column(default=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"), unique=True)
    reason: Mapped[bytes | None] = mapped_column(Sealed)


class BodyMapEntry(_Recorded, Base):
    """One painted region; painting the map again replaces it as a whole and keeps what was painted before."""

    __tablename__ = "body_map_entry"
    __table_args__ = (
        Index(
            "uq_body_map_entry_current",
            "visit_id",
            "timing",
            "region",
            "side",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        CheckConstraint("intensity BETWEEN 0 AND 10", name="intensity"),
    )

    timing: Mapped[str] = mapped_column(String(8))
    region: Mapped[str] = mapped_column(String(20))
    side: Mapped[str] = mapped_column(String(8))
    quality: Mapped[str] = mapped_column(String(10))
    intensity: Mapped[int]
    is_current: Mapped[bool] = mapped_column(default=True)


class FunctionalActivity(Editable, Base):
    """An activity in the client's own words, rated 0 to 10 at visits; a new one starts a line of its own."""

    __tablename__ = "functional_activity"
    __table_args__ = (UniqueConstraint("client_id", "number"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    number: Mapped[int]
    words: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    retired_at: Mapped[datetime | None]


class MeasureDefinition(Editable, Base):
    """A measure's numbers as the practice has set them from a day on; before the first row the product's own hold."""

    __tablename__ = "measure_definition"
    __table_args__ = (
        UniqueConstraint("code", "applies_from"),
        CheckConstraint("low < high", name="range"),
        CheckConstraint("step > 0", name="step"),
    )

    code: Mapped[str] = mapped_column(String(20))
    applies_from: Mapped[date]
    low: Mapped[float]
    high: Mapped[float]
    step: Mapped[float]
    better: Mapped[str] = mapped_column(String(10))
    mic_abs: Mapped[float | None]
    mic_pct: Mapped[float | None]
    floor: Mapped[float | None]
    ceiling: Mapped[float | None]
    source: Mapped[str] = mapped_column(String(160))
    licence: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
