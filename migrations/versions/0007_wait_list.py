"""The wait list and its offers."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IS_OPEN = "state = 'open'"
IS_UNTOLD = "version > reconciled_version"


def upgrade() -> None:
    op.create_table(
        "wait_list_entry",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("therapist_ids", sa.JSON(), nullable=False),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("may_phone", sa.Boolean(), nullable=False),
        sa.Column("desk_note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("last_on IS NULL OR first_on <= last_on", name=op.f("ck_wait_list_entry_dates")),
        sa.CheckConstraint("notice_minutes >= 0", name=op.f("ck_wait_list_entry_notice")),
        sa.CheckConstraint(
            "(state IN ('waiting', 'offered')) = (closed_at IS NULL)", name=op.f("ck_wait_list_entry_closed")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_wait_list_entry_client_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_wait_list_entry_service_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_wait_list_entry_location_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_wait_list_entry_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_list_entry")),
        sa.UniqueConstraint("uid", name=op.f("uq_wait_list_entry_uid")),
    )
    op.create_index("ix_wait_list_entry_state_created_at", "wait_list_entry", ["state", "created_at"])
    op.create_index("ix_wait_list_entry_client_id_state", "wait_list_entry", ["client_id", "state"])
    op.create_table(
        "wait_list_offer",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("among", sa.Integer(), nullable=False),
        sa.Column("reconciled_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_wait_list_offer_order")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_wait_list_offer_ended")),
        sa.ForeignKeyConstraint(["entry_id"], ["wait_list_entry.id"], name=op.f("fk_wait_list_offer_entry_id")),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["appointment.id"], name=op.f("fk_wait_list_offer_hold_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_wait_list_offer_therapist_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_wait_list_offer_room_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["user_account.id"], name=op.f("fk_wait_list_offer_offered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_list_offer")),
        sa.UniqueConstraint("uid", name=op.f("uq_wait_list_offer_uid")),
    )
    where = {"postgresql_where": sa.text(IS_OPEN), "sqlite_where": sa.text(IS_OPEN)}
    op.create_index("uq_wait_list_offer_open", "wait_list_offer", ["entry_id"], unique=True, **where)
    op.create_index("ix_wait_list_offer_open_expires_at", "wait_list_offer", ["expires_at"], **where)
    op.create_index(
        "ix_wait_list_offer_unreconciled",
        "wait_list_offer",
        ["id"],
        postgresql_where=sa.text(IS_UNTOLD),
        sqlite_where=sa.text(IS_UNTOLD),
    )
    op.create_index("ix_wait_list_offer_entry_id_offered_at", "wait_list_offer", ["entry_id", "offered_at"])
    op.create_index("ix_wait_list_offer_offered_at", "wait_list_offer", ["offered_at"])
    op.create_index("ix_wait_list_offer_hold_id", "wait_list_offer", ["hold_id"])


def downgrade() -> None:
    op.drop_table("wait_list_offer")
    op.drop_table("wait_list_entry")
