"""Which backups were tried, and what came of them."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_run",
        sa.Column("night_on", sa.Date(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=True),
        sa.Column("archive", sa.String(length=200), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("sentence", sa.String(length=400), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
        sa.UniqueConstraint("night_on", "attempt", name=op.f("uq_backup_run_night_on_attempt")),
        sa.UniqueConstraint("uid", name=op.f("uq_backup_run_uid")),
    )
    op.create_index("ix_backup_run_ended_at", "backup_run", ["ended_at"])


def downgrade() -> None:
    op.drop_table("backup_run")
