"""Logs as JSON lines with a request id. An allowlist decides what may be written: ids, codes and times, no people."""

import logging
import sys
import time
import traceback
import uuid
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor

ALLOWED = frozenset(
    {
        "event", "level", "logger", "at", "request_id", "method", "route", "status", "milliseconds", "kind", "frames",
        "job", "worker", "count", "code", "revision", "host", "port", "threads",
    }
)  # fmt: skip
SPEAKS_PLAINLY = ("practice", "alembic", "apscheduler")
"""Libraries whose messages carry nothing of ours; of others only the logger's name is kept."""

log = structlog.get_logger("practice.request")


def configure_logging(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send everything that this process logs to *stream* (standard error), one JSON object a line."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        frames_only,
        allowed_only,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(sort_keys=True)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[mute_foreign, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def allowed_only(_logger: Any, _name: str, fields: EventDict) -> EventDict:
    """Drop every field that nobody has put on the list."""
    return {name: value for name, value in fields.items() if name in ALLOWED or name.startswith("_")}


def frames_only(_logger: Any, _name: str, fields: EventDict) -> EventDict:
    """Keep where an exception happened and its type; its message may quote what a person typed."""
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        fields["kind"] = type(error).__name__
        fields["frames"] = [
            f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return fields


def mute_foreign(_logger: Any, _name: str, fields: EventDict) -> EventDict:
    """Name the logger; keep the words only of libraries that quote nothing."""
    record: logging.LogRecord = fields["_record"]
    fields["logger"] = record.name
    if not record.name.startswith(SPEAKS_PLAINLY):
        fields["event"] = "library message"
    if record.exc_info:
        fields["exc_info"] = record.exc_info
    return fields


def install_request_log(app: Flask) -> None:
    """Give each request an id, in the log and in the answer, and write one line when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_began = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex)


def _end(response: Response) -> Response:
    bound = structlog.contextvars.get_contextvars()
    response.headers["X-Request-ID"] = str(bound.get("request_id", ""))
    # The rule, not the path: a path may carry the secret of a mail link.
    log.info(
        "request",
        method=request.method,
        route=str(request.url_rule),
        status=response.status_code,
        milliseconds=round((time.monotonic() - g.get("request_began", time.monotonic())) * 1000, 1),
    )
    return response
