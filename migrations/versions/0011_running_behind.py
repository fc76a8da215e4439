"""How late a therapist runs today."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "running_behind",
        sa.Column("therapist_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 0 AND 240", name=op.f("ck_running_behind_minutes")),
        sa.ForeignKeyConstraint(["said_by_id"], ["user_account.id"], name=op.f("fk_running_behind_said_by_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_running_behind_therapist_id")),
        sa.PrimaryKeyConstraint("therapist_id", name=op.f("pk_running_behind")),
    )


def downgrade() -> None:
    op.drop_table("running_behind")
