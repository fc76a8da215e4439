"""What every page may show of the practice: its name, its zone and its date."""

from typing import Any

from flask import Flask

from practice.clinic.queries import get_settings, practice_zone
from practice.core.errors import NotFound
from practice.core.local_time import to_local
from practice.core.transact import is_outage
from practice.web.database import now, sessions
from practice.web.pages import wants_fragment

UNNAMED = "Practice"


def install_practice_context(app: Flask) -> None:
    """Give whole pages the practice's name, zone and date; fragments take theirs from their views."""
    app.context_processor(lambda: {} if wants_fragment() else practice_context())


def practice_context() -> dict[str, Any]:
    """Return name, zone and date; an error page must be shown even when nothing can be read."""
    try:
        return _read()
    except Exception as error:
        if isinstance(error, NotFound) or is_outage(error):
            return {"practice_name": UNNAMED, "practice_zone": "UTC", "practice_today": now().date()}
        raise


def _read() -> dict[str, Any]:
    with sessions()() as session:
        zone = practice_zone(session)
        today = to_local(now(), zone).date()
        return {
            "practice_name": get_settings(session, today).name or UNNAMED,
            "practice_zone": zone,
            "practice_today": today,
        }
