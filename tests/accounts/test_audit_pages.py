"""The owner reads what happened, and refusals are part of it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.audit.models import AuditEvent
from practice.core.events import Event, record
from practice.core.transact import transact
from tests.cast import actor_of, sign_in

EVENTS = "/api/v1/audit-events"


def test_refusals_by_permission_are_in_the_log(app: Flask, cast: dict[str, User], session: Session) -> None:
    theo = sign_in(app, cast["theo"])
    assert theo.get(EVENTS).status_code == 403
    found = session.scalars(select(AuditEvent).where(AuditEvent.action == "permission.refused")).one()
    assert (found.actor_role, found.actor_id) == ("therapist", cast["theo"].id)
    assert '"action":"audit.read"' in found.data


def test_strangers_do_not_fill_the_log(app: Flask, session: Session) -> None:
    for _ in range(5):
        app.test_client().get(EVENTS)
    assert session.scalars(select(AuditEvent)).all() == []


def test_events_are_listed_newest_first_a_page_at_a_time(
    app: Flask, cast: dict[str, User], session: Session, now: Any
) -> None:
    rita = actor_of(cast["rita"])
    for n in range(7):
        transact(session, lambda n=n: record(session, Event("thing.done", "thing", f"uid-{n}", rita, now, {"n": n})))
    oscar = sign_in(app, cast["oscar"])
    first = oscar.get(EVENTS, query_string={"action": "thing", "limit": 5}).json
    assert [event["data"]["n"] for event in first["events"]] == [6, 5, 4, 3, 2]
    assert first["events"][0]["actor_name"] == "Rita Rossi"
    rest = oscar.get(EVENTS, query_string={"action": "thing", "limit": 5, "before": first["next_before"]}).json
    assert [event["data"]["n"] for event in rest["events"]] == [1, 0]
    assert rest["next_before"] is None


def test_events_are_narrowed_by_act_person_object_and_time(
    app: Flask, cast: dict[str, User], session: Session, now: Any
) -> None:
    oscar = sign_in(app, cast["oscar"])

    def count(**query: object) -> int:
        answer = oscar.get(EVENTS, query_string={"limit": 100, **query})
        assert answer.status_code == 200, answer.json
        return len(answer.json["events"])

    assert count() == 5
    assert count(action="user") == 4
    assert count(action="user.added") == 4
    assert count(action="user%") == 0
    assert count(action="use") == 0
    assert count(user=cast["oscar"].uid) == 1
    assert count(user="00000000-0000-4000-8000-000000000000") == 0
    assert count(object=cast["rita"].uid) == 1
    assert count(**{"from": "2026-11-25T00:00:00Z"}) == 0
    assert count(until="2026-11-25T00:00:00Z") == 5


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "101"},
        {"limit": "0"},
        {"before": str(2**63)},
        {"before": "x"},
        {"user": "x"},
        {"from": "2026-11-25"},
        {"action": "x" * 61},
        {"order_by": "hash"},
    ],
)
def test_odd_queries_are_named(client_as: Any, query: dict[str, str]) -> None:
    assert client_as("oscar").get(EVENTS, query_string=query).status_code == 422


def test_the_page_narrows_and_keeps_text_text(app: Flask, cast: dict[str, User]) -> None:
    oscar = sign_in(app, cast["oscar"])
    assert "user.added" in oscar.get("/audit").get_data(as_text=True)
    narrowed = oscar.get("/audit?action=session").get_data(as_text=True)
    assert "session.started" in narrowed
    assert ">user.added<" not in narrowed
    nothing = oscar.get("/audit?action=%3Cscript%3E").get_data(as_text=True)
    assert "Nothing like that happened" in nothing
    assert "<script>" not in nothing.replace("<script src", "")
    assert oscar.get("/audit?before=99999999999999999999").status_code == 422
