"""Bodies, addresses and forms that no well-meaning client sends: refused in words, never a defect."""

from itertools import product

import pytest

from tests.fuzz.conftest import headers_of
from tests.fuzz.targets import existing_values, operations
from tests.house.expected_access import expected_access
from tests.house.test_permissions import _address, routes, values_for

DEEP = b"[" * 60_000
BODIES = {
    "nothing": b"",
    "null": b"null",
    "list": b"[]",
    "number": b"9223372036854775808",
    "duplicate keys": b'{"name": "a", "name": "b"}',
    "not a number": b'{"name": NaN, "version": Infinity}',
    "deep": DEEP,
    "deep objects": b'{"a":' * 40 + b"1" + b"}" * 40,
    "half": b'{"name": "a"',
    "latin-1": '{"name": "é"}'.encode("latin-1"),
    "lone surrogate": b'{"name": "\\ud800", "first_name": "\\udfff", "label": "\\ud800"}',
    "control characters": b'{"name": "a\\u0000b", "first_name": "\\u001b[31m", "desk_note": "\\u0007"}',
    "bidi": '{"name": "\u202egnp.exe", "first_name": "\u2066x", "reason": "\u202e"}'.encode(),
    "huge integers": b'{"version": 9223372036854775808, "duration_minutes": -9223372036854775809, "price_cents": 1e400}',
    "long text": b'{"name": "' + b"x" * 100_000 + b'", "first_name": "' + b"y" * 100_000 + b'"}',
    "unknown fields": b'{"is_admin": true, "__proto__": {"role": "owner"}, "role": "owner"}',
    "too large": b'{"name": "' + b"x" * 1_200_000 + b'"}',
}
STRINGS = (
    "\x00",
    "\x1b[31m",
    "\u202e",
    "%00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "9223372036854775808",
    "-1",
    "NaN",
    "2026-02-30",
    "2026-03-08T02:30",
    "9999-12-31T23:59",
    "0001-01-01",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "{{ 7*7 }}",
    "ß" * 300,
    "🧑‍🦽" * 50,
)
NAMES = (
    "q", "search", "from", "to", "on", "day", "date", "start", "local_start", "first_on", "last_on", "page", "limit",
    "view", "by", "kind", "state", "service", "therapist", "therapists", "room", "location", "client", "next", "version",
    "reason", "name", "first_name", "last_name", "email", "phone", "born_on", "duration_minutes", "idempotency_key",
)  # fmt: skip
BOUNDED = 6
ALWAYS_REFUSED = {"deep", "half", "latin-1", "duplicate keys", "not a number", "deep objects", "number"}


def strings_for(key, *, is_full):
    """Return every string, or a few that differ from route to route."""
    first = sum(map(ord, key[1])) % len(STRINGS)
    return STRINGS if is_full else [*STRINGS[first:], *STRINGS[:first]][:BOUNDED]


def _writes():
    return [pair for pair in operations() if pair[0] != "GET"]


@pytest.mark.parametrize("operation", _writes(), ids=" ".join)
def test_a_body_that_is_none_is_refused_in_words(enter, operation):
    world = enter()
    method, path = operation
    for name, body in BODIES.items():
        address = path.format(**existing_values(world, method, path))
        headers = {**headers_of(world, "owner"), "If-Match": '"1"', "Content-Type": "application/json"}
        answer = world.app.test_client().open(address, method=method, data=body, headers=headers)
        assert answer.status_code < 500, (name, answer.text)
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", name
            assert answer.get_json()["detail"], name
        elif method != "DELETE":
            assert name not in ALWAYS_REFUSED or _takes_no_body(world, operation), name


def _takes_no_body(world, operation):
    method, path = operation
    document = world.app.test_client().get("/api/v1/openapi.json").get_json()
    return "requestBody" not in document["paths"][path][method.lower()]


@pytest.mark.parametrize("key", sorted(key for key in expected_access() if key[0] == "GET"), ids=" ".join)
def test_a_strange_question_is_answered_without_a_defect(request, enter, key):
    world = enter()
    if key not in routes(world.app):
        pytest.skip("reported by the test of lines")
    address = _address(world.app, key, values_for(world, expected_access()[key][0], "owner"))
    browser = world.app.test_client()
    is_full = request.config.getoption("--full")
    for text in strings_for(key, is_full=is_full):
        query = [(name, text) for name in NAMES]
        answer = browser.get(address, query_string=query, headers=headers_of(world, "owner"))
        assert answer.status_code < 500, (text, answer.text[:2000])
    if is_full:
        for name, text in product(NAMES, STRINGS):
            answer = browser.get(address, query_string={name: text}, headers=headers_of(world, "owner"))
            assert answer.status_code < 500, (name, text, answer.text[:2000])


@pytest.mark.parametrize(
    "key", sorted(key for key in expected_access() if key[0] == "POST" and not key[1].startswith("/api/")), ids=" ".join
)
def test_a_strange_form_is_answered_without_a_defect(request, enter, key):
    world = enter()
    if key not in routes(world.app):
        pytest.skip("reported by the test of lines")
    browser = world.app.test_client()
    for text in strings_for(key, is_full=request.config.getoption("--full")):
        address = _address(world.app, key, values_for(world, expected_access()[key][0], "owner"))
        answer = browser.post(address, data=dict.fromkeys(NAMES, text), headers=headers_of(world, "owner"))
        assert answer.status_code < 500, (text, answer.text[:2000])
