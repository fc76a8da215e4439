"""Other times that a client may choose: a few each day, with the same therapist while there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from practice.core.local_time import local_start, local_text, wall_time
from practice.portal.visits import ManagedVisit
from practice.scheduling.free_time.search import FoundStarts, StartsQuery, find_starts
from practice.scheduling.local_days import instant_of

DAYS_AHEAD = 21
DAYS_SHOWN = 6
LATEST_START = 366
TIMES_A_DAY = 6


@dataclass(frozen=True, slots=True)
class OtherTime:
    """One start: what the form sends, its wall time, and a note on what surprises: somebody else, another hour."""

    value: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class OtherDay:
    """The times of one local day."""

    on: date
    times: Sequence[OtherTime]


@dataclass(frozen=True, slots=True)
class OtherTimes:
    """Days with times, and the day from which later ones may be asked; None when there are none."""

    days: Sequence[OtherDay]
    later_from: date | None


def find_other_times(session: Session, visit: ManagedVisit, *, from_on: date | None, now: datetime) -> OtherTimes:
    """Return times to which the visit may move: inside the notice only the same day's, else from *from_on* on."""
    today = wall_time(now, visit.appointment.zone).date()
    day = visit.local_start.date()
    window = (day, day) if visit.is_late else _window(from_on, today)
    with_same = _query(visit, visit.appointment.therapist.uid)
    days = _days(_find(session, with_same, window, now), visit)
    days = days or _days(_find(session, _query(visit), window, now), visit)
    shown = days[:DAYS_SHOWN]
    later = shown[-1].on + timedelta(days=1) if len(days) > DAYS_SHOWN and not visit.is_late else None
    return OtherTimes(shown, later)


def _window(from_on: date | None, today: date) -> tuple[date, date]:
    first_on = min(max(from_on or today, today), today + timedelta(days=LATEST_START))
    return first_on, first_on + timedelta(days=DAYS_AHEAD)


def _query(visit: ManagedVisit, *therapists: str) -> StartsQuery:
    appointment = visit.appointment
    return StartsQuery(
        service_uid=appointment.service.uid,
        location_uid=appointment.location.uid,
        therapist_uids=therapists,
        client_uid=appointment.client.uid if appointment.client else None,
        moving_id=appointment.id,
        by_link=True,
    )


def _find(session: Session, query: StartsQuery, window: tuple[date, date], now: datetime) -> FoundStarts:
    return find_starts(session, query, first_on=window[0], last_on=window[1], now=now)


def _days(found: FoundStarts, visit: ManagedVisit) -> list[OtherDay]:
    by_day = groupby(_times(found, visit), key=lambda time: time.at.date())
    return [OtherDay(day, _spread(list(times))) for day, times in by_day]


def _times(found: FoundStarts, visit: ManagedVisit) -> list[OtherTime]:
    therapists = found.facts.set_up.therapists
    times = []
    for start in found.starts:
        if instant_of(start.begins) == visit.appointment.starts_at:
            continue
        therapist = therapists[start.therapist_ids[0]]
        local = local_start(instant_of(start.begins), found.location.zone)
        is_same = therapist.id == visit.appointment.therapist_id
        notes = [] if is_same else [therapist.name]
        notes += ["after the clocks go back"] if local.fold else []
        times.append(OtherTime(f"{local_text(local)} {therapist.uid}", local, ", ".join(notes)))
    return times


def _spread(times: list[OtherTime]) -> list[OtherTime]:
    """Return a few of a day's times, from its first to its last."""
    if len(times) <= TIMES_A_DAY:
        return times
    step = (len(times) - 1) / (TIMES_A_DAY - 1)
    return [times[round(position * step)] for position in range(TIMES_A_DAY)]
