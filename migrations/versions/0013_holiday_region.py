"""Whose public holidays are proposed as closures of a location."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("location", sa.Column("holiday_region", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("location", "holiday_region")
