"""Which records were merged into which, and where the time of a merged one is taken."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No foreign key: it always is the diary of the record that merged_into_id names, and SQLite would rebuild the table.
    op.add_column("client", sa.Column("kept_diary_id", sa.Integer(), nullable=True))
    op.create_index("ix_client_merged_into_id", "client", ["merged_into_id"])
    op.create_table(
        "client_merge",
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["client.id"], name=op.f("fk_client_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["client.id"], name=op.f("fk_client_merge_merged_id")),
        sa.ForeignKeyConstraint(["merged_by_id"], ["user_account.id"], name=op.f("fk_client_merge_merged_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user_account.id"], name=op.f("fk_client_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_merge")),
        sa.UniqueConstraint("uid", name=op.f("uq_client_merge_uid")),
    )
    op.create_index("ix_client_merge_kept_id", "client_merge", ["kept_id"])
    op.create_index("ix_client_merge_merged_id", "client_merge", ["merged_id"])


def downgrade() -> None:
    op.drop_table("client_merge")
    op.drop_index("ix_client_merged_into_id", "client")
    op.drop_column("client", "kept_diary_id")
