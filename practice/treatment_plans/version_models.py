"""The editions of a plan and what belongs to each: blocks, goals, consent, the numbered sessions; and the exercises.

A version in force and its blocks and goals never change again (triggers in the migration).
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clinic.models import Service, Therapist
from practice.core.db import Base, Editable, Identified
from practice.core.sealed_column import Sealed
from practice.treatment_plans.blocks import MOST_SESSIONS
from practice.treatment_plans.consent_texts import ConsentBy, ConsentMode
from practice.treatment_plans.diagnosis import Side
from practice.treatment_plans.exercises import MOST_ACTIVE
from practice.treatment_plans.lifecycles import ConsentState, ExerciseState, GoalState, VersionState
from practice.treatment_plans.models import one_of
from practice.treatment_plans.preferences import Preference

_DRAFT, _ACTIVE, _GIVEN = text("state = 'draft'"), text("state = 'active'"), text("state = 'given'")


class PlanVersion(Editable, Base):
    """One edition of a plan; its sessions begin at ``first_number``.

    ``checkpoints`` are numbers of sessions, blank between; ``baseline_psfs_tenths`` is the mean times ten.
    """

    __tablename__ = "plan_version"
    __table_args__ = (
        CheckConstraint(one_of("state", VersionState), name="state"),
        CheckConstraint(
            "(state IN ('active', 'superseded')) = (activated_at IS NOT NULL)",
            name="activation",
        ),
        CheckConstraint(
            "activated_at IS NULL OR (baseline_leg IS NOT NULL AND baseline_back IS NOT NULL "
            "AND baseline_psfs_tenths IS NOT NULL)",
            name="baseline",
        ),
        CheckConstraint(
            "baseline_leg BETWEEN 0 AND 10 AND baseline_back BETWEEN 0 AND 10 "
            "AND baseline_psfs_tenths BETWEEN 0 AND 100",
            name="scores",
        ),
        CheckConstraint("minutes BETWEEN 15 AND 240 AND number >= 1 AND first_number >= 1", name="numbers"),
        CheckConstraint(one_of("preference", Preference), name="preference"),
        CheckConstraint("preference = 'any' OR therapist_id IS NOT NULL", name="therapist"),
        UniqueConstraint("plan_id", "number"),
        Index("uq_plan_version_active", "plan_id", unique=True, postgresql_where=_ACTIVE, sqlite_where=_ACTIVE),
        Index("uq_plan_version_draft", "plan_id", unique=True, postgresql_where=_DRAFT, sqlite_where=_DRAFT),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("treatment_plan.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(String(12), default=VersionState.DRAFT)
    first_number: Mapped[int] = mapped_column(default=1)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    reassess_service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    minutes: Mapped[int]
    preference: Mapped[Preference] = mapped_column(String(8), default=Preference.PREFER)
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("therapist.id"))
    checkpoints: Mapped[str] = mapped_column(String(40))
    baseline_leg: Mapped[int | None]
    baseline_back: Mapped[int | None]
    baseline_psfs_tenths: Mapped[int | None]
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    blocks: Mapped[list["PlanBlock"]] = relationship(
        order_by="PlanBlock.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    goals: Mapped[list["PlanGoal"]] = relationship(
        order_by="PlanGoal.id", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    service: Mapped[Service] = relationship(foreign_keys=[service_id], lazy="raise_on_sql")
    therapist: Mapped[Therapist | None] = relationship(lazy="raise_on_sql")


class PlanBlock(Base):
    """``times`` sessions every ``every_weeks`` weeks, ``periods`` times over, with the days between two."""

    __tablename__ = "plan_block"
    __table_args__ = (
        CheckConstraint("times >= 1 AND every_weeks >= 1 AND periods >= 1", name="counts"),
        CheckConstraint("times <= 3 * every_weeks", name="week"),
        CheckConstraint("gap_min_days >= 1 AND gap_max_days >= gap_min_days", name="gap"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    times: Mapped[int]
    every_weeks: Mapped[int]
    periods: Mapped[int]
    gap_min_days: Mapped[int]
    gap_max_days: Mapped[int]


class PlanGoal(Editable, Base):
    """What is to be reached: a measure from its baseline to a target (both times ten), by a day or a session."""

    __tablename__ = "plan_goal"
    __table_args__ = (
        CheckConstraint(one_of("state", GoalState), name="state"),
        CheckConstraint("due_on IS NOT NULL OR due_number IS NOT NULL", name="due"),
        CheckConstraint("(state IN ('proposed', 'active')) = (settled_at IS NULL)", name="settled"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    text: Mapped[bytes | None] = mapped_column(Sealed)
    measure: Mapped[str] = mapped_column(String(20))
    is_functional: Mapped[bool]
    baseline_tenths: Mapped[int | None]
    target_tenths: Mapped[int | None]
    due_on: Mapped[date | None]
    due_number: Mapped[int | None]
    state: Mapped[GoalState] = mapped_column(String(12), default=GoalState.PROPOSED)
    settled_at: Mapped[datetime | None]


class PlanConsent(Base, Identified):
    """The consent to one version: the text it was given to, how, by whom; it ends, it is never deleted."""

    __tablename__ = "plan_consent"
    __table_args__ = (
        CheckConstraint(one_of("state", ConsentState), name="state"),
        CheckConstraint(one_of("mode", ConsentMode), name="mode"),
        CheckConstraint(one_of("given_by", ConsentBy), name="by"),
        CheckConstraint("(state = 'given') = (ended_at IS NULL)", name="end"),
        Index("uq_plan_consent_given", "version_id", unique=True, postgresql_where=_GIVEN, sqlite_where=_GIVEN),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    text_version: Mapped[str] = mapped_column(String(20))
    mode: Mapped[ConsentMode] = mapped_column(String(8))
    given_by: Mapped[ConsentBy] = mapped_column(String(12))
    state: Mapped[ConsentState] = mapped_column(String(12), default=ConsentState.GIVEN)
    given_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    note: Mapped[bytes | None] = mapped_column(Sealed)


class ExercisePrescription(Editable, Base):
    """A home exercise and its dose. ``place`` is one of four while it is active; another dose is another row."""

    __tablename__ = "exercise_prescription"
    __table_args__ = (
        CheckConstraint(one_of("state", ExerciseState), name="state"),
        CheckConstraint(one_of("side", Side), name="side"),
        CheckConstraint(f"place BETWEEN 1 AND {MOST_ACTIVE}", name="place"),
        CheckConstraint("(state = 'ended') = (ends_on IS NOT NULL)", name="end"),
        CheckConstraint("sets >= 1 AND reps >= 1 AND hold_seconds >= 0 AND minutes >= 0", name="dose"),
        CheckConstraint("times_per_day BETWEEN 1 AND 12 AND days_per_week BETWEEN 1 AND 7", name="often"),
        Index(
            "uq_exercise_prescription_place",
            "plan_id",
            "place",
            unique=True,
            postgresql_where=_ACTIVE,
            sqlite_where=_ACTIVE,
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("treatment_plan.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    side: Mapped[Side] = mapped_column(String(12))
    sets: Mapped[int]
    reps: Mapped[int]
    hold_seconds: Mapped[int]
    minutes: Mapped[int]
    times_per_day: Mapped[int]
    days_per_week: Mapped[int]
    place: Mapped[int]
    state: Mapped[ExerciseState] = mapped_column(String(8), default=ExerciseState.ACTIVE)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[bytes | None] = mapped_column(Sealed)


class PlannedSession(Editable, Base):
    """A numbered session of a plan; where it stands is derived from its appointment (``session_states``).

    The number stays when it is booked again; ``ordinal`` counts within the version, twelve at most.
    """

    __tablename__ = "planned_session"
    __table_args__ = (
        CheckConstraint(f"ordinal BETWEEN 1 AND {MOST_SESSIONS}", name="ordinal"),
        CheckConstraint("skipped_at IS NULL OR appointment_id IS NULL", name="skipped"),
        UniqueConstraint("plan_id", "number"),
        UniqueConstraint("version_id", "ordinal"),
        UniqueConstraint("appointment_id"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("treatment_plan.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    number: Mapped[int]
    ordinal: Mapped[int]
    block_position: Mapped[int]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    skipped_at: Mapped[datetime | None]


class LostBooking(Base):
    """An earlier appointment of a planned session: cancelled, missed, or left for another."""

    __tablename__ = "lost_booking"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    planned_session_id: Mapped[int] = mapped_column(ForeignKey("planned_session.id", ondelete="CASCADE"), index=True)
