"""Visits that are booked back to back and belong together."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_LINKED = sa.text("link_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("appointment", sa.Column("link_id", sa.String(length=36), nullable=True))
    op.create_index(
        "ix_appointment_link_id", "appointment", ["link_id"], postgresql_where=_LINKED, sqlite_where=_LINKED
    )


def downgrade() -> None:
    op.drop_index("ix_appointment_link_id", table_name="appointment")
    op.drop_column("appointment", "link_id")
