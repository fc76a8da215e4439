"""The practice's policies: one edition per date from which it is in force; what is over is not rewritten."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.details import PolicyDetails, apply_details, details_of
from practice.clinic.errors import PolicyInPast, correct
from practice.clinic.models import PracticeSettings
from practice.clinic.queries import get_settings, practice_today
from practice.clinic.service import added, touched
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version
from practice.core.local_time import spoken_date


def amend_policies(
    session: Session, *, changes: Mapping[str, Any], seen_version: int | None, actor: Actor, now: datetime
) -> PracticeSettings:
    """Change some policies from ``effective_on`` (today unless given) on, the others staying as they are that day.

    *seen_version* is that of the edition in force that day. Raises ``StaleVersion`` and :class:`PolicyInPast`.
    """
    effective_on = changes.get("effective_on") or practice_today(session, now)
    current = get_settings(session, effective_on)
    require_version(current.version, seen_version)
    others = {name: value for name, value in changes.items() if name != "effective_on"}
    details = replace(details_of(PolicyDetails, current), **others)
    return set_policies(session, details=details, effective_on=effective_on, version=None, actor=actor, now=now)


def set_policies(
    session: Session, *, details: PolicyDetails, effective_on: date, version: int | None, actor: Actor, now: datetime
) -> PracticeSettings:
    """Put *details* in force from a day on; a second edition of the same day replaces the first.

    *version* is that of the edition of that very day, if there is one. Raises ``StaleVersion`` and
    :class:`PolicyInPast`.
    """
    today = practice_today(session, now)
    if effective_on < today:
        raise PolicyInPast(
            f"Policies can change from today, {spoken_date(today)}, at the earliest.",
            ways_out=correct("effective_on", "Start today"),
        )
    same_day = select(PracticeSettings).where(PracticeSettings.effective_on == effective_on)
    row = session.execute(same_day).scalar_one_or_none()
    if row is None:
        row = PracticeSettings(uid=new_uid(), effective_on=effective_on)
        apply_details(row, details)
        return added(session, row, "clinic.policies.set", actor=actor, now=now)
    require_version(row.version, version)
    names = apply_details(row, details)
    touched(session, row, "clinic.policies.set", data={"changed": names}, actor=actor, now=now)
    return row
