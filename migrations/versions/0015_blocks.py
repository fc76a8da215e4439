"""Blocks: time on diaries without a client; an allocation belongs to an appointment or to a block."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEPT = (
    "id, appointment_id, diary_id, lane, starts_at, ends_at, buffer_before, buffer_after, occupies, work, location_id"
)
TAKER = "(appointment_id IS NULL) <> (block_id IS NULL)"
OF_A_BLOCK = sa.text("block_id IS NOT NULL")


def upgrade() -> None:
    _create_blocks()
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite(with_blocks=True)
    else:
        op.add_column("allocation", sa.Column("block_id", sa.Integer(), nullable=True))
        op.alter_column("allocation", "appointment_id", existing_type=sa.Integer(), nullable=True)
        op.create_foreign_key(
            op.f("fk_allocation_block_id"), "allocation", "diary_block", ["block_id"], ["id"], ondelete="CASCADE"
        )
        op.create_check_constraint(op.f("ck_allocation_taker"), "allocation", TAKER)
    op.create_index(
        "ix_allocation_block_id", "allocation", ["block_id"], postgresql_where=OF_A_BLOCK, sqlite_where=OF_A_BLOCK
    )


def downgrade() -> None:
    op.execute("DELETE FROM allocation WHERE appointment_id IS NULL")
    op.drop_index("ix_allocation_block_id", "allocation")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_on_sqlite(with_blocks=False)
    else:
        op.drop_constraint(op.f("ck_allocation_taker"), "allocation", type_="check")
        op.drop_constraint(op.f("fk_allocation_block_id"), "allocation", type_="foreignkey")
        op.alter_column("allocation", "appointment_id", existing_type=sa.Integer(), nullable=False)
        op.drop_column("allocation", "block_id")
    op.drop_table("diary_block")
    op.drop_table("block_pattern")


def _create_blocks() -> None:
    op.create_table(
        "block_pattern",
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_block_pattern_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_pattern")),
        sa.UniqueConstraint("uid", name=op.f("uq_block_pattern_uid")),
    )
    op.create_table(
        "diary_block",
        sa.Column("pattern_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_diary_block_order")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_diary_block_created_by_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_diary_block_location_id")),
        sa.ForeignKeyConstraint(
            ["pattern_id"], ["block_pattern.id"], name=op.f("fk_diary_block_pattern_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_block")),
        sa.UniqueConstraint("uid", name=op.f("uq_diary_block_uid")),
    )
    op.create_index("ix_diary_block_pattern_id_starts_at", "diary_block", ["pattern_id", "starts_at"])
    op.create_index("ix_diary_block_starts_at", "diary_block", ["starts_at"])


def _rebuild_on_sqlite(*, with_blocks: bool) -> None:
    """Build the table anew with the guards that it has: SQLite changes no column in place and drops its triggers."""
    bind = op.get_bind()
    guards = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'allocation' ORDER BY name"
    triggers = bind.execute(sa.text(guards)).scalars().all()
    own = (
        (
            sa.Column("block_id", sa.Integer(), nullable=True),
            sa.CheckConstraint(TAKER, name=op.f("ck_allocation_taker")),
            sa.ForeignKeyConstraint(
                ["block_id"], ["diary_block.id"], name=op.f("fk_allocation_block_id"), ondelete="CASCADE"
            ),
        )
        if with_blocks
        else ()
    )
    op.create_table(
        "allocation_anew",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=with_blocks),
        sa.Column("diary_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("occupies", sa.Boolean(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("location_id", sa.Integer(), nullable=False, server_default="0"),
        *own,
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_allocation_order")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_allocation_appointment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["diary_id"], ["diary.id"], name=op.f("fk_allocation_diary_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    op.execute(f"INSERT INTO allocation_anew ({KEPT}) SELECT {KEPT} FROM allocation")
    op.drop_table("allocation")
    op.rename_table("allocation_anew", "allocation")
    op.create_index("ix_allocation_appointment_id", "allocation", ["appointment_id"])
    op.create_index("ix_allocation_diary_id_starts_at", "allocation", ["diary_id", "starts_at"])
    for trigger in triggers:
        bind.exec_driver_sql(trigger)
