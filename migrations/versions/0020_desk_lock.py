"""The PIN that unlocks a desk; the colours that nobody stored are a matter of the browser."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("user_account", "theme")
    op.add_column("user_account", sa.Column("pin_hash", sa.String(length=200)))


def downgrade() -> None:
    op.drop_column("user_account", "pin_hash")
    op.add_column("user_account", sa.Column("theme", sa.String(length=10)))
