"""Calls that a therapist must make at once, for the owner: which are open and since when, how fast others were made.

Nothing here says why a client must be phoned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint
from sqlalchemy import case, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.models import User
from practice.accounts.policy import requires
from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clinic.models import StaffTask
from practice.clinic.queries import practice_zone
from practice.core.actor import Role
from practice.core.local_time import wall_time
from practice.safety.flagging import ESCALATES_AFTER, PHONE_NOW
from practice.web.database import now, session
from practice.web.pages import render_page

blueprint = Blueprint("escalations", __name__, template_folder="../templates")

MOST_LISTED = 100
LOOKED_BACK = timedelta(days=30)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class UrgentCall:
    """One call: since when it is asked for, whose it is now, and when it was made."""

    client_uid: str
    client_name: str
    asked_at: datetime
    minutes: int
    is_open: bool
    is_late: bool
    is_owners: bool
    done_by: str


@blueprint.get("/urgent-calls")
@requires("escalation.read")
def show() -> Response:
    """Show open calls first, the longest waiting on top, then those of the last 30 days."""
    calls = list_urgent(session(), now=now())
    return render_page("desk/urgent_calls.html", calls=calls, allowed=ESCALATES_AFTER // _MINUTE)


def list_urgent(opened: Session, *, now: datetime) -> Sequence[UrgentCall]:
    """Return the calls, :data:`MOST_LISTED` at most; one statement and the practice's zone."""
    is_done = case((StaffTask.state == "open", 0), else_=1)
    rows = (
        select(StaffTask, Client, User.name)
        .join(Client, (StaffTask.subject_kind == "client") & (Client.id == StaffTask.subject_id))
        .outerjoin(User, User.id == StaffTask.done_by_id)
        .where(StaffTask.kind == PHONE_NOW, (StaffTask.state == "open") | (StaffTask.created_at >= now - LOOKED_BACK))
        .order_by(is_done, case((StaffTask.state == "open", StaffTask.id)), StaffTask.id.desc())
        .limit(MOST_LISTED)
    )
    zone = practice_zone(opened)
    return [_call(row, zone, now) for row in opened.execute(rows)]


def _call(row: Any, zone: str, now: datetime) -> UrgentCall:
    task, client, name = row
    waited = (task.done_at or now) - task.created_at
    return UrgentCall(
        client_uid=client.uid,
        client_name=called_name(client.first_name, client.preferred_name, client.last_name),
        asked_at=wall_time(task.created_at, zone),
        minutes=max(waited // _MINUTE, 0),
        is_open=task.state == "open",
        is_late=waited > ESCALATES_AFTER,
        is_owners=task.assigned_role == Role.OWNER,
        done_by=name or "",
    )
