"""Limits, preferences, pairs kept apart, places that lie apart; what lies on a diary says what it is and where."""

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("therapist", sa.Column("gender", sa.String(length=12), nullable=False, server_default=""))
    op.add_column("appointment", sa.Column("kind", sa.String(length=20), nullable=False, server_default="hands_on"))
    op.add_column("allocation", sa.Column("work", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("allocation", sa.Column("location_id", sa.Integer(), nullable=False, server_default="0"))
    _fill_copies()
    _create_limits()
    _create_wishes()


def _fill_copies() -> None:
    op.execute(
        "UPDATE appointment SET kind = (SELECT s.kind FROM service s WHERE s.id = appointment.service_id) "
        "WHERE EXISTS (SELECT 1 FROM service s WHERE s.id = appointment.service_id AND s.kind <> 'hands_on')"
    )
    op.execute(
        "UPDATE allocation SET location_id = (SELECT a.location_id FROM appointment a "
        "WHERE a.id = allocation.appointment_id), work = (SELECT CASE a.kind WHEN 'assessment' THEN 2 "
        "WHEN 'phone' THEN 3 ELSE 1 END FROM appointment a WHERE a.id = allocation.appointment_id)"
    )


def _create_limits() -> None:
    op.create_table(
        "booking_limits",
        sa.Column("visits_a_day", sa.Integer(), nullable=True),
        sa.Column("visits_a_week", sa.Integer(), nullable=True),
        sa.Column("hands_on_minutes_a_day", sa.Integer(), nullable=True),
        sa.Column("hands_on_minutes_a_week", sa.Integer(), nullable=True),
        sa.Column("rest_after_minutes", sa.Integer(), nullable=True),
        sa.Column("rest_minutes", sa.Integer(), nullable=False),
        sa.Column("gap_days_hands_on", sa.Integer(), nullable=False),
        sa.Column("gap_days_assessment", sa.Integer(), nullable=False),
        sa.Column("gap_days_phone", sa.Integer(), nullable=False),
        sa.Column("client_visits_a_day", sa.Integer(), nullable=True),
        sa.Column("travel_minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("rest_minutes BETWEEN 5 AND 240", name=op.f("ck_booking_limits_rest")),
        sa.CheckConstraint("travel_minutes BETWEEN 0 AND 240", name=op.f("ck_booking_limits_travel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_limits")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_limits_uid")),
    )
    op.execute(
        "INSERT INTO booking_limits (id, uid, version, rest_minutes, gap_days_hands_on, gap_days_assessment, "
        "gap_days_phone, travel_minutes) VALUES (1, '6b0f5a52-5a0f-4f43-9a3e-0d4b8f3b1c01', 1, 30, 0, 0, 0, 0)"
    )
    op.create_table(
        "therapist_limits",
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("visits_a_day", sa.Integer(), nullable=True),
        sa.Column("visits_a_week", sa.Integer(), nullable=True),
        sa.Column("hands_on_minutes_a_day", sa.Integer(), nullable=True),
        sa.Column("hands_on_minutes_a_week", sa.Integer(), nullable=True),
        sa.Column("rest_after_minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_therapist_limits_therapist_id")),
        sa.PrimaryKeyConstraint("therapist_id", name=op.f("pk_therapist_limits")),
    )
    op.create_table(
        "travel_time",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("other_location_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("location_id <= other_location_id", name=op.f("ck_travel_time_order")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 240", name=op.f("ck_travel_time_minutes")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_travel_time_location_id")),
        sa.ForeignKeyConstraint(["other_location_id"], ["location.id"], name=op.f("fk_travel_time_other_location_id")),
        sa.PrimaryKeyConstraint("location_id", "other_location_id", name=op.f("pk_travel_time")),
    )
    op.create_table(
        "location_service",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_location_service_location_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_location_service_service_id")),
        sa.PrimaryKeyConstraint("location_id", "service_id", name=op.f("pk_location_service")),
    )
    op.create_index("ix_location_service_service_id", "location_service", ["service_id"])


def _create_wishes() -> None:
    op.create_table(
        "client_preference",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("strength", sa.String(length=10), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=True),
        sa.Column("gender", sa.String(length=12), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(therapist_id IS NULL) = (kind = 'gender')", name=op.f("ck_client_preference_subject")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_preference_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_client_preference_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_preference")),
        sa.UniqueConstraint("uid", name=op.f("uq_client_preference_uid")),
    )
    op.create_index("ix_client_preference_client_id", "client_preference", ["client_id"])
    op.create_table(
        "block_pair",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=True),
        sa.Column("other_client_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("(therapist_id IS NULL) <> (other_client_id IS NULL)", name=op.f("ck_block_pair_other")),
        sa.CheckConstraint("other_client_id IS NULL OR other_client_id <> client_id", name=op.f("ck_block_pair_self")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_block_pair_client_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_block_pair_created_by_id")),
        sa.ForeignKeyConstraint(
            ["other_client_id"], ["client.id"], name=op.f("fk_block_pair_other_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_block_pair_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_pair")),
        sa.UniqueConstraint("uid", name=op.f("uq_block_pair_uid")),
    )
    op.create_index("ix_block_pair_client_id", "block_pair", ["client_id"])
    op.create_index("ix_block_pair_other_client_id", "block_pair", ["other_client_id"])
    op.create_table(
        "block_reason",
        sa.Column("block_pair_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_pair_id"], ["block_pair.id"], name=op.f("fk_block_reason_block_pair_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("block_pair_id", name=op.f("pk_block_reason")),
    )


def downgrade() -> None:
    for table in (
        "block_reason",
        "block_pair",
        "client_preference",
        "location_service",
        "travel_time",
        "therapist_limits",
        "booking_limits",
    ):
        op.drop_table(table)
    op.drop_column("allocation", "location_id")
    op.drop_column("allocation", "work")
    op.drop_column("appointment", "kind")
    op.drop_column("therapist", "gender")
