"""Filling a gap: the stretch of a diary, and whom to phone about it in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from practice.clinic.queries import get_location, practice_today, practice_zone
from practice.core.local_time import to_utc
from practice.desk.reaching import Reached, whom_to_phone
from practice.scheduling.wait_list.phoning import Gap, PhoneRow, list_calls


@dataclass(frozen=True, slots=True)
class GapCall:
    """One call to make, and under which number."""

    row: PhoneRow
    phone: Reached


@dataclass(frozen=True, slots=True)
class GapPage:
    """A gap in wall time and whom to phone about it; ``asked`` names the gap in forms."""

    today: date
    begins: datetime
    ends: datetime
    calls: Sequence[GapCall]
    asked: Mapping[str, str]


def gap_page(session: Session, said: Mapping[str, Any], *, now: datetime) -> GapPage:
    """Return the ranked calls for a gap that a form named in wall time. Raises ``NotFound``."""
    location = said.get("location")
    zone = practice_zone(session) if location is None else get_location(session, location).zone
    gap = Gap(
        location=location,
        therapist=said.get("therapist"),
        begins_at=to_utc(said["begins"], zone),
        ends_at=to_utc(said["ends"], zone),
    )
    rows = list_calls(session, gap, now=now)
    phones = whom_to_phone(session, [row.client.id for row in rows], now=now)
    calls = [GapCall(row, phones[row.client.id]) for row in rows]
    return GapPage(practice_today(session, now), said["begins"], said["ends"], calls, asked_of(said))


def gap_address(said: Mapping[str, Any]) -> str:
    """Return the address of a gap's page."""
    return f"/wait-list/gap?{urlencode(asked_of(said))}"


def asked_of(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what names a gap, as a form or an address carries it."""
    times = {name: said[name].isoformat(timespec="minutes") for name in ("begins", "ends")}
    return times | {name: said[name] for name in ("therapist", "location") if said.get(name)}
