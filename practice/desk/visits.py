"""A visit as the desk shows it, whichever page it stands on. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from practice.core.actor import Actor, Role
from practice.core.local_time import wall_time
from practice.scheduling.lifecycle import AppointmentState

State = AppointmentState

LATE_AFTER = timedelta(minutes=10)
NO_SHOW_AFTER = timedelta(minutes=15)
EXPECTED = frozenset({State.TENTATIVE, State.BOOKED})
GONE = frozenset({State.CANCELLED, State.ENTERED_IN_ERROR})


@dataclass(frozen=True, slots=True)
class Person:
    """A client as far as a row of the diary needs."""

    id: int
    uid: str
    name: str
    has_same_name: bool = False
    alerts: tuple[str, ...] = ()
    must_phone: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A service, therapist or room by its uid and name; ``colour`` is the therapist's place in the palette."""

    uid: str
    name: str
    colour: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment with the names that it refers to; ``client`` is None for a hold of an unnamed caller.

    ``is_busy`` marks a colleague's time of which nothing but the time is told, see :func:`seen_by`.
    """

    id: int
    uid: str
    version: int
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime
    local_start: datetime
    zone: str
    client: Person | None
    service: Named
    therapist: Named
    room: Named | None
    buffer_before: int
    buffer_after: int
    confirmed_at: datetime | None
    hold_ends_at: datetime | None
    held_by_id: int | None
    tentative_reason: str | None
    price_cents: int
    therapist_id: int
    location_id: int
    location_uid: str
    fee_proposed_cents: int | None
    fee_waived_reason: str | None
    cancel_reason: str | None
    desk_note: str
    series_id: str | None = None
    link_id: str | None = None
    group_size: int = 1
    is_busy: bool = False

    @property
    def local_end(self) -> datetime:
        """Return the wall time at which it ends."""
        return wall_time(self.ends_at, self.zone)

    @property
    def on(self) -> date:
        """Return the local day on which it starts."""
        return self.local_start.date()

    @property
    def minutes(self) -> int:
        """Return the booked length."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)

    @property
    def name(self) -> str:
        """Return whom the desk calls."""
        if self.is_busy:
            return "Busy"
        return self.client.name if self.client else "New booking"

    @property
    def alerts(self) -> tuple[str, ...]:
        """Return what the desk must know about the client."""
        return self.client.alerts if self.client else ()

    @property
    def is_expected(self) -> bool:
        """Return whether the client is still to come."""
        return self.state in EXPECTED and not self.is_busy

    @property
    def awaits_confirmation(self) -> bool:
        """Return whether the client was asked to come and has not said so yet."""
        return self.state == State.BOOKED and self.confirmed_at is None and not self.is_busy

    @property
    def is_visit(self) -> bool:
        """Return whether this counts as a visit of the day: neither held nor taken back."""
        return self.state != State.HELD and self.state not in GONE


def seen_by(visits: Iterable[Visit], actor: Actor) -> list[Visit]:
    """Return the visits as *actor* may see them: a therapist sees of colleagues only which time is taken."""
    if actor.role is not Role.THERAPIST:
        return list(visits)
    return [
        visit if visit.therapist_id == actor.therapist_id else _busy(visit)
        for visit in visits
        if visit.therapist_id == actor.therapist_id or visit.state not in GONE
    ]


def _busy(visit: Visit) -> Visit:
    return replace(
        visit,
        uid="",
        version=0,
        state=State.BOOKED,
        client=None,
        service=Named("", ""),
        confirmed_at=None,
        hold_ends_at=None,
        held_by_id=None,
        tentative_reason=None,
        price_cents=0,
        fee_proposed_cents=None,
        fee_waived_reason=None,
        cancel_reason=None,
        desk_note="",
        series_id=None,
        link_id=None,
        is_busy=True,
    )


def late_minutes(visit: Visit, now: datetime) -> int:
    """Return by how many minutes an expected client is late, 0 while that is within patience."""
    late = now - visit.starts_at
    return late // timedelta(minutes=1) if visit.is_expected and late >= LATE_AFTER else 0


def may_be_no_show(visit: Visit, now: datetime) -> bool:
    """Return whether the desk is offered to mark a no-show."""
    return visit.is_expected and now - visit.starts_at >= NO_SHOW_AFTER


def seconds_held(visit: Visit, now: datetime) -> int:
    """Return for how many seconds more a hold keeps its time."""
    if visit.hold_ends_at is None:
        return 0
    return max(0, (visit.hold_ends_at - now) // timedelta(seconds=1))


def minutes_and_seconds(seconds: int) -> str:
    """Return a countdown in words: ``4:31``."""
    return f"{seconds // 60}:{seconds % 60:02}"
