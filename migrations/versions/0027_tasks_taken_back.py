"""How a task stood before its end was noted, so that this can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_task", sa.Column("was", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_task", "was")
