"""The JSON face reads strictly and answers refusals as problems."""

from typing import Any

import pytest
from flask import Flask
from marshmallow import fields

from practice.core.errors import Conflict, NotFound, RuleViolation, StaleVersion, WayOut
from practice.web.api import ApiBlueprint, UidConverter, install_api
from practice.web.problems import install_problems
from practice.web.schemas import Flag, StrictSchema, Text, WholeNumber

probe = ApiBlueprint("probe", __name__, url_prefix="/api/v1/probe")


class ProbeSchema(StrictSchema):
    name = Text(longest=20, shortest=1, required=True)
    minutes = WholeNumber(0, 1440)
    loud = Flag()
    tags = fields.List(Text(longest=5))


@probe.route("/", methods=["POST"])
@probe.arguments(ProbeSchema)
@probe.response(200)
def post(body: dict[str, Any]) -> dict[str, Any]:
    return body


@probe.route("/query")
@probe.arguments(ProbeSchema, location="query")
@probe.response(200)
def query(args: dict[str, Any]) -> dict[str, Any]:
    return args


@probe.route("/refuse/<kind>")
def refuse(kind: str) -> None:
    errors = {"conflict": Conflict, "gone": NotFound, "stale": StaleVersion, "rule": RuleViolation}
    raise errors[kind]("Because.", ways_out=(WayOut("next_time", "Next free time"),))


@pytest.fixture
def client() -> Any:
    app = Flask("probe")
    app.url_map.converters["uid"] = UidConverter
    install_problems(app)
    install_api(app, (probe,))
    return app.test_client()


@pytest.mark.parametrize(("kind", "status"), [("conflict", 409), ("gone", 404), ("stale", 412), ("rule", 422)])
def test_each_kind_of_refusal_has_its_status_and_ways_out(client: Any, kind: str, status: int) -> None:
    answer = client.get(f"/api/v1/probe/refuse/{kind}")
    assert answer.status_code == answer.json["status"] == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["refusals"][0]["ways_out"] == [{"act": "next_time", "label": "Next free time", "values": {}}]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"name":"a","name":"b"}',
        '{"name":NaN}',
        '{"minutes":1e400}',
        '{"minutes":' + "9" * 5000 + "}",
        "[" * 100_000,
        b"\xff\xfe",
    ],
    ids=["cut", "twice", "nan", "infinite", "huge", "deep", "not utf-8"],
)
def test_json_that_is_not_acceptable_is_400(client: Any, body: str | bytes) -> None:
    answer = client.post("/api/v1/probe/", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"name": "a\u202eb"},
        {"name": "x" * 21},
        {"name": "a", "minutes": "5"},
        {"name": "a", "minutes": 2**63 - 1},
        {"name": "a", "minutes": True},
        {"name": "a", "loud": 1},
        {"name": "a", "role": "owner"},
        {"name": ["a"]},
        [],
    ],
    ids=str,
)
def test_values_that_do_not_fit_are_422_and_name_the_field(client: Any, body: object) -> None:
    answer = client.post("/api/v1/probe/", json=body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["detail"]


def test_emoji_and_combining_names_come_back_composed(client: Any) -> None:
    answer = client.post("/api/v1/probe/", json={"name": " Zoe\u0308 🌿 "})
    assert answer.json == {"name": "Zoë 🌿"}


def test_a_query_reads_numbers_and_flags_from_text(client: Any) -> None:
    assert client.get("/api/v1/probe/query?name=a&minutes=5&loud=true").json == {
        "name": "a",
        "minutes": 5,
        "loud": True,
    }
    assert client.get("/api/v1/probe/query?name=a&minutes=five").status_code == 422
    assert client.get("/api/v1/probe/query?name=a&other=1").status_code == 422


def test_text_that_is_not_json_is_415(client: Any) -> None:
    assert client.post("/api/v1/probe/", data="name=a", content_type="text/plain").status_code == 415


def test_every_operation_documents_the_problem_answer(client: Any) -> None:
    description = client.get("/api/v1/openapi.json").json
    for operations in description["paths"].values():
        for method in operations.keys() - {"parameters"}:
            operation = operations[method]
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    error = description["components"]["responses"]["DEFAULT_ERROR"]
    assert list(error["content"]) == ["application/problem+json"]
