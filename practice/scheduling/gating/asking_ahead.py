"""What will run out while visits are booked beyond it: a clearance asks a therapist, a form asks the desk, in time."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.clinic.models import ServiceKind
from practice.clinic.queries import practice_today
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import SYSTEM, Role
from practice.safety.catalogue import T0, T1
from practice.safety.gate import SafetyFacts
from practice.safety.standing import read_standings
from practice.scheduling.gating.restanding import coming_visits

AHEAD = timedelta(days=14)
AT_LAST = timedelta(days=3)
FORM_AGAIN, CLEARANCE_ENDS = "form_again", "clearance_ends"
"""Kinds of the tasks to ask for the form again, and to ask for a new document."""


def ask_ahead(session: Session, *, client_ids: Collection[int], now: datetime) -> int:
    """Open the tasks for what ends within 14 days, and again within 3, before a visit; return how many were wanted.

    Two statements while nothing ends. A task is opened once for each end, however often this is asked.
    """
    last_visit: dict[int, date] = {}
    for row in coming_visits(session, client_ids, now):
        if row.kind == ServiceKind.HANDS_ON:
            last_visit[row.kept] = max(row.local_start.date(), last_visit.get(row.kept, date.min))
    if not last_visit:
        return 0
    today = practice_today(session, now)
    standings = read_standings(session, set(last_visit), now=now)
    wanted = [
        (client_id, kind, ends_on, step)
        for client_id, visit_on in last_visit.items()
        for kind, ends_on in _ends(standings[client_id].in_zone("UTC"), today).items()
        for step in (AHEAD, AT_LAST)
        if today <= ends_on < visit_on and ends_on - today <= step
    ]
    for client_id, kind, ends_on, step in wanted:
        _ask(session, client_id, kind, f"{ends_on}:{step.days}", now)
    return len(wanted)


def _ends(facts: SafetyFacts, today: date) -> Mapping[str, date]:
    """Return the last days on which the form, and the clearances that are needed, still count."""
    ends: dict[str, date] = {}
    if facts.screened_on is not None:
        ends[FORM_AGAIN] = facts.screened_on + timedelta(days=facts.edition_on(today).screening_days)
    needed = {flag.id for flag in facts.flags if flag.tier in {T0, T1}}
    reach: dict[int, date] = {}
    for cover in facts.covers:
        if cover.flag_id in needed:
            reach[cover.flag_id] = max(cover.valid_until, reach.get(cover.flag_id, date.min))
    if reach:
        ends[CLEARANCE_ENDS] = min(reach.values())
    return ends


def _ask(session: Session, client_id: int, kind: str, what: str, now: datetime) -> None:
    task = open_task(
        session,
        kind=kind,
        subject_kind="client",
        subject_id=client_id,
        due_at=now,
        dedupe_key=f"{kind}:{client_id}:{what}",
        now=now,
    )
    if kind == CLEARANCE_ENDS and task.assigned_role != Role.THERAPIST and task.state == "open":
        assign_task(session, task=task, role=Role.THERAPIST, user_id=None, actor=SYSTEM, now=now)
