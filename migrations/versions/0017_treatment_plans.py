"""Episodes, plans and their versions; what no life of a plan allows, the database refuses too."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "plan_template",
    "plan_template_block",
    "episode",
    "treatment_plan",
    "exercise_prescription",
    "plan_hold",
    "plan_version",
    "reassessment",
    "plan_block",
    "plan_consent",
    "plan_goal",
    "planned_session",
    "lost_booking",
)
"""In the order in which they refer to each other."""

STEPS = {
    "treatment_plan": (
        "draft>awaiting_clearance draft>active draft>cancelled awaiting_clearance>active awaiting_clearance>cancelled "
        "awaiting_clearance>referred active>on_hold active>completed active>discharged active>referred on_hold>active "
        "on_hold>discharged on_hold>referred"
    ),
    "plan_version": "draft>active draft>discarded active>superseded",
    "plan_goal": "proposed>active active>achieved active>not_achieved active>replaced",
    "exercise_prescription": "active>paused active>ended paused>active paused>ended",
    "plan_consent": "given>withdrawn given>superseded given>expired",
}
"""Every allowed step of a life; a copy of treatment_plans.lifecycles as it was, which a test compares."""

FROZEN_VERSION = (
    "plan_id, number, first_number, service_id, reassess_service_id, minutes, preference, therapist_id, checkpoints, "
    "baseline_leg, baseline_back, baseline_psfs_tenths, reason, created_at, created_by_id, activated_at"
)
FROZEN_GOAL = "version_id, text, measure, is_functional, baseline_tenths, target_tenths, due_on, due_number"
FROZEN_DOSE = "plan_id, code, side, sets, reps, hold_seconds, minutes, times_per_day, days_per_week, starts_on, note"

REFUSE = """
CREATE FUNCTION plan_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
REFUSE_PART = """
CREATE FUNCTION plan_version_part_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  part record;
BEGIN
  IF TG_OP = 'INSERT' THEN part := NEW; ELSE part := OLD; END IF;
  IF EXISTS (SELECT 1 FROM plan_version v WHERE v.id = part.version_id AND v.activated_at IS NOT NULL) THEN
    RAISE EXCEPTION '%', TG_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""
IN_FORCE = "EXISTS (SELECT 1 FROM plan_version v WHERE v.id = {row}.version_id AND v.activated_at IS NOT NULL)"


def _guards() -> list[tuple[str, str, str]]:
    """Return (table, event, condition): what is refused whenever the condition holds."""
    steps = [
        (
            table,
            "UPDATE OF state",
            f"OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({', '.join(map(repr, steps.split()))})",
        )
        for table, steps in STEPS.items()
    ]
    return [
        *steps,
        ("treatment_plan", "DELETE", "OLD.activated_at IS NOT NULL"),
        ("plan_version", f"UPDATE OF {FROZEN_VERSION}", "OLD.activated_at IS NOT NULL"),
        ("plan_version", "DELETE", "OLD.activated_at IS NOT NULL"),
        ("exercise_prescription", f"UPDATE OF {FROZEN_DOSE}", "OLD.id IS NOT NULL"),
        ("reassessment", "UPDATE", "OLD.id IS NOT NULL"),
        ("reassessment", "DELETE", "OLD.id IS NOT NULL"),
    ]


PARTS = (
    ("plan_block", "INSERT"),
    ("plan_block", "UPDATE"),
    ("plan_block", "DELETE"),
    ("plan_goal", "INSERT"),
    ("plan_goal", f"UPDATE OF {FROZEN_GOAL}"),
    ("plan_goal", "DELETE"),
)
"""What is refused once the version that it belongs to is in force."""


def _name(table: str, event: str) -> str:
    return f"{table}_step" if event == "UPDATE OF state" else f"{table}_no_{event.split(maxsplit=1)[0].lower()}"


def create_guards() -> None:
    """Make the database refuse what the rules refuse; call again after any rebuild of these tables."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(REFUSE)
        op.execute(REFUSE_PART)
    for table, event, condition in _guards():
        _guard(table, event, condition)
    for table, event in PARTS:
        _guard_part(table, event)


def _guard(table: str, event: str, condition: str) -> None:
    name = _name(table, event)
    trigger = f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"{trigger} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END")
    else:
        op.execute(f"{trigger} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION plan_refuses()")


def _guard_part(table: str, event: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _guard(table, event, IN_FORCE.format(row="NEW" if event == "INSERT" else "OLD"))
        return
    op.execute(
        f"CREATE TRIGGER {_name(table, event)} BEFORE {event} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION plan_version_part_refuses()"
    )


def upgrade() -> None:
    _create_plan_template()
    _create_plan_template_block()
    _create_episode()
    _create_treatment_plan()
    _create_exercise_prescription()
    _create_plan_hold()
    _create_plan_version()
    _create_reassessment()
    _create_plan_block()
    _create_plan_consent()
    _create_plan_goal()
    _create_planned_session()
    _create_lost_booking()
    create_guards()


def _create_plan_template() -> None:
    op.create_table(
        "plan_template",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("checkpoints", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_template")),
        sa.UniqueConstraint("code", name=op.f("uq_plan_template_code")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_template_uid")),
    )


def _create_plan_template_block() -> None:
    op.create_table(
        "plan_template_block",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("periods", sa.Integer(), nullable=False),
        sa.Column("gap_min_days", sa.Integer(), nullable=False),
        sa.Column("gap_max_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["plan_template.id"], name=op.f("fk_plan_template_block_template_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("template_id", "position", name=op.f("pk_plan_template_block")),
    )


def _create_episode() -> None:
    op.create_table(
        "episode",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("onset_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.LargeBinary(), nullable=True),
        sa.Column("cause_source", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "branch IN ('peroneal', 'tibial', 'both', 'none_below_knee', 'unknown')", name=op.f("ck_episode_branch")
        ),
        sa.CheckConstraint("side IN ('left', 'right', 'bilateral')", name=op.f("ck_episode_side")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_episode_client_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_episode_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
        sa.UniqueConstraint("uid", name=op.f("uq_episode_uid")),
    )
    op.create_index(op.f("ix_episode_client_id"), "episode", ["client_id"])


def _create_treatment_plan() -> None:
    op.create_table(
        "treatment_plan",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "(state IN ('completed', 'discharged', 'referred', 'cancelled')) = (ended_at IS NOT NULL)",
            name=op.f("ck_treatment_plan_end"),
        ),
        sa.CheckConstraint(
            "activated_at IS NOT NULL OR state IN ('draft', 'awaiting_clearance', 'cancelled', 'referred')",
            name=op.f("ck_treatment_plan_activation"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('goals_met', 'recovered', 'plateau', 'client_choice', 'non_attendance', 'referred_physician', 'referred_emergency', 'moved', 'other')",
            name=op.f("ck_treatment_plan_outcome"),
        ),
        sa.CheckConstraint("state <> 'discharged' OR outcome IS NOT NULL", name=op.f("ck_treatment_plan_discharge")),
        sa.CheckConstraint(
            "state IN ('draft', 'awaiting_clearance', 'active', 'on_hold', 'completed', 'discharged', 'referred', 'cancelled')",
            name=op.f("ck_treatment_plan_state"),
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_treatment_plan_client_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_treatment_plan_created_by_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_treatment_plan_episode_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["treatment_plan.id"], name=op.f("fk_treatment_plan_replaces_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_treatment_plan_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_plan")),
        sa.UniqueConstraint("uid", name=op.f("uq_treatment_plan_uid")),
    )
    op.create_index(op.f("ix_treatment_plan_client_id"), "treatment_plan", ["client_id"])
    op.create_index(op.f("ix_treatment_plan_episode_id"), "treatment_plan", ["episode_id"])
    op.create_index(op.f("ix_treatment_plan_therapist_id"), "treatment_plan", ["therapist_id"])
    op.create_index(
        "uq_treatment_plan_open",
        "treatment_plan",
        ["client_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'awaiting_clearance', 'active', 'on_hold')"),
        sqlite_where=sa.text("state IN ('draft', 'awaiting_clearance', 'active', 'on_hold')"),
    )


def _create_exercise_prescription() -> None:
    op.create_table(
        "exercise_prescription",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("times_per_day", sa.Integer(), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ends_on IS NOT NULL)", name=op.f("ck_exercise_prescription_end")),
        sa.CheckConstraint("side IN ('left', 'right', 'bilateral')", name=op.f("ck_exercise_prescription_side")),
        sa.CheckConstraint("state IN ('active', 'paused', 'ended')", name=op.f("ck_exercise_prescription_state")),
        sa.CheckConstraint("place BETWEEN 1 AND 4", name=op.f("ck_exercise_prescription_place")),
        sa.CheckConstraint(
            "sets >= 1 AND reps >= 1 AND hold_seconds >= 0 AND minutes >= 0", name=op.f("ck_exercise_prescription_dose")
        ),
        sa.CheckConstraint(
            "times_per_day BETWEEN 1 AND 12 AND days_per_week BETWEEN 1 AND 7",
            name=op.f("ck_exercise_prescription_often"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["treatment_plan.id"], name=op.f("fk_exercise_prescription_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_prescription")),
        sa.UniqueConstraint("uid", name=op.f("uq_exercise_prescription_uid")),
    )
    op.create_index(op.f("ix_exercise_prescription_plan_id"), "exercise_prescription", ["plan_id"])
    op.create_index(
        "uq_exercise_prescription_place",
        "exercise_prescription",
        ["plan_id", "place"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )


def _create_plan_hold() -> None:
    op.create_table(
        "plan_hold",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("allows_booking", sa.Boolean(), nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=True),
        sa.Column("held_by_id", sa.Integer(), nullable=True),
        sa.Column("resumed_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "reason IN ('new_flag', 'clearance_expired', 'worsening', 'incident', 'client', 'therapist_unregistered')",
            name=op.f("ck_plan_hold_reason"),
        ),
        sa.CheckConstraint("until_at IS NULL OR until_at >= from_at", name=op.f("ck_plan_hold_order")),
        sa.ForeignKeyConstraint(["held_by_id"], ["user_account.id"], name=op.f("fk_plan_hold_held_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["treatment_plan.id"], name=op.f("fk_plan_hold_plan_id")),
        sa.ForeignKeyConstraint(["resumed_by_id"], ["user_account.id"], name=op.f("fk_plan_hold_resumed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_hold")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_hold_uid")),
    )
    op.create_index(op.f("ix_plan_hold_plan_id_from_at"), "plan_hold", ["plan_id", "from_at"])
    op.create_index(
        "uq_plan_hold_open",
        "plan_hold",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("until_at IS NULL"),
        sqlite_where=sa.text("until_at IS NULL"),
    )


def _create_plan_version() -> None:
    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("reassess_service_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("preference", sa.String(length=8), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=True),
        sa.Column("checkpoints", sa.String(length=40), nullable=False),
        sa.Column("baseline_leg", sa.Integer(), nullable=True),
        sa.Column("baseline_back", sa.Integer(), nullable=True),
        sa.Column("baseline_psfs_tenths", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "(state IN ('active', 'superseded')) = (activated_at IS NOT NULL)", name=op.f("ck_plan_version_activation")
        ),
        sa.CheckConstraint("preference = 'any' OR therapist_id IS NOT NULL", name=op.f("ck_plan_version_therapist")),
        sa.CheckConstraint("preference IN ('must', 'prefer', 'any')", name=op.f("ck_plan_version_preference")),
        sa.CheckConstraint(
            "state IN ('draft', 'active', 'superseded', 'discarded')", name=op.f("ck_plan_version_state")
        ),
        sa.CheckConstraint(
            "activated_at IS NULL OR (baseline_leg IS NOT NULL AND baseline_back IS NOT NULL AND baseline_psfs_tenths IS NOT NULL)",
            name=op.f("ck_plan_version_baseline"),
        ),
        sa.CheckConstraint(
            "baseline_leg BETWEEN 0 AND 10 AND baseline_back BETWEEN 0 AND 10 AND baseline_psfs_tenths BETWEEN 0 AND 100",
            name=op.f("ck_plan_version_scores"),
        ),
        sa.CheckConstraint(
            "minutes BETWEEN 15 AND 240 AND number >= 1 AND first_number >= 1", name=op.f("ck_plan_version_numbers")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_plan_version_created_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["treatment_plan.id"], name=op.f("fk_plan_version_plan_id")),
        sa.ForeignKeyConstraint(
            ["reassess_service_id"], ["service.id"], name=op.f("fk_plan_version_reassess_service_id")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_plan_version_service_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_plan_version_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_version_plan_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_version_uid")),
    )
    op.create_index(
        "uq_plan_version_active",
        "plan_version",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "uq_plan_version_draft",
        "plan_version",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
        sqlite_where=sa.text("state = 'draft'"),
    )


def _create_reassessment() -> None:
    op.create_table(
        "reassessment",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("after_number", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("decided", sa.String(length=12), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "decided IN ('worsening', 'recovered', 'responder', 'partial', 'too_early', 'no_change')",
            name=op.f("ck_reassessment_decided"),
        ),
        sa.CheckConstraint(
            "decision IN ('continue', 'continue_once', 'taper', 'discharge', 'hold_and_refer', 'retry_with_less', 'change_approach', 'refer')",
            name=op.f("ck_reassessment_decision"),
        ),
        sa.CheckConstraint(
            "verdict IN ('worsening', 'recovered', 'responder', 'partial', 'too_early', 'no_change')",
            name=op.f("ck_reassessment_verdict"),
        ),
        sa.CheckConstraint("verdict = decided OR reason IS NOT NULL", name=op.f("ck_reassessment_override")),
        sa.ForeignKeyConstraint(["done_by_id"], ["user_account.id"], name=op.f("fk_reassessment_done_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["treatment_plan.id"], name=op.f("fk_reassessment_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessment")),
        sa.UniqueConstraint("plan_id", "after_number", name=op.f("uq_reassessment_plan_id_after_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_reassessment_uid")),
    )


def _create_plan_block() -> None:
    op.create_table(
        "plan_block",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("periods", sa.Integer(), nullable=False),
        sa.Column("gap_min_days", sa.Integer(), nullable=False),
        sa.Column("gap_max_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("gap_min_days >= 1 AND gap_max_days >= gap_min_days", name=op.f("ck_plan_block_gap")),
        sa.CheckConstraint("times <= 3 * every_weeks", name=op.f("ck_plan_block_week")),
        sa.CheckConstraint("times >= 1 AND every_weeks >= 1 AND periods >= 1", name=op.f("ck_plan_block_counts")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"], name=op.f("fk_plan_block_version_id")),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_plan_block")),
    )


def _create_plan_consent() -> None:
    op.create_table(
        "plan_consent",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("given_by", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(state = 'given') = (ended_at IS NULL)", name=op.f("ck_plan_consent_end")),
        sa.CheckConstraint("given_by IN ('client', 'guardian', 'substitute')", name=op.f("ck_plan_consent_by")),
        sa.CheckConstraint("mode IN ('verbal', 'written')", name=op.f("ck_plan_consent_mode")),
        sa.CheckConstraint(
            "state IN ('given', 'withdrawn', 'superseded', 'expired')", name=op.f("ck_plan_consent_state")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_plan_consent_recorded_by_id")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"], name=op.f("fk_plan_consent_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_consent")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_consent_uid")),
    )
    op.create_index(op.f("ix_plan_consent_version_id"), "plan_consent", ["version_id"])
    op.create_index(
        "uq_plan_consent_given",
        "plan_consent",
        ["version_id"],
        unique=True,
        postgresql_where=sa.text("state = 'given'"),
        sqlite_where=sa.text("state = 'given'"),
    )


def _create_plan_goal() -> None:
    op.create_table(
        "plan_goal",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("is_functional", sa.Boolean(), nullable=False),
        sa.Column("baseline_tenths", sa.Integer(), nullable=True),
        sa.Column("target_tenths", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "(state IN ('proposed', 'active')) = (settled_at IS NULL)", name=op.f("ck_plan_goal_settled")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'active', 'achieved', 'not_achieved', 'replaced')", name=op.f("ck_plan_goal_state")
        ),
        sa.CheckConstraint("due_on IS NOT NULL OR due_number IS NOT NULL", name=op.f("ck_plan_goal_due")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"], name=op.f("fk_plan_goal_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_goal_uid")),
    )
    op.create_index(op.f("ix_plan_goal_version_id"), "plan_goal", ["version_id"])


def _create_planned_session() -> None:
    op.create_table(
        "planned_session",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("block_position", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("skipped_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("ordinal BETWEEN 1 AND 12", name=op.f("ck_planned_session_ordinal")),
        sa.CheckConstraint("skipped_at IS NULL OR appointment_id IS NULL", name=op.f("ck_planned_session_skipped")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_planned_session_appointment_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["treatment_plan.id"], name=op.f("fk_planned_session_plan_id")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"], name=op.f("fk_planned_session_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_session")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_planned_session_appointment_id")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_planned_session_plan_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_planned_session_uid")),
        sa.UniqueConstraint("version_id", "ordinal", name=op.f("uq_planned_session_version_id_ordinal")),
    )


def _create_lost_booking() -> None:
    op.create_table(
        "lost_booking",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("planned_session_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_lost_booking_appointment_id")),
        sa.ForeignKeyConstraint(
            ["planned_session_id"],
            ["planned_session.id"],
            name=op.f("fk_lost_booking_planned_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_lost_booking")),
    )
    op.create_index(op.f("ix_lost_booking_planned_session_id"), "lost_booking", ["planned_session_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION plan_refuses()")
        op.execute("DROP FUNCTION plan_version_part_refuses()")
