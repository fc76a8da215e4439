"""Two open addresses for whatever watches over the process: is it alive, and can it do its work. No personal data."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Flask, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from practice.web.database import now, session
from practice.web.schema_state import is_current

Reading = str | int | float | None
Gauge = Callable[[Session, datetime], Reading]
"""Reads one figure that is worth showing but does not make the process unfit, such as the worker's age."""


def install_health(app: Flask, gauges: Mapping[str, Gauge]) -> None:
    """Add ``/health`` (the process answers) and ``/ready`` (database and schema are there; *gauges* beside them)."""
    app.add_url_rule("/health", "health", health)
    app.add_url_rule("/ready", "ready", lambda: ready(gauges))


def health() -> Response:
    """Answer; that is all that it says."""
    return jsonify(status="alive")


def ready(gauges: Mapping[str, Gauge]) -> Response:
    """Answer 200 when requests can be served, 503 with the reason when not."""
    try:
        opened = session()
        opened.execute(text("SELECT 1"))
        if not is_current(opened.connection()):
            return _unready("schema")
        readings = {name: gauge(opened, now()) for name, gauge in gauges.items()}
    except SQLAlchemyError:
        return _unready("database")
    return jsonify(status="ready", **readings)


def _unready(what: str) -> Response:
    response = jsonify(status="not_ready", because=what)
    response.status_code = 503
    return response
