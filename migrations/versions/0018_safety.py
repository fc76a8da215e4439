"""Screenings, flags, clearances with their documents, what callers said; and how much a practice asks before it treats."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "practice_settings", sa.Column("safety_policy", sa.String(length=12), nullable=False, server_default="strict")
    )
    op.add_column("practice_settings", sa.Column("screening_days", sa.Integer(), nullable=False, server_default="90"))
    op.add_column(
        "practice_settings",
        sa.Column("needs_pregnancy_note", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "clearance",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("clinician", sa.String(length=24), nullable=True),
        sa.Column("clinician_name", sa.LargeBinary(), nullable=True),
        sa.Column("restrictions", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "state <> 'valid' OR (valid_from IS NOT NULL AND valid_until IS NOT NULL AND read_at IS NOT NULL)",
            name=op.f("ck_clearance_read"),
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_clearance_days")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_clearance_client_id")),
        sa.ForeignKeyConstraint(["read_by_id"], ["user_account.id"], name=op.f("fk_clearance_read_by_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user_account.id"], name=op.f("fk_clearance_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance")),
        sa.UniqueConstraint("uid", name=op.f("uq_clearance_uid")),
    )
    op.create_index(op.f("ix_clearance_client_id"), "clearance", ["client_id"])
    op.create_index(op.f("ix_clearance_state_requested_at"), "clearance", ["state", "requested_at"])
    op.create_index(
        "ix_clearance_valid_until",
        "clearance",
        ["valid_until"],
        postgresql_where=sa.text("state = 'valid'"),
        sqlite_where=sa.text("state = 'valid'"),
    )
    op.create_table(
        "flag",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("region", sa.String(length=30), nullable=False),
        sa.Column("tier", sa.String(length=2), nullable=False),
        sa.Column("raised_tier", sa.String(length=2), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("lowered_because", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_because", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("tier IN ('T0', 'T1', 'T2', 'T3')", name=op.f("ck_flag_tier")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_because IS NULL)", name=op.f("ck_flag_closed")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_flag_client_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user_account.id"], name=op.f("fk_flag_closed_by_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user_account.id"], name=op.f("fk_flag_raised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("uid", name=op.f("uq_flag_uid")),
    )
    op.create_index(
        "uq_flag_open",
        "flag",
        ["client_id", "code", "region"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "heard_word",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.Column("heard_by_id", sa.Integer(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_heard_word_client_id")),
        sa.ForeignKeyConstraint(["heard_by_id"], ["user_account.id"], name=op.f("fk_heard_word_heard_by_id")),
        sa.ForeignKeyConstraint(["read_by_id"], ["user_account.id"], name=op.f("fk_heard_word_read_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard_word")),
        sa.UniqueConstraint("uid", name=op.f("uq_heard_word_uid")),
    )
    op.create_index(op.f("ix_heard_word_client_id_read_at"), "heard_word", ["client_id", "read_at"])
    op.create_table(
        "screening",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("attestation", sa.LargeBinary(), nullable=True),
        sa.Column("is_baseline", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_screening_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_screening_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint("uid", name=op.f("uq_screening_uid")),
    )
    op.create_index(op.f("ix_screening_client_id_signed_at"), "screening", ["client_id", "signed_at"])
    op.create_table(
        "clearance_document",
        sa.Column("clearance_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["clearance_id"], ["clearance.id"], name=op.f("fk_clearance_document_clearance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_document")),
        sa.UniqueConstraint("uid", name=op.f("uq_clearance_document_uid")),
    )
    op.create_index(op.f("ix_clearance_document_clearance_id"), "clearance_document", ["clearance_id"])
    op.create_table(
        "clearance_flag",
        sa.Column("clearance_id", sa.Integer(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clearance_id"], ["clearance.id"], name=op.f("fk_clearance_flag_clearance_id")),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name=op.f("fk_clearance_flag_flag_id")),
        sa.PrimaryKeyConstraint("clearance_id", "flag_id", name=op.f("pk_clearance_flag")),
    )
    op.create_index(op.f("ix_clearance_flag_flag_id"), "clearance_flag", ["flag_id"])


def downgrade() -> None:
    for table in ("clearance_flag", "clearance_document", "screening", "heard_word", "flag", "clearance"):
        op.drop_table(table)
    for column in ("needs_pregnancy_note", "screening_days", "safety_policy"):
        op.drop_column("practice_settings", column)
