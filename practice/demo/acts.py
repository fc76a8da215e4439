"""From planned visits to what people do, minute by minute. Pure: the replay performs it through the services."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from practice.core.local_time import instant_at, wall_time
from practice.demo.cases import TURNS
from practice.demo.cast import SEED, Script
from practice.demo.diary import Fate, Visit, course_visits
from practice.demo.people import Person
from practice.demo.premises import SATURDAY, ZONE, WorkingCalendar

DESK_HOURS = (9 * 60 + 5, 17 * 60 + 50)
SATURDAY_DESK_HOURS = (9 * 60 + 5, 14 * 60 + 30)
LONGEST_LEAD_DAYS = 21
CONFIRMING_SHARE = 0.6
SET_UP_DAYS = 150
"""How long ago the practice began to keep its diary here."""


class Deed(IntEnum):
    """What is done; of two deeds of one minute the smaller comes first."""

    REGISTER = 0
    BOOK = 1
    CONFIRM = 2
    CANCEL = 3
    WALK_IN = 4
    ARRIVE = 5
    START = 6
    COMPLETE = 7
    NO_SHOW = 8
    WAIVE_FEE = 9
    TURN = 10


@dataclass(frozen=True, slots=True)
class Act:
    """One deed at an instant, about a visit of the script (by number) or a person (by key); ``turn`` names a turn."""

    at: datetime
    deed: Deed
    visit: int = -1
    person: str = ""
    turn: str = ""


def acts_until(script: Script, now: datetime) -> list[Act]:
    """Return everything that has been done by *now*, in order."""
    acts: list[Act] = []
    for number, visit in enumerate(script.visits):
        acts += _acts_of_visit(script, number, visit, now)
    acts = [act for act in acts if act.at <= now]
    acts += _registrations(script, acts)
    acts += [act for act in _turns(script) if act.at <= now]
    return sorted(acts, key=lambda act: (act.at, act.deed, act.visit, act.person))


def set_up_at(today: date) -> datetime:
    """Return the instant at which the practice was set up."""
    return instant_at(today - timedelta(days=SET_UP_DAYS), 8 * 60, ZONE)


def _registrations(script: Script, acts: Iterable[Act]) -> Iterator[Act]:
    """Yield a person's registration at her first booking; families, and whoever has none yet, came long ago."""
    first: dict[str, datetime] = {}
    for act in acts:
        if act.deed in {Deed.BOOK, Deed.WALK_IN}:
            client = script.visits[act.visit].client
            first[client] = min(act.at, first.get(client, act.at))
    courses = course_visits(script.visits).keys()
    for number, person in enumerate(script.people):
        long_ago = set_up_at(script.today) + timedelta(hours=1, minutes=2 * number)
        is_family = person.guardian is not None or _has_wards(script.people, person)
        is_known = is_family or person.key in TURNS.keys() - courses
        yield Act(long_ago if is_known else first.get(person.key, long_ago), Deed.REGISTER, person=person.key)


def _turns(script: Script) -> Iterator[Act]:
    """Yield what happens beside the visits of those whom the demo follows."""
    courses = course_visits(script.visits)
    known = {person.key for person in script.people}
    for client, turns in TURNS.items():
        for turn in turns if client in known else ():
            visit = script.visits[courses[client][turn.visit]] if turn.visit is not None else None
            day = (script.today if visit is None else visit.day) + timedelta(days=turn.days)
            minute = turn.minute + (visit.minute if visit is not None and turn.at_visit else 0)
            yield Act(instant_at(day, minute, ZONE), Deed.TURN, person=client, turn=turn.name)


def _has_wards(people: Iterable[Person], person: Person) -> bool:
    return any(other.guardian is not None and other.guardian.key == person.key for other in people)


def _acts_of_visit(script: Script, number: int, visit: Visit, now: datetime) -> Iterator[Act]:
    chance = random.Random(f"{SEED}:{visit.client}:{visit.day}")
    starts_at = instant_at(visit.day, visit.minute, ZONE)
    ends_at = instant_at(visit.day, visit.ends, ZONE)
    if visit.walk_in:
        yield Act(starts_at, Deed.WALK_IN, number)
        yield from _treatment(number, starts_at, ends_at, chance)
        return
    booked_at = _booked_at(script, visit, now, chance)
    if booked_at is None:
        return
    yield Act(booked_at, Deed.BOOK, number)
    if visit.fate is Fate.STOPPED:
        return
    called_off_at = _called_off_at(visit, starts_at, chance)
    if called_off_at is not None:
        yield Act(max(called_off_at, booked_at + timedelta(minutes=20)), Deed.CANCEL, number)
        return
    yield from _on_the_way(number, visit, booked_at, starts_at, chance)
    if visit.fate is Fate.SENT_HOME:
        yield Act(starts_at - timedelta(minutes=4), Deed.ARRIVE, number)
    elif visit.fate is Fate.NO_SHOW:
        yield Act(starts_at + timedelta(minutes=17), Deed.NO_SHOW, number)
        if chance.random() < 0.4:
            yield Act(starts_at + timedelta(minutes=95), Deed.WAIVE_FEE, number)
    elif not visit.tentative:
        yield Act(starts_at - timedelta(minutes=chance.randint(2, 9)), Deed.ARRIVE, number)
        # Now and then somebody is late and gets the time that is left.
        late = 17 if chance.random() < 0.03 else chance.randint(0, 4)
        yield from _treatment(number, starts_at + timedelta(minutes=late), ends_at, chance)


def _treatment(number: int, begins_at: datetime, ends_at: datetime, chance: random.Random) -> Iterator[Act]:
    yield Act(begins_at, Deed.START, number)
    yield Act(ends_at + timedelta(minutes=chance.randint(-2, 3)), Deed.COMPLETE, number)


def _on_the_way(
    number: int, visit: Visit, booked_at: datetime, starts_at: datetime, chance: random.Random
) -> Iterator[Act]:
    confirmed_at = starts_at - timedelta(hours=47, minutes=-chance.randint(0, 600))
    if not visit.tentative and confirmed_at > booked_at and chance.random() < CONFIRMING_SHARE:
        yield Act(confirmed_at, Deed.CONFIRM, number)


def _called_off_at(visit: Visit, starts_at: datetime, chance: random.Random) -> datetime | None:
    if visit.fate is Fate.CANCELLED:
        return instant_at(visit.cancel_on or visit.day, 10 * 60, ZONE)
    if visit.fate is Fate.CANCELLED_LATE:
        return starts_at - timedelta(minutes=chance.randint(100, 20 * 60))
    return None


def _booked_at(script: Script, visit: Visit, now: datetime, chance: random.Random) -> datetime | None:
    """Return when the visit was booked: in desk hours, up to three weeks ahead, a course before its first visit."""
    calendar = WorkingCalendar(script.today)
    first_day = _first_of_series(script, visit)
    minute_now = wall_time(now, ZONE).hour * 60 + wall_time(now, ZONE).minute
    days = [first_day - timedelta(days=before) for before in range(1, LONGEST_LEAD_DAYS + 1)]
    moments = []
    for day in days:
        opens, closes = SATURDAY_DESK_HOURS if day.weekday() == SATURDAY else DESK_HOURS
        closes = closes if day < script.today else min(closes, minute_now - 30)
        if calendar.is_open(day) and day <= script.today and closes > opens:
            moments.append(instant_at(day, chance.randint(opens, closes), ZONE))
    return chance.choice(moments[:4] if visit.series else moments) if moments else None


def _first_of_series(script: Script, visit: Visit) -> date:
    if visit.series is None or visit.series == "case":
        return visit.day
    return min(other.day for other in script.visits if other.series == visit.series)
