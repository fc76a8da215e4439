"""Messages of one act to one client leave as one mail."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_SHARED = sa.text("act_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("message", sa.Column("act_id", sa.String(length=36), nullable=True))
    for table in ("message", "appointment_change"):
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], postgresql_where=_SHARED, sqlite_where=_SHARED)


def downgrade() -> None:
    for table in ("message", "appointment_change"):
        op.drop_index(f"ix_{table}_act_id", table_name=table)
    op.drop_column("message", "act_id")
