"""Calls: whom to phone now, later today and in the coming days, what else waits for somebody, and what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today, practice_zone
from practice.core.errors import PracticeError
from practice.core.local_time import day_start
from practice.desk.calls.call_list import AHEAD, CallLine, MadeCall, calls_due, calls_made
from practice.desk.mail.staff_tasks import Task, list_tasks_open
from practice.desk.ways_out import Offer, PlainPlace, offers_of


@dataclass(frozen=True, slots=True)
class CallGroup:
    """Calls that fall due together; ``on`` is None for those due now."""

    on: date | None
    calls: Sequence[CallLine]


@dataclass(frozen=True, slots=True)
class CallsPage:
    """What the page shows; ``refusal`` is why the last outcome was not noted."""

    today: date
    groups: Sequence[CallGroup]
    due_count: int
    later_count: int
    tasks: Sequence[Task]
    made: Sequence[MadeCall]
    refusal: PracticeError | None
    ways: Sequence[Offer]


def calls_page(session: Session, *, refusal: PracticeError | None = None, now: datetime) -> CallsPage:
    """Return the calls of the coming week and today's outcomes."""
    today = practice_today(session, now)
    calls = calls_due(session, now=now)
    due = [line for line in calls if line.call.due_at <= now]
    later = [line for line in calls if line.call.due_at > now]
    return CallsPage(
        today=today,
        groups=[*([CallGroup(None, due)] if due else []), *_by_day(later)],
        due_count=len(due),
        later_count=len(later),
        tasks=list_tasks_open(session, before=now + AHEAD),
        made=calls_made(session, since=day_start(today, practice_zone(session))),
        refusal=refusal,
        ways=offers_of(refusal, PlainPlace("/calls")),
    )


def _by_day(calls: Iterable[CallLine]) -> list[CallGroup]:
    return [CallGroup(on, list(group)) for on, group in groupby(calls, key=lambda line: line.due.date())]
