"""The data key under which a client's clinical text is sealed, wrapped by the practice's key."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_key",
        sa.Column("client_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_client_key_destroyed")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_key_client_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_key")),
    )
    op.create_index(op.f("ix_client_key_key_id"), "client_key", ["key_id"])


def downgrade() -> None:
    op.drop_table("client_key")
