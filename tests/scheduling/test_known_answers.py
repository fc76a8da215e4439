"""The benchmark practice of fifty therapists: known answers, and statements that do not grow with it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import practice_50
from practice.core.actor import Actor, Role
from practice.scheduling.calendar.feed import By, FeedQuery, read_feed
from practice.scheduling.calendar.feed_json import feed_json
from practice.scheduling.free_time.search import StartsQuery, explain_start, find_starts, three_next
from tests.scheduling.clinics import captured

SERVICE = practice_50.uid_of("service", 1)
EVERYBODY = tuple(practice_50.uid_of("therapist", number) for number in range(1, practice_50.THERAPISTS + 1))


@pytest.fixture
def fifty(app: Flask, sessions: sessionmaker[Session]) -> Iterator[Session]:
    practice_50.build(sessions.kw["bind"])
    with sessions() as opened:
        yield opened


def starts(session: Session, therapists: tuple[str, ...], first_on: date, last_on: date) -> int:
    query = StartsQuery(service_uid=SERVICE, therapist_uids=therapists)
    return len(find_starts(session, query, first_on=first_on, last_on=last_on, now=practice_50.NOW).starts)


def test_fifty_therapists_have_the_known_answers_in_a_constant_number_of_statements(fifty: Session) -> None:
    month = (practice_50.FIRST_ON, practice_50.LAST_ON)
    day_nine = (practice_50.DAY_NINE, practice_50.DAY_NINE)
    with captured(fifty) as cold:
        assert starts(fifty, (), *month) == practice_50.ANYONE_STARTS
    assert len(cold) == 4
    for therapists, days, expected in (
        (EVERYBODY[:1], month, practice_50.THERAPIST_1_STARTS),
        ((), day_nine, practice_50.ANYONE_DAY_NINE_STARTS),
        (EVERYBODY, month, practice_50.ANYONE_STARTS),
    ):
        with captured(fifty) as sent:
            assert starts(fifty, therapists, *days) == expected
        assert len(sent) <= 4


def test_explain_and_proposals_take_no_more_with_fifty(fifty: Session) -> None:
    client = practice_50.uid_of("client", 1)
    query = StartsQuery(service_uid=SERVICE, therapist_uids=EVERYBODY[:1], client_uid=client)
    with captured(fifty) as sent:
        found = three_next(fifty, query, from_on=practice_50.FIRST_ON, now=practice_50.NOW)
    assert len(found.proposals) == 3
    assert len(sent) <= 4
    taken = found.proposals[0].begins
    with captured(fifty) as sent:
        local = practice_50.NOW.replace(tzinfo=None) + timedelta(days=1)
        assert explain_start(fifty, query, local_start=local, now=practice_50.NOW).question.therapist_ids is not None
    assert len(sent) <= 4
    assert taken


@pytest.mark.parametrize("by", list(By))
def test_a_week_of_ten_columns_is_three_statements_and_250_bytes_an_event(fifty: Session, by: By) -> None:
    uids = tuple(practice_50.uid_of(by.value, number) for number in range(1, 11))
    week = FeedQuery(first_on=practice_50.FIRST_ON, last_on=practice_50.FIRST_ON + timedelta(days=6), by=by, uids=uids)
    with captured(fifty) as sent:
        feed = read_feed(fifty, week, now=practice_50.NOW)
    assert len(sent) == 3
    assert len(feed.visits) == 1400
    assert len(feed_json(feed, actor=Actor(Role.RECEPTIONIST))) <= 250 * 1400
