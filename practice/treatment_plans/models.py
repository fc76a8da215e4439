"""Episodes, plans, their holds and re-assessments, and the practice's own templates.

What must never happen (an edited version in force, two open plans, a step that no life has) is a constraint or trigger.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clients.models import Client
from practice.clinic.models import Therapist
from practice.core.db import Base, Editable, Identified
from practice.core.sealed_column import Sealed
from practice.treatment_plans.diagnosis import Branch, Side
from practice.treatment_plans.lifecycles import OPEN_PLANS, PLAN, HoldReason, Outcome, PlanState
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.progress import Verdict


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the condition that a column holds one of these codes."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


_P = PlanState
_OPEN = text(one_of("state", [state for state in PlanState if state in OPEN_PLANS]))
_ENDED = one_of("state", [state for state in PlanState if state in PLAN.ends])
_NEVER_ACTIVE = one_of("state", (_P.DRAFT, _P.AWAITING_CLEARANCE, _P.CANCELLED, _P.REFERRED))
_HELD = text("until_at IS NULL")


class Episode(Editable, Base):
    """One course of sciatica. Its diagnosis code is derived (``diagnosis.icd_codes``), cause and source are sealed."""

    __tablename__ = "episode"
    __table_args__ = (
        CheckConstraint(one_of("side", Side), name="side"),
        CheckConstraint(one_of("branch", Branch), name="branch"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    side: Mapped[Side] = mapped_column(String(12))
    branch: Mapped[Branch] = mapped_column(String(20), default=Branch.UNKNOWN)
    onset_on: Mapped[date | None]
    cause: Mapped[bytes | None] = mapped_column(Sealed)
    cause_source: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    client: Mapped[Client] = relationship(lazy="raise_on_sql")


class TreatmentPlan(Editable, Base):
    """The course prescribed for an episode; a client has one open plan at most, a return is one that ``replaces``."""

    __tablename__ = "treatment_plan"
    __table_args__ = (
        CheckConstraint(one_of("state", PlanState), name="state"),
        CheckConstraint(f"({_ENDED}) = (ended_at IS NOT NULL)", name="end"),
        CheckConstraint(f"activated_at IS NOT NULL OR {_NEVER_ACTIVE}", name="activation"),
        CheckConstraint(f"outcome IS NULL OR {one_of('outcome', Outcome)}", name="outcome"),
        CheckConstraint("state <> 'discharged' OR outcome IS NOT NULL", name="discharge"),
        Index("uq_treatment_plan_open", "client_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    template: Mapped[str] = mapped_column(String(20))
    state: Mapped[PlanState] = mapped_column(String(20), default=PlanState.DRAFT)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("treatment_plan.id"))
    outcome: Mapped[Outcome | None] = mapped_column(String(20))
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship(lazy="raise_on_sql")
    episode: Mapped[Episode] = relationship(lazy="raise_on_sql")
    therapist: Mapped[Therapist] = relationship(lazy="raise_on_sql")


class PlanHold(Base, Identified):
    """A time in which a plan rests, and why; ``allows_booking`` lets visits be booked in it all the same."""

    __tablename__ = "plan_hold"
    __table_args__ = (
        CheckConstraint(one_of("reason", HoldReason), name="reason"),
        CheckConstraint("until_at IS NULL OR until_at >= from_at", name="order"),
        Index("uq_plan_hold_open", "plan_id", unique=True, postgresql_where=_HELD, sqlite_where=_HELD),
        Index(None, "plan_id", "from_at"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("treatment_plan.id"))
    reason: Mapped[HoldReason] = mapped_column(String(24))
    allows_booking: Mapped[bool] = mapped_column(default=False)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[bytes | None] = mapped_column(Sealed)


class Reassessment(Base, Identified):
    """What a checkpoint found: the verdict as computed, the one decided, why they differ, and what follows."""

    __tablename__ = "reassessment"
    __table_args__ = (
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint(one_of("decided", Verdict), name="decided"),
        CheckConstraint(one_of("decision", Step), name="decision"),
        CheckConstraint("verdict = decided OR reason IS NOT NULL", name="override"),
        UniqueConstraint("plan_id", "after_number"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("treatment_plan.id"))
    after_number: Mapped[int]
    done_at: Mapped[datetime]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    verdict: Mapped[Verdict] = mapped_column(String(12))
    decided: Mapped[Verdict] = mapped_column(String(12))
    decision: Mapped[Step] = mapped_column(String(20))
    numbers: Mapped[bytes | None] = mapped_column(Sealed)
    reason: Mapped[bytes | None] = mapped_column(Sealed)


class OwnTemplate(Editable, Base):
    """A course of the practice's own to start plans from; ``checkpoints`` are numbers of sessions, blank between."""

    __tablename__ = "plan_template"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40))
    minutes: Mapped[int]
    checkpoints: Mapped[str] = mapped_column(String(40))
    is_active: Mapped[bool] = mapped_column(default=True)

    blocks: Mapped[list["OwnTemplateBlock"]] = relationship(
        order_by="OwnTemplateBlock.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )


class OwnTemplateBlock(Base):
    """One block of a template of the practice's own."""

    __tablename__ = "plan_template_block"

    template_id: Mapped[int] = mapped_column(ForeignKey("plan_template.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    times: Mapped[int]
    every_weeks: Mapped[int]
    periods: Mapped[int]
    gap_min_days: Mapped[int]
    gap_max_days: Mapped[int]
