"""A therapist who runs behind: whom that concerns today, when each can be expected to start, and whom to phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.clinic.queries import get_therapist, practice_today, practice_zone
from practice.core.local_time import wall_time
from practice.desk.queries import days_window, list_visits
from practice.desk.reaching import Reached, whom_to_phone
from practice.desk.today.rows import IN_THE_ROOM
from practice.desk.visits import State, Visit
from practice.scheduling.delays.expected import Stretch, expected_starts
from practice.scheduling.delays.service import LONGEST, minutes_behind

MINUTE = timedelta(minutes=1)
STEPS = (10, 20)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One visit that starts later than booked: when, in wall time, and whom to phone unless the client is here."""

    visit: Visit
    expected: datetime
    phone: Reached | None

    @property
    def minutes(self) -> int:
        """Return how much later it starts."""
        return (self.expected - self.visit.local_start) // MINUTE


@dataclass(frozen=True, slots=True)
class BehindPanel:
    """The panel of a therapist who runs behind."""

    therapist: Therapist
    on: date
    minutes: int
    waiting: Sequence[Waiting]

    @property
    def path(self) -> str:
        """Return its address."""
        return path_of(self.therapist.uid)

    @property
    def longer(self) -> Sequence[int]:
        """Return the totals that may be said next."""
        return [self.minutes + step for step in STEPS if self.minutes + step <= LONGEST]


def path_of(therapist_uid: str) -> str:
    """Return the address of a therapist's panel."""
    return f"/today/therapists/{therapist_uid}/behind"


def behind_panel(session: Session, therapist_uid: str, *, now: datetime) -> BehindPanel:
    """Return the panel; raises ``NotFound``."""
    therapist = get_therapist(session, therapist_uid)
    today = practice_today(session, now)
    window = days_window(today, today, practice_zone(session))
    visits = list_visits(session, location_id=None, window=window, therapist_id=therapist.id, now=now)
    minutes = minutes_behind(session, [therapist.id], on=today)
    expected = expected_of(visits, minutes, now=now)
    late = [visit for visit in visits if visit.id in expected]
    phones = whom_to_phone(session, {visit.client.id for visit in late if visit.client}, now=now)
    waiting = [Waiting(visit, expected[visit.id], _phone(visit, phones)) for visit in late]
    return BehindPanel(therapist, today, minutes.get(therapist.id, 0), waiting)


def _phone(visit: Visit, phones: Mapping[int, Reached]) -> Reached | None:
    return phones.get(visit.client.id) if visit.client and visit.state != State.ARRIVED else None


def expected_of(visits: Sequence[Visit], minutes: Mapping[int, int], *, now: datetime) -> dict[int, datetime]:
    """Return by visit the later start in wall time, of all therapists who run behind."""
    found: dict[int, datetime] = {}
    for therapist_id, behind in minutes.items():
        own = [visit for visit in visits if visit.therapist_id == therapist_id]
        later = expected_starts(_stretches(own), behind=behind * MINUTE, now=now)
        found |= {visit.id: wall_time(later[visit.id], visit.zone) for visit in own if visit.id in later}
    return found


def _stretches(visits: Sequence[Visit]) -> list[Stretch]:
    return [
        Stretch(
            visit.id,
            visit.starts_at,
            visit.ends_at,
            turnover=visit.buffer_after * MINUTE,
            is_going_on=visit.state == State.IN_PROGRESS,
        )
        for visit in visits
        if visit.is_expected or visit.state in IN_THE_ROOM
    ]
