"""What the gate must know of clients, read in one statement of plain columns, merged records included."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Integer, Select, String, bindparam, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import PracticeSettings
from practice.core.db import UtcDateTime
from practice.core.local_time import wall_time
from practice.safety.catalogue import Tier
from practice.safety.clearing import ClearanceKind, ClearanceState
from practice.safety.gate import Cover, Edition, OpenFlag, Policy, SafetyFacts
from practice.safety.models import Clearance, ClearanceFlag, Flag, Screening

_IDS = "client_ids"
_KEPT = func.coalesce(Client.merged_into_id, Client.id)
_NOBODY = cast(null(), Integer)
_NO_WORD = cast(null(), String)
_NO_DAY = cast(null(), Date)
_NO_INSTANT = cast(null(), UtcDateTime)

EDITIONS_KNOWN = 3
"""How many policies are read: the one in force, and those around it, for the day depends on the place."""


def _of_clients(*columns: Any) -> Select[Any]:
    ids: Any = bindparam(_IDS, expanding=True)
    return select(_KEPT.label("kept"), *columns).where(Client.id.in_(ids) | Client.merged_into_id.in_(ids))


_SCREENINGS = (
    _of_clients(
        literal("screening").label("part"),
        _NO_WORD.label("code"),
        _NO_WORD.label("word"),
        func.max(Screening.signed_at, type_=UtcDateTime()).label("at"),
        _NO_DAY.label("first_on"),
        _NO_DAY.label("last_on"),
        func.max(cast(Screening.is_baseline, Integer)).label("number"),
    )
    .join(Screening, Screening.client_id == Client.id)
    .where(Screening.signed_at.is_not(None))
    .group_by(_KEPT)
)
_FLAGS = (
    _of_clients(literal("flag"), Flag.code, Flag.tier, _NO_INSTANT, _NO_DAY, Flag.ends_on, Flag.id)
    .join(Flag, Flag.client_id == Client.id)
    .where(Flag.closed_at.is_(None))
)
_COVERS = (
    _of_clients(
        literal("cover"),
        Clearance.kind,
        _NO_WORD,
        _NO_INSTANT,
        Clearance.valid_from,
        Clearance.valid_until,
        func.coalesce(ClearanceFlag.flag_id, 0),
    )
    .join(Clearance, Clearance.client_id == Client.id)
    .outerjoin(ClearanceFlag, ClearanceFlag.clearance_id == Clearance.id)
    .where(Clearance.state == ClearanceState.VALID)
)
_NEWEST = (
    select(
        PracticeSettings.effective_on,
        PracticeSettings.safety_policy,
        PracticeSettings.screening_days,
        cast(PracticeSettings.needs_pregnancy_note, String).label("needs_note"),
    )
    .where(PracticeSettings.effective_on <= bindparam("latest_on", type_=Date))
    .order_by(PracticeSettings.effective_on.desc())
    .limit(EDITIONS_KNOWN)
    .subquery()
)
_EDITIONS = select(
    _NOBODY,
    literal("edition"),
    _NEWEST.c.safety_policy,
    _NEWEST.c.needs_note,
    _NO_INSTANT,
    _NEWEST.c.effective_on,
    _NO_DAY,
    _NEWEST.c.screening_days,
)
_FACTS = union_all(_SCREENINGS, _FLAGS, _COVERS, _EDITIONS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one client, before it is known on which wall the days are counted."""

    facts: SafetyFacts
    screened_at: datetime | None

    def in_zone(self, zone: str) -> SafetyFacts:
        """Return the facts with the local day on which the latest form was signed."""
        on = None if self.screened_at is None else wall_time(self.screened_at, zone).date()
        return replace(self.facts, screened_on=on)


def read_facts(session: Session, client_ids: Collection[int], *, zone: str, now: datetime) -> dict[int, SafetyFacts]:
    """Return what the gate must know, as :func:`read_standings` reads it, with days as they are in *zone*."""
    return {key: standing.in_zone(zone) for key, standing in read_standings(session, client_ids, now=now).items()}


def read_standings(session: Session, client_ids: Collection[int], *, now: datetime) -> dict[int, Standing]:
    """Return what is known of clients by the id of the record that is kept; one statement for any number of them.

    *client_ids* are ids of kept records.
    """
    latest_on = now.astimezone(UTC).date() + timedelta(days=1)
    rows = session.execute(_FACTS, {_IDS: list(client_ids), "latest_on": latest_on}).all()
    parts: dict[tuple[int | None, str], list[Any]] = defaultdict(list)
    for row in rows:
        parts[row.kept, row.part].append(row)
    editions = tuple(_edition(row) for row in parts[None, "edition"])
    return {client_id: _standing(client_id, parts, editions) for client_id in client_ids}


def _standing(
    client_id: int, parts: Mapping[tuple[int | None, str], Iterable[Any]], editions: tuple[Edition, ...]
) -> Standing:
    screenings = list(parts[client_id, "screening"])
    covers = list(parts[client_id, "cover"])
    documented = any(row.code == ClearanceKind.DOCUMENT for row in covers)
    facts = SafetyFacts(
        has_baseline=documented or any(row.number for row in screenings),
        flags=tuple(OpenFlag(row.number, row.code, Tier(row.word), row.last_on) for row in parts[client_id, "flag"]),
        covers=tuple(Cover(row.number, ClearanceKind(row.code), row.first_on, row.last_on) for row in covers),
        editions=editions,
    )
    return Standing(facts, max((row.at for row in screenings), default=None))


def _edition(row: Any) -> Edition:
    return Edition(row.first_on, Policy(row.code), row.number, row.word in {"1", "true"})
