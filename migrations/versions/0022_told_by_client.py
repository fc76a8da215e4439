"""What each client was told of a visit, also when the visit is somebody else's now; whom a task is about."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ALL_BUT_THE_LAST = """
DELETE FROM told WHERE EXISTS (
    SELECT 1 FROM told AS other
    WHERE other.appointment_id = told.appointment_id
    AND (other.at > told.at OR (other.at = told.at AND other.client_id > told.client_id))
)
"""


def upgrade() -> None:
    _key("appointment_id", "client_id")
    op.add_column("staff_task", sa.Column("client_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_task", "client_id")
    # Before, only the last thing said about a visit was known, whoever it was said to.
    op.execute(_ALL_BUT_THE_LAST)
    _key("appointment_id")


def _key(*columns: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_told", "told", type_="primary")
        op.create_primary_key("pk_told", "told", list(columns))
        return
    # SQLite cannot change a key: the rows move to a table that has it.
    op.create_table(
        "told_anew",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("therapist_name", sa.String(length=120), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*columns, name=op.f("pk_told")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_told_appointment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_told_client_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_told_location_id")),
    )
    op.execute("INSERT INTO told_anew SELECT * FROM told")
    op.drop_table("told")
    op.rename_table("told_anew", "told")
