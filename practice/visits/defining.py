"""Setting the numbers of a measure from a day on; what was judged before stays as it was judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.visits.definitions import DEFAULTS, Better, Definition, set_up_faults
from practice.visits.errors import AppliesTooEarly, NotAccepted
from practice.visits.models import MeasureDefinition

_NUMBERS = tuple(each.name for each in fields(Definition))


@dataclass(frozen=True, slots=True)
class DefinitionBook:
    """Everything that the practice has ever set, the oldest first."""

    rows: Sequence[MeasureDefinition]

    def own_on(self, day: date) -> Mapping[str, MeasureDefinition]:
        """Return what the practice has set for each measure and is in force on *day*."""
        return {row.code: row for row in self.rows if row.applies_from <= day}

    def on(self, day: date) -> Mapping[str, Definition]:
        """Return every measure's definition in force on *day*, which for a plan's charts is its first."""
        return {**DEFAULTS, **{code: definition_of(row) for code, row in self.own_on(day).items()}}


def read_definitions(session: Session) -> DefinitionBook:
    """Return all definitions, for judging courses that began on different days; one statement."""
    rows = session.execute(select(MeasureDefinition).order_by(MeasureDefinition.applies_from)).scalars()
    return DefinitionBook(rows.all())


def definitions_on(session: Session, day: date) -> Mapping[str, Definition]:
    """Return every measure's definition in force on *day*; one statement."""
    return read_definitions(session).on(day)


def definition_of(row: MeasureDefinition) -> Definition:
    """Return a row as a value."""
    return Definition(**{name: getattr(row, name) for name in _NUMBERS} | {"better": Better(row.better)})


def list_definitions(session: Session, code: str) -> Sequence[MeasureDefinition]:
    """Return what the practice has set for a measure, the newest first; raises ``NotFound``."""
    _default(code)
    wanted = select(MeasureDefinition).where(MeasureDefinition.code == code)
    return session.execute(wanted.order_by(MeasureDefinition.applies_from.desc())).scalars().all()


def set_definition(
    session: Session,
    *,
    definition: Definition,
    applies_from: date,
    today: date,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> MeasureDefinition:
    """Set a measure's numbers from a day on, *today* at the earliest; set twice for one day, the later holds.

    Raises ``NotFound``, :class:`AppliesTooEarly`, :class:`NotAccepted`, and ``StaleVersion``.
    """
    _default(definition.code)
    if applies_from < today:
        raise AppliesTooEarly
    if faults := set_up_faults(definition):
        raise NotAccepted(faults, "definition")
    row = _row_of(session, definition.code, applies_from)
    if row is None:
        row = MeasureDefinition(applies_from=applies_from, created_at=now, created_by_id=actor.user_id)
        session.add(row)
    else:
        require_version(row.version, version)
    for name in _NUMBERS:
        setattr(row, name, getattr(definition, name))
    session.flush()
    data = {"code": row.code, "applies_from": applies_from.isoformat(), "mic_abs": row.mic_abs, "mic_pct": row.mic_pct}
    record(session, Event("measure.define", "measure_definition", row.uid, actor, now, data))
    return row


def _row_of(session: Session, code: str, applies_from: date) -> MeasureDefinition | None:
    wanted = select(MeasureDefinition).where(
        MeasureDefinition.code == code, MeasureDefinition.applies_from == applies_from
    )
    return session.execute(wanted).scalar_one_or_none()


def _default(code: str) -> Definition:
    if code not in DEFAULTS:
        raise NotFound("There is no such measure.")
    return DEFAULTS[code]
