"""What is fuzzed: each operation of the served OpenAPI document, with ids that exist beside ids that do not."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import strategies

from practice.app import create_app
from tests.conftest import make_settings
from tests.house.access_world import MAKERS, World
from tests.house.expected_access import expected_access

DOCUMENT = "/api/v1/openapi.json"
ROLES = {"receptionist": "rita", "therapist": "theo", "owner": "oscar", "anonymous": None}
_PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")

schemathesis.openapi.format("uuid", strategies.uuids(version=4).map(str))


@cache
def operations() -> list[tuple[str, str]]:
    """Return (METHOD, path) of every operation; making the application asks no database."""
    document = create_app(make_settings("sqlite://")).test_client().get(DOCUMENT).get_json()
    methods = {"get", "post", "put", "patch", "delete"}
    return [(method.upper(), path) for path, item in document["paths"].items() for method in item if method in methods]


def operation_of(app: Flask, method: str, path: str) -> Any:
    """Return schemathesis' view of one operation."""
    if "fuzzed" not in app.extensions:
        app.extensions["fuzzed"] = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    return app.extensions["fuzzed"][path][method]


def existing_values(world: World, method: str, path: str) -> Mapping[str, str]:
    """Return path parameters of an object that exists, empty when the path has none."""
    for (known_method, rule), (kind, _) in expected_access().items():
        if known_method == method and _PARAMETER.sub(r"{\1}", rule) == path:
            return MAKERS[kind](world) if kind in MAKERS else {}
    return {}


def bodies_that_exist(world: World) -> Mapping[str, str]:
    """Return the uids that a body may name, by the field's name."""
    return {
        "client": MAKERS["client"](world)["uid"],
        "service": world.service.uid,
        "therapist": world.theo.uid,
        "room": world.room.uid,
        "location": world.location.uid,
        "hold": MAKERS["appointment"](world)["uid"],
        "with": MAKERS["appointment"](world)["uid"],
    }


def with_existing(value: Any, existing: Mapping[str, str]) -> Any:
    """Return *value* with the uids under known names replaced by uids of things that exist."""
    if isinstance(value, dict):
        return {
            name: existing[name] if name in existing and isinstance(each, str) else with_existing(each, existing)
            for name, each in value.items()
        }
    return [with_existing(each, existing) for each in value] if isinstance(value, list) else value
