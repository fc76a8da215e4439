"""Where, on which table, what, by whom and when: the practice's own set-up.

Minutes are minutes of wall time after local midnight (0 to 1440), weekdays count from Monday = 0.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Editable, Identified


class DiaryKind(StrEnum):
    """Whose time line a diary is."""

    THERAPIST = "therapist"
    ROOM = "room"
    CLIENT = "client"


class ServiceKind(StrEnum):
    """What a service is to the safety rules."""

    ASSESSMENT = "assessment"
    HANDS_ON = "hands_on"
    PHONE = "phone"


class RegistrationStatus(StrEnum):
    """A therapist's standing with the college."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"


class Diary(Base):
    """A bookable time line; ``version`` rises whenever time on it is taken or given back."""

    __tablename__ = "diary"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DiaryKind] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(default=1)


class ClinicState(Base):
    """The single row (id 1) whose ``version`` rises with every change to what availability is computed from."""

    __tablename__ = "clinic_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=1)


class PracticeSettings(Editable, Base):
    """The practice's policies from a date on; the newest row not after today is in force. Fees are per cent."""

    __tablename__ = "practice_settings"

    effective_on: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sender_alias: Mapped[str] = mapped_column(String(120))
    reply_to: Mapped[str | None] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(12), default="en_CA")
    currency: Mapped[str] = mapped_column(String(3), default="CAD")
    default_region: Mapped[str] = mapped_column(String(2), default="CA")
    cancel_notice_minutes: Mapped[int] = mapped_column(default=1440)
    late_cancel_fee_percent: Mapped[int] = mapped_column(default=50)
    no_show_fee_percent: Mapped[int] = mapped_column(default=100)
    quiet_from_minute: Mapped[int] = mapped_column(default=20 * 60)
    quiet_until_minute: Mapped[int] = mapped_column(default=8 * 60)
    confirmation_grace_seconds: Mapped[int] = mapped_column(default=120)
    change_grace_seconds: Mapped[int] = mapped_column(default=300)
    reminder_hours: Mapped[list[int]] = mapped_column(JSON, default=lambda: [48, 3])
    form_reminder_hours: Mapped[list[int]] = mapped_column(JSON, default=lambda: [48, 24], server_default="[48, 24]")
    safety_policy: Mapped[str] = mapped_column(String(12), default="strict", server_default="strict")
    screening_days: Mapped[int] = mapped_column(default=90, server_default="90")
    needs_pregnancy_note: Mapped[bool] = mapped_column(default=False, server_default=false())


class Location(Editable, Base):
    """A place with its own zone; appointments made there keep that zone for good.

    ``holiday_region`` (``CA-ON``) says whose public holidays are proposed; empty means the practice's country.
    """

    __tablename__ = "location"

    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(40), default="")
    zone: Mapped[str] = mapped_column(String(64))
    arrive_early_minutes: Mapped[int] = mapped_column(default=10)
    holiday_region: Mapped[str] = mapped_column(String(10), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Room(Editable, Base):
    """A treatment room; ``features`` are codes such as ``step_free`` or ``hydraulic_table``."""

    __tablename__ = "room"

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), index=True)
    diary_id: Mapped[int] = mapped_column(ForeignKey("diary.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    features: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_active: Mapped[bool] = mapped_column(default=True)


class Service(Editable, Base):
    """What can be booked. ``name`` is for staff; mails never carry it. ``horizon_days`` bounds how far ahead.

    ``group_size`` clients at most share one session of a therapist and a room.
    """

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("duration_minutes BETWEEN 5 AND 480", name="duration"),
        CheckConstraint("buffer_before_minutes BETWEEN 0 AND 120", name="buffer_before"),
        CheckConstraint("buffer_after_minutes BETWEEN 0 AND 120", name="buffer_after"),
        CheckConstraint("grid_minutes BETWEEN 5 AND 240", name="grid"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("group_size BETWEEN 1 AND 12", name="group_size"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[ServiceKind] = mapped_column(String(20))
    duration_minutes: Mapped[int]
    buffer_before_minutes: Mapped[int] = mapped_column(default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(default=0)
    price_cents: Mapped[int]
    grid_minutes: Mapped[int] = mapped_column(default=15)
    notice_minutes: Mapped[int] = mapped_column(default=0)
    portal_notice_minutes: Mapped[int] = mapped_column(default=120)
    horizon_days: Mapped[int] = mapped_column(default=180)
    needs_room: Mapped[bool] = mapped_column(default=True)
    room_needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    group_size: Mapped[int] = mapped_column(default=1, server_default="1")


class Therapist(Editable, Base):
    """A registered massage therapist. ``colour`` indexes the therapist palette, 1 to 8; ``gender`` may be unsaid."""

    __tablename__ = "therapist"

    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), unique=True)
    diary_id: Mapped[int] = mapped_column(ForeignKey("diary.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    colour: Mapped[int] = mapped_column(default=1)
    registration_number: Mapped[str] = mapped_column(String(40))
    registration_status: Mapped[RegistrationStatus] = mapped_column(String(20), default=RegistrationStatus.ACTIVE)
    registered_from: Mapped[date | None]
    registered_until: Mapped[date | None]
    usual_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    gender: Mapped[str] = mapped_column(String(12), default="", server_default="")


class TherapistService(Base):
    """Who offers what."""

    __tablename__ = "therapist_service"

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)


class OpeningHours(Base, Identified):
    """When a location is open on a weekday; several rows a day leave a pause between them."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440", name="minutes"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), index=True)
    weekday: Mapped[int]
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]


class WeeklyHours(Base, Identified):
    """When a therapist works at a location on a weekday, within dates; a gap between two rows is the break."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440", name="minutes"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    weekday: Mapped[int]
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class DatedHours(Base, Identified):
    """A dated exception: all rows of a day together replace the weekly hours; no minutes means not working."""

    __tablename__ = "dated_hours"
    __table_args__ = (
        CheckConstraint(
            "(opens_minute IS NULL AND closes_minute IS NULL) OR "
            "(opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440)",
            name="minutes",
        ),
        Index(None, "therapist_id", "on_date"),
    )

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    on_date: Mapped[date]
    opens_minute: Mapped[int | None]
    closes_minute: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(120), default="")


class TimeOff(Editable, Base):
    """A therapist's absence between two instants."""

    __tablename__ = "time_off"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index(None, "therapist_id", "ends_at"),
    )

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20), default="holiday")
    note: Mapped[str] = mapped_column(String(200), default="")


class Closure(Editable, Base):
    """Whole local days, first and last included, on which one location (or every one) is closed."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("first_on <= last_on", name="order"), Index(None, "last_on"))

    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    name: Mapped[str] = mapped_column(String(120))


class StaffTask(Editable, Base):
    """Something that a person must do: a call, a returned mail, a decision. ``dedupe_key`` keeps it single.

    ``client_id`` is set when it is not about the client that the subject names. ``was`` is how it stood before its
    end was noted last, for whoever takes that back.
    """

    __tablename__ = "staff_task"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "subject_kind", "subject_id"),
        UniqueConstraint("dedupe_key"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    client_id: Mapped[int | None]
    assigned_role: Mapped[str] = mapped_column(String(20), default="receptionist")
    assigned_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="open")
    outcome: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    was: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
