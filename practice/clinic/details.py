"""What a person fills in about a place, a service, a therapist or a policy: values, not rows."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeVar

from practice.clinic.models import RegistrationStatus, ServiceKind

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class LocationDetails:
    """A place; ``zone`` is an IANA name, ``holiday_region`` a country or region such as ``CA-ON``."""

    name: str
    address: str
    zone: str
    phone: str = ""
    arrive_early_minutes: int = 10
    holiday_region: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """A room; ``features`` are codes such as ``step_free``."""

    location_id: int
    name: str
    features: list[str] = field(default_factory=list)
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ServiceDetails:
    """What can be booked. Prices are cents; the portal's notice is longer than the desk's."""

    code: str
    name: str
    duration_minutes: int
    price_cents: int
    kind: ServiceKind = ServiceKind.HANDS_ON
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    grid_minutes: int = 15
    notice_minutes: int = 0
    portal_notice_minutes: int = 120
    horizon_days: int = 180
    needs_room: bool = True
    room_needs: list[str] = field(default_factory=list)
    is_active: bool = True
    group_size: int = 1


@dataclass(frozen=True, slots=True)
class TherapistDetails:
    """A therapist; the registration is valid on both its first and its last day."""

    name: str
    registration_number: str
    registration_status: RegistrationStatus = RegistrationStatus.ACTIVE
    registered_from: date | None = None
    registered_until: date | None = None
    colour: int = 1
    usual_room_id: int | None = None
    user_id: int | None = None
    is_active: bool = True
    gender: str = ""


@dataclass(frozen=True, slots=True)
class PolicyDetails:
    """The practice's policies; fees in per cent of the price, quiet hours in minutes after local midnight."""

    name: str
    sender_alias: str
    reply_to: str | None = None
    locale: str = "en_CA"
    currency: str = "CAD"
    default_region: str = "CA"
    cancel_notice_minutes: int = 1440
    late_cancel_fee_percent: int = 50
    no_show_fee_percent: int = 100
    quiet_from_minute: int = 20 * 60
    quiet_until_minute: int = 8 * 60
    confirmation_grace_seconds: int = 120
    change_grace_seconds: int = 300
    reminder_hours: list[int] = field(default_factory=lambda: [48, 3])
    form_reminder_hours: list[int] = field(default_factory=lambda: [48, 24])
    safety_policy: str = "strict"
    screening_days: int = 90
    needs_pregnancy_note: bool = False


def fields_of(kind: type[Any], row: object) -> dict[str, Any]:
    """Return the fields of *kind* as *row* has them."""
    return {each.name: getattr(row, each.name) for each in fields(kind)}


def details_of(kind: type[D], row: object) -> D:
    """Return what *row* says as *kind*, for changing some of it with ``dataclasses.replace``."""
    return kind(**fields_of(kind, row))


def apply_details(row: object, details: Any) -> list[str]:
    """Write *details* onto *row* and return the names of the fields that changed."""
    changed = [each.name for each in fields(details) if getattr(row, each.name, None) != getattr(details, each.name)]
    for name in changed:
        setattr(row, name, getattr(details, name))
    return changed
