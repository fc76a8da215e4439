"""Harbourline Massage Therapy: its place, rooms, hours, services and therapists, as values and as a pure calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from practice.clinic.details import LocationDetails, PolicyDetails, ServiceDetails
from practice.clinic.models import ServiceKind
from practice.clinic.public_holidays import holidays_between
from practice.core.actor import Role

ZONE = "America/Toronto"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = range(6)
BUFFER = 15
MOST_HANDS_ON_MINUTES = 360
LEOS_DAYS_LEFT = 20
BRAMS_DAYS_OFF = (18, 19)
"""Counted from this week's Monday."""

REGION = "CA-ON"
PLACE = LocationDetails(
    name="Harbourline", address="2 Quay St, Ontario", zone=ZONE, phone="416 555 0100", holiday_region=REGION
)

# Five seconds of grace and no quiet hours, so that whoever tries the demo finds the mail at once.
POLICIES = PolicyDetails(
    name="Harbourline Massage Therapy",
    sender_alias="Harbourline",
    reply_to="desk@example.com",
    quiet_from_minute=0,
    quiet_until_minute=0,
    confirmation_grace_seconds=5,
    change_grace_seconds=5,
    needs_pregnancy_note=True,
)

ROOMS: Mapping[str, list[str]] = {
    "R1": ["step_free", "hydraulic_table"],
    "R2": [],
    "R3": ["hydraulic_table", "side_lying_bolsters"],
}

WEEKDAY_HOURS, SATURDAY_HOURS = (9 * 60, 19 * 60), (9 * 60, 15 * 60)
OPENING = dict.fromkeys(range(5), WEEKDAY_HOURS) | {SATURDAY: SATURDAY_HOURS}


def _service(code: str, name: str, minutes: int, dollars: int, kind: ServiceKind, **more: object) -> ServiceDetails:
    given = {"buffer_after_minutes": BUFFER, **more}
    return ServiceDetails(code=code, name=name, duration_minutes=minutes, price_cents=dollars * 100, kind=kind, **given)  # type: ignore[arg-type]  # the names are those of ServiceDetails


SERVICES: Mapping[str, ServiceDetails] = {
    service.code: service
    for service in (
        _service("INITIAL", "First assessment and treatment", 75, 125, ServiceKind.HANDS_ON),
        _service("ASSESS-ONLY", "Assessment only", 30, 62, ServiceKind.ASSESSMENT),
        _service("SCI-45", "Sciatica treatment 45", 45, 82, ServiceKind.HANDS_ON),
        _service("SCI-60", "Sciatica treatment 60", 60, 102, ServiceKind.HANDS_ON),
        _service("REASSESS-60", "Re-assessment and treatment", 60, 106, ServiceKind.HANDS_ON),
        _service(
            "PRENATAL-60", "Prenatal treatment", 60, 102, ServiceKind.HANDS_ON, room_needs=["side_lying_bolsters"]
        ),
        _service("PHONE-15", "Telephone call", 15, 0, ServiceKind.PHONE, needs_room=False, buffer_after_minutes=0),
        _service("RELAX-60", "Relaxation massage", 60, 98, ServiceKind.HANDS_ON),
        _service("MAINT-45", "Maintenance treatment", 45, 80, ServiceKind.HANDS_ON),
        _service("BACK-GROUP", "Back-care group", 45, 35, ServiceKind.HANDS_ON, group_size=4),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A therapist: weekly shifts per weekday (the gap between two is lunch) and the room of each weekday."""

    key: str
    name: str
    registration: str
    shifts: Mapping[int, Sequence[tuple[int, int]]]
    rooms: Mapping[int, str]
    usual_room: str
    services: Sequence[str]
    colour: int


def _day(lunch_from: int, lunch_minutes: int, hours: tuple[int, int] = WEEKDAY_HOURS) -> Sequence[tuple[int, int]]:
    return ((hours[0], lunch_from), (lunch_from + lunch_minutes, hours[1]))


_GENERAL = tuple(code for code in SERVICES if code not in {"PRENATAL-60", "BACK-GROUP"})
_EARLY, _NOON, _LATE = _day(12 * 60, 60), _day(12 * 60 + 45, 45), _day(13 * 60, 60)
_SATURDAY_A, _SATURDAY_B = _day(11 * 60 + 30, 30, SATURDAY_HOURS), _day(12 * 60, 30, SATURDAY_HOURS)

THERAPISTS: Mapping[str, Colleague] = {
    colleague.key: colleague
    for colleague in (
        Colleague(
            key="ines",
            name="Ines Okafor",
            registration="DEMO-0101",
            shifts=dict.fromkeys((MONDAY, TUESDAY, WEDNESDAY, THURSDAY), _LATE),
            rooms=dict.fromkeys((MONDAY, TUESDAY, WEDNESDAY, THURSDAY), "R1"),
            usual_room="R1",
            services=_GENERAL,
            colour=1,
        ),
        Colleague(
            key="bram",
            name="Bram Castellan",
            registration="DEMO-0102",
            shifts={**dict.fromkeys((TUESDAY, WEDNESDAY, THURSDAY, FRIDAY), _NOON), SATURDAY: _SATURDAY_A},
            rooms=dict.fromkeys((TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY), "R2"),
            usual_room="R2",
            services=_GENERAL,
            colour=2,
        ),
        Colleague(
            key="yuki",
            name="Yuki Adeyemi",
            registration="DEMO-0103",
            shifts=dict.fromkeys((MONDAY, WEDNESDAY, FRIDAY), _EARLY),
            rooms=dict.fromkeys((MONDAY, WEDNESDAY, FRIDAY), "R3"),
            usual_room="R3",
            services=tuple(SERVICES),
            colour=3,
        ),
        Colleague(
            key="leo",
            name="Leo Marchetti",
            registration="DEMO-0104",
            shifts={**dict.fromkeys((MONDAY, TUESDAY, THURSDAY, FRIDAY), _NOON), SATURDAY: _SATURDAY_B},
            rooms={MONDAY: "R2", TUESDAY: "R3", THURSDAY: "R3", FRIDAY: "R1", SATURDAY: "R1"},
            usual_room="R3",
            services=_GENERAL,
            colour=4,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """A member of staff who signs in to the demo."""

    key: str
    name: str
    email: str
    role: Role


STAFF: Sequence[SignIn] = (
    SignIn("gwen", "Gwen Achterberg", "gwen@example.com", Role.RECEPTIONIST),
    SignIn("owner", "Harriet Quay", "owner@example.com", Role.OWNER),
    *(SignIn(each.key, each.name, f"{each.key}@example.com", Role.THERAPIST) for each in THERAPISTS.values()),
)
PASSWORD = "harbourline-demo"  # noqa: S105  # printed on every start; the demo holds fictional people only


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """On which days the practice and each therapist work, seen from the day on which the demo opens."""

    today: date

    @property
    def leo_until(self) -> date:
        """Return the last day of Leo's registration."""
        return self.today + timedelta(days=LEOS_DAYS_LEFT)

    def is_open(self, day: date) -> bool:
        """Return whether the practice is open on *day*."""
        return day.weekday() in OPENING and not holidays_between(REGION, day, day)

    def is_away(self, therapist: Colleague, day: date) -> bool:
        """Return whether the therapist has taken *day* off: Bram the Friday and Saturday after next."""
        monday = self.today - timedelta(days=self.today.weekday())
        return therapist.key == "bram" and (day - monday).days in BRAMS_DAYS_OFF

    def shifts(self, therapist: Colleague, day: date) -> Sequence[tuple[int, int]]:
        """Return when the therapist treats on *day*, in minutes after midnight."""
        if not self.is_open(day) or self.is_away(therapist, day):
            return ()
        if therapist.key == "leo" and day > self.leo_until:
            return ()
        return therapist.shifts.get(day.weekday(), ())
