"""Whether it is certain that a client was told: a mail cut off on the wire may not have arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("told", sa.Column("is_certain", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("told", "is_certain")
