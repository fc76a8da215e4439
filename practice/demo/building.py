"""Builds the demo practice up to an instant: the set-up, then everything that people did, and the mail in between."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.passwords import hash_password
from practice.core.local_time import wall_time
from practice.core.transact import transact
from practice.demo.acts import Act, acts_until, set_up_at
from practice.demo.cast import Script, write_script
from practice.demo.keeping import keep_time_free
from practice.demo.opening import open_practice
from practice.demo.premises import PASSWORD, THURSDAY, ZONE
from practice.demo.replay import perform
from practice.demo.several import come_twice_in_a_row, meet_in_a_group
from practice.demo.stage import Stage
from practice.demo.waiting import fill_wait_list
from practice.scheduling.appointments.parking import ParkedDetails, park_call
from practice.scheduling.claiming.rules import BookingRules

SCENE = timedelta(minutes=30)
"""Acts of one scene share a transaction, and the mail leaves at its end."""

Postman = Callable[[datetime], None]


def build(sessions: sessionmaker[Session], *, rules: BookingRules, now: datetime, postman: Postman) -> Script:
    """Fill an empty, migrated database with the practice as it stands at *now*.

    *postman* is called with the end of each scene, so that mail is sent when it was due.
    """
    script = write_script(wall_time(now, ZONE).date())
    with sessions() as session:
        stage = _set_up(session, script, rules)
        for ends_at, acts in scenes(acts_until(script, now), until=now):
            _play(session, stage, acts)
            postman(ends_at)
        _leave_a_call(session, stage, now)
        fill_wait_list(session, stage, now)
        keep_time_free(session, stage, now)
        meet_in_a_group(session, stage, now)
        come_twice_in_a_row(session, stage, now)
        postman(now)
    return script


def _set_up(session: Session, script: Script, rules: BookingRules) -> Stage:
    hashed = hash_password(PASSWORD)
    founded_at = set_up_at(script.today)
    premises = transact(
        session, lambda: open_practice(session, today=script.today, password_hash=hashed, now=founded_at)
    )
    return Stage(script, premises, rules)


def _play(session: Session, stage: Stage, acts: list[Act]) -> None:
    transact(session, lambda: perform(session, stage, acts))
    session.expunge_all()


def _leave_a_call(session: Session, stage: Stage, now: datetime) -> None:
    """Let the desk be in the middle of something: a call set aside four minutes ago."""
    details = ParkedDetails(
        label="Mrs Alvarez, Thursday afternoon?", wanted_on=next_day_on(stage.script.today, THURSDAY)
    )
    called_at = now - timedelta(minutes=4)
    transact(session, lambda: park_call(session, details=details, actor=stage.desk, now=called_at))


def next_day_on(today: date, weekday: int) -> date:
    """Return the next *weekday* after *today*."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def scenes(acts: Iterable[Act], *, until: datetime) -> Iterator[tuple[datetime, list[Act]]]:
    """Yield (end, acts) of each scene in which something happens, the last one ending at *until*."""
    for number, group in groupby(acts, key=lambda act: act.at.timestamp() // SCENE.total_seconds()):
        together = list(group)
        ends_at = together[0].at.fromtimestamp((number + 1) * SCENE.total_seconds(), together[0].at.tzinfo)
        yield min(ends_at, until), together
