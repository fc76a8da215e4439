"""When a form was asked for with a visit, and when it is asked for again."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointment", sa.Column("form_asked_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column(
        "practice_settings",
        sa.Column("form_reminder_hours", sa.JSON(), server_default="[48, 24]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("practice_settings", "form_reminder_hours")
    op.drop_column("appointment", "form_asked_at")
