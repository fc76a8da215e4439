"""The page of a therapist's own day; whom it shows is logged, for it shows parts of their charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.events import Event, record
from practice.desk.my_day.reads import (
    PainOn,
    Warned,
    last_pains_of,
    open_flags_of,
    unread_words_of,
    without_consent,
)
from practice.desk.queries import days_window, list_visits
from practice.desk.visits import State, Visit
from practice.safety.catalogue import T0, T1
from practice.scheduling.claiming.frame import read_set_up
from practice.visits.notes.unsigned import count_unsigned

HERE = frozenset({State.ARRIVED, State.IN_PROGRESS})
TO_COME = frozenset({State.TENTATIVE, State.BOOKED, *HERE})


@dataclass(frozen=True, slots=True)
class MyClient:
    """One visit of the day with what to know about the client."""

    visit: Visit
    flags: Sequence[Warned] = ()
    pains: Sequence[PainOn] = ()
    lacks: Sequence[str] = ()

    @property
    def must_stop(self) -> bool:
        """Return whether a flag is open that may forbid to treat."""
        return any(flag.tier in {T0, T1} for flag in self.flags)

    @property
    def is_here(self) -> bool:
        """Return whether something can be recorded about the visit."""
        return self.visit.state in HERE


@dataclass(frozen=True, slots=True)
class MyDay:
    """What the page shows: who is next, who comes later, how many are done."""

    on: date
    now_or_next: MyClient | None
    later: Sequence[MyClient]
    done: int
    unsigned: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    flags: Mapping[int, Sequence[Warned]] = field(default_factory=dict)
    pains: Mapping[int, Sequence[PainOn]] = field(default_factory=dict)
    unread: frozenset[int] = frozenset()
    no_consent: frozenset[int] = frozenset()


def my_day(session: Session, *, actor: Actor, now: datetime) -> MyDay:
    """Return the own day of a therapist in a constant number of statements, and log whose charts it shows.

    Raises ``NotFound`` for somebody without a diary.
    """
    therapist_id = own_therapist_id(session, actor, "my_day.read")
    today = practice_today(session, now)
    zone = next(iter(read_set_up(session).locations.values())).zone
    window = days_window(today, today, zone)
    visits = list_visits(session, location_id=None, window=window, therapist_id=therapist_id, now=now)
    waiting = [visit for visit in visits if visit.state in TO_COME and visit.client is not None]
    known = _known(session, {visit.client.id for visit in waiting if visit.client}, today, window.ends_at)
    clients = [_client(visit, known) for visit in waiting]
    shown = sorted({visit.client.uid for visit in waiting if visit.client})
    record(session, Event("chart.read", "my_day", today.isoformat(), actor, now, {"clients": shown}))
    first = next((each for each in clients if each.is_here), next(iter(clients), None))
    later = [each for each in clients if each is not first]
    done = sum(visit.state == State.COMPLETED for visit in visits)
    unsigned = 0 if therapist_id is None else count_unsigned(session, therapist_id, now=now)
    return MyDay(today, first, later, done, unsigned)


def _known(session: Session, client_ids: set[int], today: date, until: datetime) -> _Known:
    return _Known(
        open_flags_of(session, client_ids, today),
        last_pains_of(session, client_ids, until),
        frozenset(unread_words_of(session, client_ids)),
        frozenset(without_consent(session, client_ids)),
    )


def _client(visit: Visit, known: _Known) -> MyClient:
    client_id = 0 if visit.client is None else visit.client.id
    lacks = {
        "consent to the plan": client_id in known.no_consent,
        "screening form": visit.tentative_reason == "forms_needed",
        "clearance": visit.tentative_reason == "clearance_needed",
        "a caller's words, unread": client_id in known.unread,
    }
    return MyClient(
        visit,
        known.flags.get(client_id, ()),
        known.pains.get(client_id, ()),
        [words for words, is_lacking in lacks.items() if is_lacking],
    )
