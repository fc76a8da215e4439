"""Acts that change the ground of the diary, with the answers for the visits they hit."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TO_CALL = sa.text("answer = 'call' AND outcome IS NULL")


def upgrade() -> None:
    op.add_column("appointment_change", sa.Column("act_id", sa.String(length=36), nullable=True))
    op.create_table(
        "ground_act",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_ground_act_by_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_ground_act_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ground_act")),
        sa.UniqueConstraint("uid", name=op.f("uq_ground_act_uid")),
    )
    op.create_index("ix_ground_act_at", "ground_act", ["at"])
    op.create_table(
        "hit_answer",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["ground_act.id"], name=op.f("fk_hit_answer_act_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_hit_answer_appointment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_hit_answer_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hit_answer")),
        sa.UniqueConstraint("act_id", "appointment_id", name=op.f("uq_hit_answer_act_id_appointment_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_hit_answer_uid")),
    )
    op.create_index("ix_hit_answer_appointment_id", "hit_answer", ["appointment_id"])
    op.create_index(
        "ix_hit_answer_to_call", "hit_answer", ["appointment_id"], postgresql_where=_TO_CALL, sqlite_where=_TO_CALL
    )


def downgrade() -> None:
    op.drop_table("hit_answer")
    op.drop_table("ground_act")
    op.drop_column("appointment_change", "act_id")
