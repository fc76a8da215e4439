"""The impact preview: every visit that a change would hit, why, and new times for it. It changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.errors import Refusal
from practice.scheduling.absences.changes import Change, after
from practice.scheduling.absences.errors import TooManyVisits
from practice.scheduling.absences.impact import Hit, hits
from practice.scheduling.absences.new_times import NewTime, propose
from practice.scheduling.absences.reading import booked_of, days_of, read_ground, read_ledger, read_visits
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp

MOST_HITS = 300


@dataclass(frozen=True, slots=True)
class HitVisit:
    """A visit that is hit, with every reason and the new times proposed for it, best first."""

    appointment: Appointment
    reasons: tuple[Refusal, ...]
    times: tuple[NewTime, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody looked at: the version of the clinic and of every visit hit, by uid."""

    clinic_version: int
    visits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change would do."""

    change: Change
    set_up: SetUp
    hits: tuple[HitVisit, ...]

    @property
    def seen(self) -> Seen:
        """Return what is shown, to be sent back with the answers."""
        return Seen(self.set_up.version, {hit.appointment.uid: hit.appointment.version for hit in self.hits})


def preview(session: Session, *, change: Change, set_up: SetUp, own_only: bool = False, now: datetime) -> Impact:
    """Return the impact of *change*; new times never collide with each other, so any choice of them works.

    *own_only* proposes no colleague's time, for who may not book with colleagues. Raises :class:`TooManyVisits`.
    """
    visits = {visit.id: visit for visit in read_visits(session, change, now=now)}
    days = days_of(list(visits.values()), now=now)
    ground = read_ground(session, set_up, days)
    found = hits(change, ground, map(booked_of, visits.values()), now=now)
    if len(found) > MOST_HITS:
        raise TooManyVisits(MOST_HITS)
    near = days_of([visits[hit.visit.id] for hit in found], now=now)
    ledger = read_ledger(session, set_up, [hit.visit for hit in found], near, now=now)
    times = propose(found, after(change, ground), ledger, own_only=own_only, now=now)
    return Impact(change, set_up, tuple(_shown(hit, visits, times) for hit in found))


def _shown(hit: Hit, visits: Mapping[int, Appointment], times: Mapping[int, tuple[NewTime, ...]]) -> HitVisit:
    return HitVisit(visits[hit.visit.id], hit.reasons, times[hit.visit.id])
