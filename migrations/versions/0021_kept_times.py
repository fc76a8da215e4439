"""Times kept for a client whose visit an absence hit."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "times_offer",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("offered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("end_kind", sa.String(length=10), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (end_kind IS NULL)", name=op.f("ck_times_offer_ended")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["hit_answer.id"], name=op.f("fk_times_offer_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_times_offer_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_times_offer_therapist_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["user_account.id"], name=op.f("fk_times_offer_offered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_times_offer")),
        sa.UniqueConstraint("uid", name=op.f("uq_times_offer_uid")),
    )
    op.create_index(op.f("ix_times_offer_appointment_id"), "times_offer", ["appointment_id"])
    op.create_index(
        "uq_times_offer_open",
        "times_offer",
        ["answer_id"],
        unique=True,
        postgresql_where=_NOT_ENDED,
        sqlite_where=_NOT_ENDED,
    )
    op.create_table(
        "held_time",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["times_offer.id"], name=op.f("fk_held_time_offer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["appointment.id"], name=op.f("fk_held_time_hold_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_held_time_therapist_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_held_time_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_time")),
        sa.UniqueConstraint("uid", name=op.f("uq_held_time_uid")),
    )
    for column in ("offer_id", "hold_id"):
        op.create_index(op.f(f"ix_held_time_{column}"), "held_time", [column])


def downgrade() -> None:
    op.drop_table("held_time")
    op.drop_table("times_offer")
