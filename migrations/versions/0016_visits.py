"""Visits and what is recorded at them: short questions, vital signs, measures, body maps, activities."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CURRENT = {"postgresql_where": sa.text("is_current"), "sqlite_where": sa.text("is_current")}
TABLES = ("measure_definition", "functional_activity", "visit", "body_map_entry", "measure", "pre_check", "vitals")


def upgrade() -> None:
    op.create_table(
        "measure_definition",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("step", sa.Double(), nullable=False),
        sa.Column("better", sa.String(length=10), nullable=False),
        sa.Column("mic_abs", sa.Double(), nullable=True),
        sa.Column("mic_pct", sa.Double(), nullable=True),
        sa.Column("floor", sa.Double(), nullable=True),
        sa.Column("ceiling", sa.Double(), nullable=True),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("licence", sa.String(length=160), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("low < high", name=op.f("ck_measure_definition_range")),
        sa.CheckConstraint("step > 0", name=op.f("ck_measure_definition_step")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_measure_definition_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_definition")),
        sa.UniqueConstraint("code", "applies_from", name=op.f("uq_measure_definition_code_applies_from")),
        sa.UniqueConstraint("uid", name=op.f("uq_measure_definition_uid")),
    )
    op.create_table(
        "functional_activity",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_functional_activity_client_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_functional_activity_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_functional_activity")),
        sa.UniqueConstraint("client_id", "number", name=op.f("uq_functional_activity_client_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_functional_activity_uid")),
    )
    op.create_table(
        "visit",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("not_treated_at", UtcDateTime(), nullable=True),
        sa.Column("not_treated_reason", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "(not_treated_at IS NULL) = (not_treated_reason IS NULL)", name=op.f("ck_visit_not_treated")
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_visit_appointment_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_visit_client_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user_account.id"], name=op.f("fk_visit_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("appointment_id", "client_id", name=op.f("uq_visit_appointment_id_client_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_visit_uid")),
    )
    op.create_index(op.f("ix_visit_client_id"), "visit", ["client_id"])
    op.create_table(
        "body_map_entry",
        sa.Column("timing", sa.String(length=8), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("quality", sa.String(length=10), nullable=False),
        sa.Column("intensity", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("intensity BETWEEN 0 AND 10", name=op.f("ck_body_map_entry_intensity")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_body_map_entry_recorded_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_body_map_entry_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_map_entry")),
        sa.UniqueConstraint("uid", name=op.f("uq_body_map_entry_uid")),
    )
    op.create_index(op.f("ix_body_map_entry_visit_id"), "body_map_entry", ["visit_id"])
    op.create_index(
        "uq_body_map_entry_current", "body_map_entry", ["visit_id", "timing", "region", "side"], unique=True, **CURRENT
    )
    op.create_table(
        "measure",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("timing", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(corrects_id IS NULL) = (reason IS NULL)", name=op.f("ck_measure_correction")),
        sa.ForeignKeyConstraint(["corrects_id"], ["measure.id"], name=op.f("fk_measure_corrects_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_measure_recorded_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_measure_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_measure_corrects_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_measure_uid")),
    )
    op.create_index(op.f("ix_measure_visit_id"), "measure", ["visit_id"])
    op.create_index("uq_measure_current", "measure", ["visit_id", "code", "part", "timing"], unique=True, **CURRENT)
    op.create_table(
        "pre_check",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("all_no", sa.Boolean(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_pre_check_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_pre_check_recorded_by_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_pre_check_therapist_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_pre_check_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_check")),
        sa.UniqueConstraint("uid", name=op.f("uq_pre_check_uid")),
    )
    op.create_index(op.f("ix_pre_check_client_id"), "pre_check", ["client_id"])
    op.create_index(op.f("ix_pre_check_visit_id"), "pre_check", ["visit_id"])
    op.create_table(
        "vitals",
        sa.Column("timing", sa.String(length=8), nullable=False),
        sa.Column("systolic", sa.Integer(), nullable=True),
        sa.Column("diastolic", sa.Integer(), nullable=True),
        sa.Column("heart_rate", sa.Integer(), nullable=True),
        sa.Column("breathing_rate", sa.Integer(), nullable=True),
        sa.Column("tension", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(systolic IS NULL) = (diastolic IS NULL)", name=op.f("ck_vitals_pressure")),
        sa.CheckConstraint("systolic > diastolic", name=op.f("ck_vitals_order")),
        sa.CheckConstraint("tension BETWEEN 0 AND 10", name=op.f("ck_vitals_tension")),
        sa.ForeignKeyConstraint(["corrects_id"], ["vitals.id"], name=op.f("fk_vitals_corrects_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_vitals_recorded_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_vitals_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vitals")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_vitals_corrects_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_vitals_uid")),
    )
    op.create_index(op.f("ix_vitals_visit_id"), "vitals", ["visit_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
