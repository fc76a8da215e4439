import io
import json
import logging
import sys

import pytest
import structlog

from practice.web.request_log import allowed_only, configure_logging, frames_only


@pytest.fixture
def logged():
    """Return what was logged since the start, parsed."""
    handlers, level, stream = logging.root.handlers[:], logging.root.level, io.StringIO()
    structlog.contextvars.clear_contextvars()
    configure_logging(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.root.handlers[:], logging.root.level = handlers, level


def test_a_request_is_one_line_with_its_rule_and_id(app, logged):
    answer = app.test_client().get("/health?name=Maya")
    (line,) = [line for line in logged() if line["event"] == "request"]
    assert line["route"] == "/health"
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert "Maya" not in json.dumps(line)


def test_only_listed_fields_are_written(logged):
    structlog.get_logger().info("sent", job="dispatch", email="maya@example.com")
    (line,) = logged()
    assert line["job"] == "dispatch"
    assert "maya" not in json.dumps(line)


def test_an_exception_is_named_by_type_and_place_without_its_words(logged):
    try:
        int("Maya Ferrante")
    except ValueError:
        structlog.get_logger().exception("unexpected error")
    (line,) = logged()
    assert line["kind"] == "ValueError"
    assert "test_request_log.py" in line["frames"][0]
    assert "Maya" not in json.dumps(line)


def test_a_librarys_words_are_not_kept(logged):
    logging.getLogger("waitress").warning("Client disconnected while serving /manage/%s", "secret")
    (line,) = logged()
    assert (line["logger"], line["event"]) == ("waitress", "library message")


def test_our_own_warnings_are_kept(logged):
    logging.getLogger("alembic.runtime").warning("stamped")
    assert logged()[0]["event"] == "stamped"


def test_processors_leave_what_is_allowed():
    assert allowed_only(None, "", {"event": "x", "email": "y"}) == {"event": "x"}
    try:
        {}["x"]
    except KeyError:
        assert frames_only(None, "", {"exc_info": sys.exc_info()})["kind"] == "KeyError"
