"""Appointments and the time they take."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# No treatment is longer; readers bound their index range by it, so the database must enforce it.
LONGEST = "12 hours"

OVERLAP = """
SELECT RAISE(ABORT, 'allocation_overlap') WHERE EXISTS (
  SELECT 1 FROM allocation a
  WHERE a.diary_id = NEW.diary_id AND a.lane = NEW.lane AND a.occupies AND a.id IS NOT NEW.id
    AND a.starts_at < NEW.ends_at AND a.ends_at > NEW.starts_at
    AND a.starts_at > strftime('%Y-%m-%d %H:%M:%f', NEW.starts_at, '-12 hours'));
"""
TOO_LONG = """
SELECT RAISE(ABORT, 'allocation_too_long')
WHERE julianday(NEW.ends_at) - julianday(NEW.starts_at) > 0.500001;
"""


def create_overlap_guard() -> None:
    """Make two occupying allocations of one diary lane impossible; call again after any rebuild of the table."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER allocation_overlap_insert BEFORE INSERT ON allocation WHEN NEW.occupies "
            f"BEGIN {TOO_LONG} {OVERLAP} END"
        )
        op.execute(
            f"CREATE TRIGGER allocation_overlap_update BEFORE UPDATE OF diary_id, lane, starts_at, ends_at, occupies "
            f"ON allocation WHEN NEW.occupies BEGIN {TOO_LONG} {OVERLAP} END"
        )
        return
    op.execute(
        f"ALTER TABLE allocation ADD CONSTRAINT ck_allocation_longest CHECK (ends_at - starts_at <= interval '{LONGEST}')"
    )
    # Integer ranges instead of "=", so that no extension (btree_gist) is needed.
    op.execute(
        "ALTER TABLE allocation ADD CONSTRAINT ex_allocation_overlap EXCLUDE USING gist ("
        " int8range(diary_id, diary_id, '[]') WITH &&,"
        " int4range(lane, lane, '[]') WITH &&,"
        " tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (occupies)"
    )


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("previous_state", sa.String(length=20), nullable=True),
        sa.Column("tentative_reason", sa.String(length=40), nullable=True),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("change_seq", sa.Integer(), nullable=False),
        sa.Column("reconciled_seq", sa.Integer(), nullable=False),
        sa.Column("hold_ends_at", UtcDateTime(), nullable=True),
        sa.Column("held_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=20), nullable=True),
        sa.Column("cancel_reason", sa.String(length=30), nullable=True),
        sa.Column("cancelled_late", sa.Boolean(), nullable=True),
        sa.Column("fee_proposed_cents", sa.Integer(), nullable=True),
        sa.Column("fee_waived_reason", sa.String(length=120), nullable=True),
        sa.Column("tell_client", sa.Boolean(), nullable=False),
        sa.Column("desk_note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(state = 'held') = (hold_ends_at IS NOT NULL)", name=op.f("ck_appointment_hold")),
        sa.CheckConstraint("state = 'held' OR client_id IS NOT NULL", name=op.f("ck_appointment_client")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointment_order")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_appointment_client_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_appointment_created_by_id")),
        sa.ForeignKeyConstraint(["held_by_id"], ["user_account.id"], name=op.f("fk_appointment_held_by_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_appointment_location_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_appointment_room_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_appointment_service_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_appointment_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("uid", name=op.f("uq_appointment_uid")),
    )
    op.create_index("ix_appointment_client_id_starts_at", "appointment", ["client_id", "starts_at"])
    op.create_index(
        "ix_appointment_hold_ends_at",
        "appointment",
        ["hold_ends_at"],
        postgresql_where=sa.text("state = 'held'"),
        sqlite_where=sa.text("state = 'held'"),
    )
    op.create_index("ix_appointment_series_id", "appointment", ["series_id"])
    op.create_index("ix_appointment_starts_at", "appointment", ["starts_at"])
    op.create_index("ix_appointment_therapist_id_starts_at", "appointment", ["therapist_id", "starts_at"])
    op.create_index(
        "ix_appointment_unreconciled",
        "appointment",
        ["id"],
        postgresql_where=sa.text("change_seq > reconciled_seq"),
        sqlite_where=sa.text("change_seq > reconciled_seq"),
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("diary_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("occupies", sa.Boolean(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_allocation_order")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_allocation_appointment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["diary_id"], ["diary.id"], name=op.f("fk_allocation_diary_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    op.create_index("ix_allocation_appointment_id", "allocation", ["appointment_id"])
    op.create_index("ix_allocation_diary_id_starts_at", "allocation", ["diary_id", "starts_at"])
    op.create_table(
        "appointment_change",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("verb", sa.String(length=30), nullable=False),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("state_before", sa.String(length=20), nullable=True),
        sa.Column("state_after", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_user_id"], ["user_account.id"], name=op.f("fk_appointment_change_actor_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_change_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_change")),
        sa.UniqueConstraint("uid", name=op.f("uq_appointment_change_uid")),
    )
    op.create_index("ix_appointment_change_appointment_id", "appointment_change", ["appointment_id"])
    op.create_table(
        "parked_call",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_parked_call_client_id")),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["appointment.id"], name=op.f("fk_parked_call_hold_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_parked_call_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_call")),
        sa.UniqueConstraint("uid", name=op.f("uq_parked_call_uid")),
    )
    op.create_index("ix_parked_call_user_id_closed_at", "parked_call", ["user_id", "closed_at"])
    create_overlap_guard()


def downgrade() -> None:
    op.drop_table("parked_call")
    op.drop_table("appointment_change")
    op.drop_table("allocation")
    op.drop_table("appointment")
