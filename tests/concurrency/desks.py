"""Processes that each stand for one desk: random bookings and swaps, as fast as they can, on one database."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy.orm import Session

from practice.core.errors import PracticeError, Unavailable
from practice.core.transact import transact
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.appointments.swapping import Swapped, swap
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import TimeWish
from tests.acting import FORKS, sessions_on
from tests.scheduling.scene import RITA, TEN

QUARTERS = tuple(range(9 * 4, 17 * 4, 2))


@dataclass(frozen=True)
class Hall:
    """What all desks share: a database, and the uids of everything that can be asked for."""

    url: str
    now: datetime
    services: Sequence[str]
    therapists: Sequence[str]
    rooms: Sequence[str]
    clients: Sequence[str]
    booked: Sequence[str]
    days: int = 5


@dataclass
class Tally:
    """What one desk came to: outcomes by name, seconds of each act, and refusals that are none."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.outcomes + other.outcomes, [*self.seconds, *other.seconds], [*self.defects, *other.defects])


def all_desks(hall: Hall, *, desks: int, acts: int) -> Tally:
    """Let *desks* processes do *acts* in all, together; return the sum of what they came to."""
    with FORKS.Pool(desks) as pool:
        jobs = [(hall, number, acts // desks) for number in range(desks)]
        return sum(pool.starmap(one_desk, jobs, chunksize=1), Tally())


def one_desk(hall: Hall, seed: int, acts: int) -> Tally:
    """Book and swap at random; two acts in five swap what all desks know, or what this one booked."""
    chance = random.Random(seed)
    tally, known = Tally(), list(hall.booked)
    with sessions_on(hall.url) as sessions:
        for _ in range(acts):
            is_swap = chance.random() < 0.4
            begun = perf_counter()
            with sessions() as session:
                act = _swapping(session, hall, chance, known) if is_swap else _booking(session, hall, chance)
                name = _attempt(session, act, known, tally)
            tally.seconds.append(perf_counter() - begun)
            tally.outcomes[name] += 1
    return tally


def _attempt(session: Session, act: Callable[[], object], known: list[str], tally: Tally) -> str:
    try:
        done = transact(session, act)
    except PracticeError as refusal:
        return refusal.code
    except Unavailable:
        return "busy"
    except Exception as defect:  # noqa: BLE001  # whatever else comes out of an act is what is looked for
        tally.defects.append(repr(defect))
        return "defect"
    if not isinstance(done, Appointment):
        return "swapped"
    known.append(done.uid)
    return "booked"


def _booking(session: Session, hall: Hall, chance: random.Random) -> Callable[[], object]:
    start = TEN.replace(hour=0) + timedelta(days=chance.randrange(hall.days), minutes=15 * chance.choice(QUARTERS))
    wish = TimeWish(
        local_start=start,
        service=chance.choice(hall.services),
        therapist=chance.choice(hall.therapists),
        room=chance.choice(hall.rooms),
    )
    client_uid = chance.choice(hall.clients)
    return lambda: book_time(
        session, wish=wish, client_uid=client_uid, rules=SCHEDULING_RULES, actor=RITA, now=hall.now
    )


def _swapping(session: Session, hall: Hall, chance: random.Random, known: list[str]) -> Callable[[], object]:
    one, other = chance.sample(known, 2)
    what = chance.choice((Swapped.ROOMS, Swapped.THERAPISTS, Swapped.TIMES))
    return lambda: swap(
        session, appointment_uid=one, other_uid=other, what=what, rules=SCHEDULING_RULES, actor=RITA, now=hall.now
    )
