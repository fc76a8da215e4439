"""Visits of the demo that are more than one client's hour: a group that three have joined, and two visits in a row."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.local_time import local_start
from practice.core.transact import transact
from practice.demo.stage import Stage
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.free_time.search import FoundStarts, StartsQuery, find_starts, three_next
from practice.scheduling.linking.service import LinkedWish, book_linked
from practice.scheduling.local_days import instant_of
from practice.scheduling.wishes import TimeWish

GROUP, WHO_JOIN = "BACK-GROUP", 3
FIRST, THEN = "MAINT-45", "RELAX-60"
WHO_WAIT = 6
"""The last people of the script stand on the wait list."""


def meet_in_a_group(session: Session, stage: Stage, now: datetime) -> None:
    """Let three clients join one session of the coming days; one place is left."""
    day = stage.script.today + timedelta(days=1)
    joined: list[int] = []
    for client_uid in _clients(stage):
        query = StartsQuery(service_uid=stage.premises.services[GROUP], client_uid=client_uid)
        found = _starts(session, query, day, now)
        starts = [each.begins for each in found.starts]
        if starts and (not joined or joined[0] in starts):
            joined.append(joined[0] if joined else starts[0])
            _book(session, stage, client_uid, local_start(instant_of(joined[0]), found.location.zone), now)
        if len(joined) == WHO_JOIN:
            return


def _starts(session: Session, query: StartsQuery, day: date, now: datetime) -> FoundStarts:
    last_on = day + timedelta(days=13)
    return transact(session, lambda: find_starts(session, query, first_on=day, last_on=last_on, now=now))


def _clients(stage: Stage) -> Iterator[str]:
    """Yield clients of whom no story tells."""
    for person in stage.script.people[:-WHO_WAIT][::-1]:
        is_plain = person.guardian is None and person.key not in {*stage.courses, *stage.without_forms}
        if is_plain and person.key in stage.client_uids:
            yield stage.client_uids[person.key]


def _book(session: Session, stage: Stage, client_uid: str, start: datetime, now: datetime) -> None:
    wish = TimeWish(service=stage.premises.services[GROUP], local_start=start)
    transact(
        session,
        lambda: book_time(session, wish=wish, client_uid=client_uid, rules=stage.rules, actor=stage.desk, now=now),
    )
    session.expunge_all()


def come_twice_in_a_row(session: Session, stage: Stage, now: datetime) -> None:
    """Book two visits of one client right after each other as one act."""
    service, then = stage.premises.services[FIRST], stage.premises.services[THEN]
    client_uid = next(_clients(stage))
    query = StartsQuery(service_uid=service, then_uid=then, client_uid=client_uid)
    day = stage.script.today + timedelta(days=2)
    found = transact(session, lambda: three_next(session, query, from_on=day, now=now))
    best = found.proposals[0]
    therapist = found.facts.set_up.therapists[best.therapist_id].uid
    zone = found.facts.set_up.locations[found.question.location_id].zone
    transact(
        session,
        lambda: book_linked(
            session,
            first=TimeWish(
                service=service, therapist=therapist, local_start=local_start(instant_of(best.begins), zone)
            ),
            then=[LinkedWish(service=then, therapist=therapist)],
            client_uid=client_uid,
            rules=stage.rules,
            actor=stage.desk,
            now=now,
        ),
    )
    session.expunge_all()
