"""How much is too much, which services a place gives, and how far places lie apart: tables of the booking rules."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.db import Base, Editable


class BookingLimits(Editable, Base):
    """The single row (id 1) of limits that hold for everybody; None and 0 mean no limit.

    ``rest_after_minutes`` of hands-on work without a pause of ``rest_minutes`` are the most. Gaps count local days
    between two visits of one client for the same kind of service. ``travel_minutes`` lie between two places whose
    distance nobody noted.
    """

    __tablename__ = "booking_limits"
    __table_args__ = (
        CheckConstraint("rest_minutes BETWEEN 5 AND 240", name="rest"),
        CheckConstraint("travel_minutes BETWEEN 0 AND 240", name="travel"),
    )

    visits_a_day: Mapped[int | None]
    visits_a_week: Mapped[int | None]
    hands_on_minutes_a_day: Mapped[int | None]
    hands_on_minutes_a_week: Mapped[int | None]
    rest_after_minutes: Mapped[int | None]
    rest_minutes: Mapped[int] = mapped_column(default=30)
    gap_days_hands_on: Mapped[int] = mapped_column(default=0)
    gap_days_assessment: Mapped[int] = mapped_column(default=0)
    gap_days_phone: Mapped[int] = mapped_column(default=0)
    client_visits_a_day: Mapped[int | None]
    travel_minutes: Mapped[int] = mapped_column(default=0)


class TherapistLimits(Base):
    """Limits of one therapist's own; None means what holds for everybody."""

    __tablename__ = "therapist_limits"

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), primary_key=True)
    visits_a_day: Mapped[int | None]
    visits_a_week: Mapped[int | None]
    hands_on_minutes_a_day: Mapped[int | None]
    hands_on_minutes_a_week: Mapped[int | None]
    rest_after_minutes: Mapped[int | None]


class TravelTime(Base):
    """Minutes between two places, the same both ways; the lower id comes first."""

    __tablename__ = "travel_time"
    __table_args__ = (
        CheckConstraint("location_id <= other_location_id", name="order"),
        CheckConstraint("minutes BETWEEN 0 AND 240", name="minutes"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    other_location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    minutes: Mapped[int]


class LocationService(Base):
    """Where a service is given; a service without any row is given at every place."""

    __tablename__ = "location_service"

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)
