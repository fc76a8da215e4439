"""The JSON face: blueprints that read strictly and document every answer, OpenAPI and its page."""

from typing import Any

from flask import Flask, Request, Response, abort, render_template, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema
from marshmallow.fields import Field
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from practice.core.strict_json import InvalidJson, loads
from practice.web.problems import on_http_exception
from practice.web.schemas import UID_PATTERN, ProblemSchema, from_text

API_ROOT = "/api/v1"


class UidConverter(BaseConverter):
    """Path part that must look like a uid; anything else is a plain 404."""

    regex = UID_PATTERN
    part_isolating = True


class StrictParser(FlaskParser):
    """Reads JSON with the one strict loader and leaves unknown fields to the schema, which refuses them."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
        "json": None,
    }

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the query with numbers and flags read as such, for schemas that take no text for them."""
        typed = MultiDict(
            (name, from_text(schema.fields.get(name), value)) for name, value in req.args.items(multi=True)
        )
        return self._makeproxy(typed, schema)

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json:
            if req.get_data():
                abort(415)
            return missing
        try:
            return loads(req.get_data())
        except InvalidJson as invalid:
            abort(400, str(invalid))


class ApiBlueprint(Blueprint):
    """A blueprint under ``/api/v1`` whose every operation documents the problem answer."""

    ARGUMENTS_PARSER = StrictParser()
    PAGINATION_HEADER_NAME = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_document_problem)


def _document_problem(doc: dict[str, Any], _info: Any, **_context: Any) -> dict[str, Any]:
    doc.setdefault("responses", {})["default"] = ProblemApi.DEFAULT_ERROR_RESPONSE_NAME
    return doc


class ProblemApi(Api):
    """flask-smorest with RFC 9457 errors; it must not touch the errors of HTML pages."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer as every other error does."""
        return on_http_exception(error)

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def install_api(app: Flask, blueprints: tuple[Blueprint, ...]) -> ProblemApi:
    """Register the API's blueprints, its description at ``/api/v1/openapi.json`` and the page to try it."""
    app.config.update(
        API_TITLE="Practice",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=API_ROOT,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {
                "securitySchemes": {
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-practice"},
                }
            },
            "security": [{"bearer": []}, {"cookie": []}],
        },
    )
    api = ProblemApi(app)
    api.register_converter(UidConverter, _document_uid)
    converter = api.ma_plugin.converter
    converter.add_attribute_function(_without_empty_words)
    converter.add_parameter_attribute_function(_without_empty_words)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.add_url_rule(f"{API_ROOT}/docs", "api_docs", api_docs)
    return api


def _without_empty_words(_converter: Any, _field: Field[Any], ret: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Drop keywords that apispec leaves empty for times of a format of our own; no description may hold them."""
    for word in ("format", "pattern"):
        if word in ret and ret[word] is None:
            del ret[word]
    return {}


def _document_uid(_converter: BaseConverter) -> dict[str, str]:
    return {"type": "string", "format": "uuid", "pattern": f"^{UID_PATTERN}$"}


def api_docs() -> str:
    """Show the API's description with files of our own."""
    return render_template("web/api_docs.html")


def etag(version: int) -> str:
    """Return the ETag of a row's version."""
    return f'"{version}"'


def if_match_version() -> int:
    """Return the version that If-Match names; 428 without the header, 412 for one that cannot be ours."""
    header = request.headers.get("If-Match")
    if header is None:
        abort(428, "Send If-Match with the ETag that you read, so that nobody's change is lost.")
    digits = header.strip().strip('"')
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        abort(412, "If-Match names no version of this. Read it again and send its ETag.")
    return int(digits)
