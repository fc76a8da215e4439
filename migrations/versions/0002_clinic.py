"""Where, what, by whom and when."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from practice.core.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIRST_POLICIES = {
    "effective_on": date(2000, 1, 1),
    "name": "Our practice",
    "sender_alias": "Our practice",
    "locale": "en_CA",
    "currency": "CAD",
    "default_region": "CA",
    "cancel_notice_minutes": 1440,
    "late_cancel_fee_percent": 50,
    "no_show_fee_percent": 100,
    "quiet_from_minute": 1200,
    "quiet_until_minute": 480,
    "confirmation_grace_seconds": 120,
    "change_grace_seconds": 300,
    "reminder_hours": [48, 3],
    "version": 1,
    "uid": "6f1c0a52-6f0e-4c38-9a57-2d6d3b0b9a10",
}


def upgrade() -> None:
    op.create_table(
        "diary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary")),
    )
    op.create_table(
        "clinic_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_state")),
    )
    settings = op.create_table(
        "practice_settings",
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sender_alias", sa.String(length=120), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("default_region", sa.String(length=2), nullable=False),
        sa.Column("cancel_notice_minutes", sa.Integer(), nullable=False),
        sa.Column("late_cancel_fee_percent", sa.Integer(), nullable=False),
        sa.Column("no_show_fee_percent", sa.Integer(), nullable=False),
        sa.Column("quiet_from_minute", sa.Integer(), nullable=False),
        sa.Column("quiet_until_minute", sa.Integer(), nullable=False),
        sa.Column("confirmation_grace_seconds", sa.Integer(), nullable=False),
        sa.Column("change_grace_seconds", sa.Integer(), nullable=False),
        sa.Column("reminder_hours", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_settings")),
        sa.UniqueConstraint("effective_on", name=op.f("uq_practice_settings_effective_on")),
        sa.UniqueConstraint("uid", name=op.f("uq_practice_settings_uid")),
    )
    # Every installation starts with policies in force, so that no day is without them.
    op.bulk_insert(settings, [_FIRST_POLICIES])
    op.create_table(
        "location",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("arrive_early_minutes", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("uid", name=op.f("uq_location_uid")),
    )
    op.create_table(
        "room",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("diary_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["diary_id"], ["diary.id"], name=op.f("fk_room_diary_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_room_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("diary_id", name=op.f("uq_room_diary_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_room_uid")),
    )
    op.create_index("ix_room_location_id", "room", ["location_id"])
    op.create_table(
        "service",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("grid_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("portal_notice_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("needs_room", sa.Boolean(), nullable=False),
        sa.Column("room_needs", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("buffer_after_minutes BETWEEN 0 AND 120", name=op.f("ck_service_buffer_after")),
        sa.CheckConstraint("buffer_before_minutes BETWEEN 0 AND 120", name=op.f("ck_service_buffer_before")),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 480", name=op.f("ck_service_duration")),
        sa.CheckConstraint("grid_minutes BETWEEN 5 AND 240", name=op.f("ck_service_grid")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_service_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
        sa.UniqueConstraint("uid", name=op.f("uq_service_uid")),
    )
    op.create_table(
        "therapist",
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("diary_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("registration_status", sa.String(length=20), nullable=False),
        sa.Column("registered_from", sa.Date(), nullable=True),
        sa.Column("registered_until", sa.Date(), nullable=True),
        sa.Column("usual_room_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["diary_id"], ["diary.id"], name=op.f("fk_therapist_diary_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_therapist_user_id")),
        sa.ForeignKeyConstraint(["usual_room_id"], ["room.id"], name=op.f("fk_therapist_usual_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_therapist")),
        sa.UniqueConstraint("diary_id", name=op.f("uq_therapist_diary_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_therapist_uid")),
        sa.UniqueConstraint("user_id", name=op.f("uq_therapist_user_id")),
    )
    op.create_table(
        "therapist_service",
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_therapist_service_service_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_therapist_service_therapist_id")),
        sa.PrimaryKeyConstraint("therapist_id", "service_id", name=op.f("pk_therapist_service")),
    )
    op.create_index("ix_therapist_service_service_id", "therapist_service", ["service_id"])
    op.create_table(
        "opening_hours",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440",
            name=op.f("ck_opening_hours_minutes"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_opening_hours_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint("uid", name=op.f("uq_opening_hours_uid")),
    )
    op.create_index("ix_opening_hours_location_id", "opening_hours", ["location_id"])
    op.create_table(
        "weekly_hours",
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440",
            name=op.f("ck_weekly_hours_minutes"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_hours_weekday")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_weekly_hours_location_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_weekly_hours_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
        sa.UniqueConstraint("uid", name=op.f("uq_weekly_hours_uid")),
    )
    op.create_index("ix_weekly_hours_therapist_id", "weekly_hours", ["therapist_id"])
    op.create_table(
        "dated_hours",
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=True),
        sa.Column("closes_minute", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "(opens_minute IS NULL AND closes_minute IS NULL) OR (opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440)",
            name=op.f("ck_dated_hours_minutes"),
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_dated_hours_location_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_dated_hours_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dated_hours")),
        sa.UniqueConstraint("uid", name=op.f("uq_dated_hours_uid")),
    )
    op.create_index("ix_dated_hours_therapist_id_on_date", "dated_hours", ["therapist_id", "on_date"])
    op.create_table(
        "time_off",
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_time_off_order")),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name=op.f("fk_time_off_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
        sa.UniqueConstraint("uid", name=op.f("uq_time_off_uid")),
    )
    op.create_index("ix_time_off_therapist_id_ends_at", "time_off", ["therapist_id", "ends_at"])
    op.create_table(
        "closure",
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_closure_order")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_closure_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("uid", name=op.f("uq_closure_uid")),
    )
    op.create_index("ix_closure_last_on", "closure", ["last_on"])
    op.create_table(
        "staff_task",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("assigned_role", sa.String(length=20), nullable=False),
        sa.Column("assigned_user_id", sa.Integer(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["assigned_user_id"], ["user_account.id"], name=op.f("fk_staff_task_assigned_user_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["user_account.id"], name=op.f("fk_staff_task_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_task")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_staff_task_dedupe_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_staff_task_uid")),
    )
    op.create_index("ix_staff_task_state_due_at", "staff_task", ["state", "due_at"])
    op.create_index("ix_staff_task_subject_kind_subject_id", "staff_task", ["subject_kind", "subject_id"])
    op.execute("INSERT INTO clinic_state (id, version) VALUES (1, 1)")


def downgrade() -> None:
    op.drop_table("staff_task")
    op.drop_table("closure")
    op.drop_table("time_off")
    op.drop_table("dated_hours")
    op.drop_table("weekly_hours")
    op.drop_table("opening_hours")
    op.drop_table("therapist_service")
    op.drop_table("therapist")
    op.drop_table("service")
    op.drop_table("room")
    op.drop_table("location")
    op.drop_table("practice_settings")
    op.drop_table("clinic_state")
    op.drop_table("diary")
