"""Every GET with ten and with a thousand rows: as many statements, and no more in the answer than a limit allows."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from practice.accounts.policy import requires
from practice.app import create_app
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.models import Client
from practice.core.clock import SettableClock
from practice.core.transact import transact
from practice.reminders.models import Message
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.web.database import db, session
from tests.conftest import NOW, make_settings
from tests.databases import TestDatabases
from tests.factories import make_client
from tests.house.access_world import LINK_MAKERS, MAKERS, World, build_world, make_appointment
from tests.house.expected_access import expected_access
from tests.house.growth import Grower
from tests.house.test_permissions import STAFF, _address
from tests.statements import statements

FEW, MANY = 10, 1_000
MOST_SHOWN = 100
"""Of one kind of thing on one page or in one answer."""

DAY = "2026-11-24"
READS = sorted(key for key in expected_access() if key[0] == "GET")
ASKED: dict[str, Callable[[World, dict[str, str]], dict[str, str]]] = {
    "/absences/preview": lambda world, _: {"kind": "away", "therapist_uid": world.theo.uid, "first_on": DAY},
    "/api/v1/availability": lambda world, _: {
        "service": world.service.uid,
        "location": world.location.uid,
        "from": DAY,
        "to": DAY,
    },
    "/api/v1/availability/explain": lambda world, _: {
        "service": world.service.uid,
        "location": world.location.uid,
        "start": f"{DAY}T10:00",
        "therapist": world.theo.uid,
    },
    "/api/v1/availability/next": lambda world, _: {"service": world.service.uid, "location": world.location.uid},
    "/api/v1/blocks": lambda *_: {"from": DAY, "to": DAY},
    "/api/v1/clients": lambda *_: {"q": "cl"},
    "/api/v1/clients/<uid:uid>/merge-preview": lambda _, seen: {"client_uid": seen["other"]},
    "/api/v1/clients/duplicates": lambda *_: {"first_name": "Clara", "last_name": "Client"},
    "/api/v1/diary": lambda world, _: {"location": world.location.uid, "from": DAY, "to": DAY},
    "/api/v1/messages/why": lambda _, seen: {"appointment_uid": seen["appointment"]},
    "/api/v1/wait-list/calls": lambda world, _: {
        "begins_at": f"{DAY}T20:00:00Z",
        "ends_at": f"{DAY}T22:00:00Z",
        "therapist_uid": world.theo.uid,
    },
    "/clients": lambda *_: {"q": "cl"},
    "/clients/options": lambda *_: {"q": "cl"},
    "/clients/<uid:uid>/merge": lambda _, seen: {"client_uid": seen["other"]},
    "/find": lambda *_: {"q": "cl"},
    "/wait-list/gap": lambda world, _: {
        "begins": f"{DAY}T15:00",
        "ends": f"{DAY}T17:00",
        "therapist": world.theo.uid,
    },
}
"""What a read is asked beside its address, so that it reads."""

INSTEAD = {"/api/v1/appointments/<uid:uid>/series": "in_series"}
"""What fills the address where the usual object has nothing to read."""

BOUNDED_OTHERWISE = {
    "/calls": "three lists of tasks, each with an end: calls, other things to do, what was noted today",
    "/today": "one day of one location",
    "/diary/<raw_day>": "one day of one location",
    "/diary/<raw_day>/events": "one day of one location",
    "/diary/<raw_day>/list": "one day of one location",
    "/diary/<raw_day>/sheet": "one day of one location",
    "/diary/<raw_day>/status": "one day of one location",
    "/absences/<uid:uid>": "an absence is applied to at most 300 visits",
    "/api/v1/absences/<uid:uid>": "an absence is applied to at most 300 visits",
    "/api/v1/clients/<uid:uid>/merge-preview": "every coming visit that changes its record is named",
    "/clients/<uid:uid>/merge": "every coming visit that changes its record is named",
    "/api/v1/diary": "at most 42 days of one location",
    "/f/<token>/calendar.ics": "a year of one person, 2,000 visits at most",
}
"""Reads that show all there is in a stretch of time, which is what a calendar is."""

_LISTED = re.compile(r"IN \((?:[^()]|\([^()]*\))*\)")
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Met:
    """What one read cost and showed."""

    status: int
    sent: Counter[str]
    shown: Counter[str]


Walk = dict[tuple[str, str], Met]


def _one_by_one() -> list[str]:
    return [session().get_one(Client, number).uid for number in session().scalars(select(Client.id))]


def _all_at_once() -> list[str]:
    return list(session().scalars(select(Message.uid)))


PLANTED = {("GET", "/one-by-one"): _one_by_one, ("GET", "/all-at-once"): _all_at_once}


@pytest.fixture(scope="module")
def both_walks(databases: TestDatabases) -> Iterator[tuple[Walk, Walk]]:
    url = databases.copy()
    app = create_app(make_settings(url), clock=SettableClock(NOW))
    for (_, rule), view in PLANTED.items():
        app.add_url_rule(rule, rule, requires("clinic.read")(view))
    world = build_world(app)
    yield walk_twice(world, [*READS, *PLANTED])
    world.session.close()
    with app.app_context():
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def walks(both_walks: tuple[Walk, Walk]) -> tuple[Walk, Walk]:
    few, many = ({key: met for key, met in walk.items() if key not in PLANTED} for walk in both_walks)
    return few, many


def walk_twice(world: World, reads: list[tuple[str, str]]) -> tuple[Walk, Walk]:
    """Return what each read met with few rows and with many."""
    filled = _fill(world)
    engine: Engine = world.app.extensions["sessions"].kw["bind"]
    with engine.begin() as connection:
        grower = Grower(connection, filled.focus)
        grower.grow(FEW)
    walks = []
    for amount in (FEW, MANY):
        with engine.begin() as connection:
            grower.go_on(connection, amount)
        kinds = {row["uid"]: name for name, rows in grower.copies.items() for row in rows if "uid" in row}
        walks.append({key: _met(world, engine, key, filled, kinds) for key in reads})
    return walks[0], walks[1]


@dataclass(frozen=True, slots=True)
class Filled:
    """The objects that routes are walked with, and the rows on which one half of everything else hangs."""

    values: dict[str, dict[str, str]]
    focus: dict[str, int]


def _fill(world: World) -> Filled:
    values = {kind: make(world) for kind, make in [*MAKERS.items(), *LINK_MAKERS.items()]}
    values["other"] = {"uid": make_client(world.session).uid}
    values["in_series"] = {"uid": _book(world, values["client"]["uid"])}
    focus = {
        "client": _id(world, Client, values["client"]["uid"]),
        "appointment": _id(world, Appointment, values["appointment"]["uid"]),
        "ground_act": _id(world, GroundAct, values["ground_act"]["uid"]),
        "therapist": world.theo.id,
        "location": world.location.id,
        "service": world.service.id,
        "room": world.room.id,
        "user_account": world.cast["oscar"].id,
    }
    world.session.rollback()
    return Filled(values, focus)


def _id(world: World, model: type[Any], uid: str) -> int:
    return int(world.session.scalars(select(model.id).where(model.uid == uid)).one())


def _book(world: World, client_uid: str) -> str:
    """Book, so that there are allocations, changes, a visit of every state today, a past one, and a series (returned)."""
    place = {"client_uid": client_uid, "service_uid": world.service.uid, "therapist_uid": world.theo.uid}
    headers = {"Authorization": f"Bearer {world.tokens['rita']}"}
    for path, body in (
        ("appointments", {**place, "local_start": f"{DAY}T15:00"}),
        ("series", {**place, "local_start": "2026-11-25T10:00", "rule": {"weekdays": [2], "count": 2}}),
        (
            f"clients/{client_uid}/consents",
            {
                "purpose": "reminder_email",
                "text_version": CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version,
                "channel": "desk",
            },
        ),
    ):
        answer = world.app.test_client().post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
    states = [state for state in AppointmentState if state is not AppointmentState.HELD]
    made = [make_appointment(world).id for _ in states]
    client_id = _id(world, Client, client_uid)

    def work() -> None:
        for number, state in zip(made, states, strict=True):
            row = world.session.get_one(Appointment, number)
            row.state = state
            row.starts_at, row.ends_at = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
            row.local_start = row.starts_at.replace(tzinfo=None) - timedelta(hours=5)
        row.starts_at, row.ends_at, row.client_id = NOW - timedelta(days=3), NOW - timedelta(days=2), client_id

    world.session.rollback()
    transact(world.session, work)
    return world.session.scalars(select(Appointment.uid).where(Appointment.series_id.is_not(None))).first() or ""


def _met(world: World, engine: Engine, key: tuple[str, str], filled: Filled, kinds: dict[str, str]) -> Met:
    with statements(engine) as sent:
        answer = _ask(world, key, filled)
    shown = Counter(kinds[uid] for uid in set(_UID.findall(answer.get_data(as_text=True))) if uid in kinds)
    return Met(answer.status_code, Counter(_LISTED.sub("IN (...)", one) for one in sent), shown)


def _ask(world: World, key: tuple[str, str], filled: Filled) -> Any:
    kind, letters = expected_access().get(key, (".", {"owner": "Y"}))
    asker = next((name for name in ("owner", "therapist own", "receptionist") if letters[name] == "Y"), None)
    headers = {} if asker is None else {"Authorization": f"Bearer {world.tokens[STAFF[asker]]}"}
    address = _address(world.app, key, filled.values.get(INSTEAD.get(key[1], kind), {}))
    asked = ASKED.get(key[1], lambda *_: {})(world, {name: each.get("uid", "") for name, each in filled.values.items()})
    return world.app.test_client().get(address, query_string=asked, headers=headers)


LEADS_ON = {
    "/",
    "/appointments/<uid:uid>/again",
    "/appointments/<uid:uid>/form",
    "/diary",
    "/diary/list",
    "/diary/month",
    "/find",
    "/settings",
    "/sign-in",
    "/unlock",
}
"""Addresses that only lead to another."""


def test_every_read_answers(walks: tuple[Walk, Walk]) -> None:
    met = {(" ".join(key), read.status) for walk in walks for key, read in walk.items()}
    expected = {f"GET {rule}": {200} for rule in ASKED} | {f"GET {rule}": {303} for rule in LEADS_ON}
    odd = [f"{name}: {status}" for name, status in sorted(met) if status not in expected.get(name, {200, 422})]
    assert not odd, "\n".join(odd)


def test_a_thousand_rows_take_as_many_statements_as_ten(walks: tuple[Walk, Walk]) -> None:
    few, many = walks
    more = [f"{key[1]}: {sent}" for key in few if (sent := repeated(few[key], many[key]))]
    assert not more, "\n".join(more)


def repeated(few: Met, many: Met) -> dict[str, int]:
    """Return what was sent more often with many rows; what depends on there being any row at all is sent once."""
    return {sql: number for sql, number in many.sent.items() if number > max(few.sent[sql], 1)}


def test_no_answer_shows_more_than_its_limit(walks: tuple[Walk, Walk]) -> None:
    endless = [
        f"{rule}: {number} of {name}"
        for (_, rule), read in walks[1].items()
        for name, number in read.shown.items()
        if number > MOST_SHOWN and rule not in BOUNDED_OTHERWISE
    ]
    assert not endless, "\n".join(endless)


def test_lists_were_looked_at_full(walks: tuple[Walk, Walk]) -> None:
    met = Counter[str]()
    for read in walks[1].values():
        met |= read.shown
    full = {name for name, number in met.items() if number >= MOST_SHOWN // 2}
    assert {"appointment", "client", "message", "staff_task", "closure", "time_off", "wait_list_entry"} <= full


def test_teeth_a_read_of_each_row_and_a_list_without_end_are_found(both_walks: tuple[Walk, Walk]) -> None:
    few, many = ({key[1]: met for key, met in walk.items() if key in PLANTED} for walk in both_walks)
    assert repeated(few["/one-by-one"], many["/one-by-one"])
    assert many["/all-at-once"].shown["message"] > MOST_SHOWN
