"""Services that are given to several clients at once."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In one piece: SQLite takes a constraint with its column, but adds none to a table that is there.
    op.execute(
        "ALTER TABLE service ADD COLUMN group_size INTEGER DEFAULT 1 NOT NULL "
        "CONSTRAINT ck_service_group_size CHECK (group_size BETWEEN 1 AND 12)"
    )
    op.add_column("appointment", sa.Column("group_size", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("appointment", "group_size")
    op.drop_column("service", "group_size")
