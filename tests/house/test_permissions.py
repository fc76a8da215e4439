"""Every route and every actor against the table in expected_access.py."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

from practice.accounts.policy import MissingPolicy, requires
from practice.clients.models import Client
from practice.scheduling.models import Appointment
from tests.databases import TestDatabases
from tests.factories import make_client
from tests.house.access_world import (
    BODIES,
    LINK_MAKERS,
    MAKERS,
    MISSING,
    NOBODYS,
    World,
    build_world,
    session_cookie,
    stranger_bodies,
)
from tests.house.expected_access import ACTORS, expected_access

STAFF = {"receptionist": "rita", "therapist own": "theo", "therapist other": "olga", "owner": "oscar"}
_ROWS = expected_access()
_CHANGING = re.compile(r'(name="csrf-token" content|name="csrf_token" value|name="idempotency_key" value)="[^"]*"')


@pytest.fixture(scope="module")
def world(databases: TestDatabases) -> Iterator[World]:
    from practice.app import create_app
    from practice.core.clock import SettableClock
    from practice.web.database import db
    from tests.conftest import NOW, make_settings

    url = databases.copy()
    app = create_app(make_settings(url, mailbox_folder=""), clock=SettableClock(NOW))
    built = build_world(app)
    yield built
    built.session.close()
    with app.app_context():
        db.engine.dispose()
    databases.drop(url)


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Return {(method, rule): endpoint}; HEAD and OPTIONS follow GET."""
    return {
        (method, rule.rule): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def send(world: World, key: tuple[str, str], actor: str, values: dict[str, str]) -> Any:
    method, rule = key
    address = _address(world.app, key, values)
    headers = {"If-Match": '"1"'}
    if actor in STAFF:
        headers["Authorization"] = f"Bearer {world.tokens[STAFF[actor]]}"
    content = BODIES[key](world) if key in BODIES else {}
    body: dict[str, Any] = {"json": content} if rule.startswith("/api/") else {"data": content}
    return world.app.test_client().open(address, method=method, headers=headers, **({} if method == "GET" else body))


def _address(app: Flask, key: tuple[str, str], values: dict[str, str]) -> str:
    endpoint = routes(app)[key]
    adapter = app.url_map.bind("localhost")
    wanted = {name for rule in app.url_map.iter_rules(endpoint) if rule.rule == key[1] for name in rule.arguments}
    given = {name: values.get(name, NOBODYS.get(name, "x")) for name in wanted}
    try:
        return adapter.build(endpoint, given, method=key[0])
    except (BuildError, HTTPException) as unknown:
        raise AssertionError(f"say in access_world.py what fills {key}") from unknown


def values_for(world: World, kind: str, actor: str) -> dict[str, str]:
    """Return the object's values; a link's only to its holder."""
    if kind in LINK_MAKERS:
        return LINK_MAKERS[kind](world) if actor == "link" else dict(NOBODYS)
    return MAKERS[kind](world) if kind in MAKERS else {}


def outcome(answer: Any) -> str:
    """Return the letter that the answer stands for, or its status when it stands for none."""
    status, target = answer.status_code, answer.headers.get("Location", "")
    if status == 401 and answer.json and answer.json.get("code") == "sign_in_failed":
        return "Y"
    if status == 401 or (status == 303 and target.startswith("/sign-in?")) or target == "/sign-in":
        return "A"
    if status == 403:
        return "F"
    if status == 404:
        return "N"
    return "Y" if status < 500 else str(status)


def told(answer: Any) -> str:
    """Return the body without what differs between any two answers."""
    return _CHANGING.sub("", answer.get_data(as_text=True)).replace(MISSING, "")


def test_every_route_has_a_line_and_every_line_a_route(world: World) -> None:
    existing = set(routes(world.app))
    missing = sorted(" ".join(key) for key in existing - set(_ROWS))
    stale = sorted(" ".join(key) for key in set(_ROWS) - existing)
    assert not missing, f"say in expected_access.py who may use: {missing}"
    assert not stale, f"these lines name no route: {stale}"


def test_every_rule_with_an_identifier_names_its_object() -> None:
    lazy = [" ".join(key) for key, (kind, _) in _ROWS.items() if "<" in key[1] and kind not in {*MAKERS, *LINK_MAKERS}]
    assert not lazy, f"name the object that fills: {lazy}"


@pytest.mark.parametrize("key", sorted(_ROWS), ids=" ".join)
def test_each_actor_meets_what_the_table_says(world: World, key: tuple[str, str]) -> None:
    if key not in routes(world.app):
        pytest.skip("reported by the test of lines")
    kind, letters = _ROWS[key]
    met, foreign_told = {}, {}
    for actor in ACTORS:
        # Whoever is refused before any object is looked at needs none; were he let in, he would meet N, not A or F.
        values = values_for(world, kind, actor) if letters[actor] in "YN" else dict(NOBODYS)
        answer = send(world, key, actor, values)
        met[actor] = outcome(answer)
        # Signing out is where a member of staff lands on the sign-in page by his own will.
        if key == ("POST", "/sign-out") and actor in STAFF and met[actor] == "A":
            met[actor] = "Y"
        if met[actor] == "N":
            missing = send(world, key, actor, dict(NOBODYS))
            if told(answer).replace(values.get("uid", MISSING), "") != told(missing):
                foreign_told[actor] = told(answer)
    assert met == letters
    assert not foreign_told, "a foreign object must be told exactly as a missing one"


def test_a_therapist_cannot_make_a_strangers_client_his_own_by_booking_her(world: World) -> None:
    theirs = MAKERS["client"](world)["uid"]
    headers = {"Authorization": f"Bearer {world.tokens['olga']}"}
    client = world.app.test_client()
    missing = stranger_bodies(world, MISSING)
    for path, body in stranger_bodies(world, theirs).items():
        answer = client.post(path, json=body, headers=headers)
        assert (path, answer.status_code) == (path, 404)
        assert told(answer) == told(client.post(path, json=missing[path], headers=headers))


def test_a_therapist_cannot_give_his_time_to_a_stranger(world: World) -> None:
    client, headers = world.app.test_client(), {"Authorization": f"Bearer {world.tokens['theo']}", "If-Match": '"1"'}
    own = MAKERS["appointment"](world)["uid"]
    stranger = make_client(world.session).uid
    for uid in (stranger, MISSING):
        patched = client.patch(f"/api/v1/appointments/{own}", json={"client_uid": uid}, headers=headers)
        assert patched.status_code == 404
        page = client.post(f"/appointments/{own}/client", data={"client": uid, "version": "1"}, headers=headers)
        assert "There is nothing here" in page.get_data(as_text=True)
    row = world.session.scalars(select(Appointment).where(Appointment.uid == own)).one()
    assert row.client_id != world.session.scalar(select(Client.id).where(Client.uid == stranger))


TAKES_POSTS_FROM_ELSEWHERE = {
    ("POST", "/api/v1/sessions"),  # reads strict JSON only and creates the session that a form token would hang on
    ("POST", "/s/<token>"),  # mail programs post to it by themselves (RFC 8058); the link is the proof
    ("POST", "/u/<token>"),  # mail programs post to it by themselves (RFC 8058); the link is the proof
}
"""Routes that need no form token, each with its reason."""


REFUSES_EARLIER = {
    ("POST", "/m/<token>/move"): 422,  # no time is chosen, so nothing would be done with or without a form token
}


def changing_routes() -> list[tuple[str, str]]:
    return [key for key in sorted(_ROWS) if key[0] != "GET" and key not in TAKES_POSTS_FROM_ELSEWHERE]


@pytest.mark.parametrize("key", changing_routes(), ids=" ".join)
def test_a_change_from_a_page_that_is_not_ours_is_refused(world: World, key: tuple[str, str]) -> None:
    client = world.app.test_client()
    client.set_cookie("practice", session_cookie(world, "oscar"))
    kind, _ = _ROWS[key]
    address = _address(world.app, key, values_for(world, kind, "link" if kind in LINK_MAKERS else "owner"))
    for headers in ({}, {"X-CSRFToken": "forged"}, {"Sec-Fetch-Site": "cross-site"}, {"Content-Type": "text/plain"}):
        answer = client.open(address, method=key[0], data="{}", headers={"If-Match": '"1"', **headers})
        assert (headers, answer.status_code) == (headers, REFUSES_EARLIER.get(key, 400))
        assert key in REFUSES_EARLIER or "Reload" in answer.get_data(as_text=True)


def test_a_session_that_has_ended_opens_no_route_whatever_is_sent_along(world: World) -> None:
    client = world.app.test_client()
    client.set_cookie("practice", session_cookie(world, "oscar"))
    clock = world.app.extensions["clock"]
    clock.advance(timedelta(minutes=31))
    met = {}
    for key, (kind, letters) in _ROWS.items():
        if letters["anonymous"] == "A":
            address = _address(world.app, key, values_for(world, kind, "owner"))
            sent = client.open(
                f"{address}?skip_timeout_reset=1&keep_alive=1", method=key[0], headers={"X-Background": "0"}
            )
            met[key] = outcome(sent)
    clock.advance(timedelta(minutes=-31))
    assert {key: letter for key, letter in met.items() if letter != "A"} == {}
    assert len(met) > 50


def test_an_undecorated_route_keeps_the_application_from_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    import practice.app
    from practice.web.api import ApiBlueprint
    from tests.conftest import make_settings

    forgotten = ApiBlueprint("forgotten", __name__, url_prefix="/api/v1/forgotten")
    forgotten.route("/")(lambda: "everything about everybody")
    monkeypatch.setattr(practice.app, "API_BLUEPRINTS", (*practice.app.API_BLUEPRINTS, forgotten))
    with pytest.raises(MissingPolicy, match="/api/v1/forgotten/"):
        practice.app.create_app(make_settings(f"sqlite:///{tmp_path}/x.sqlite3"))


def test_a_view_that_forgets_to_ask_whose_it_is_answers_nothing(world: World) -> None:
    from practice.app import create_app
    from tests.conftest import make_settings

    app = create_app(make_settings(world.app.extensions["settings"].database_url), clock=world.app.extensions["clock"])
    app.add_url_rule("/api/v1/leak", "leak", requires("client.read")(lambda: "somebody's phone"))
    for name, status in (("rita", 200), ("theo", 500)):
        answer = app.test_client().get("/api/v1/leak", headers={"Authorization": f"Bearer {world.tokens[name]}"})
        assert answer.status_code == status
    assert b"phone" not in answer.data
