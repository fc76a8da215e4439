"""Recording and correcting the numbers of measures, and reading them for many visits at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.safety.catalogue import Raised
from practice.scheduling.models import Appointment
from practice.visits.defining import definitions_on
from practice.visits.definitions import Definition
from practice.visits.errors import AlreadyMeasured, CorrectionNeedsReason, NotAccepted
from practice.visits.measures import Timing, fault_of, faults_between, part_of
from practice.visits.models import Measure, Visit
from practice.visits.motor import raised

NERVES = "NEURO"


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it is entered."""

    code: str
    part: str
    value: float
    timing: Timing = Timing.PRE

    @property
    def place(self) -> tuple[str, str, str]:
        """Return where in the visit it belongs; a place holds one current number."""
        return self.code, self.part, self.timing


def record_measures(
    session: Session, *, visit: Visit, numbers: Sequence[Number], actor: Actor, now: datetime
) -> tuple[Sequence[Measure], tuple[Raised, ...]]:
    """Record numbers of a visit, all or none, by the definitions in force on its day; return them with their flags.

    The flags are raised above, see ``pre_checking``. Raises :class:`NotAccepted` listing every fault, and
    :class:`AlreadyMeasured`: what is recorded can only be corrected.
    """
    current = {(row.code, row.part, row.timing): row for row in list_measures(session, {visit.id})}
    _require_accepted(session, visit, numbers, list(current.values()))
    if taken := [number for number in numbers if number.place in current]:
        raise AlreadyMeasured([_label(number) for number in taken])
    rows = [_row(visit, number, actor=actor, now=now) for number in numbers]
    session.add_all(rows)
    session.flush()
    record(session, Event("measure.record", "visit", visit.uid, actor, now, {"measures": [row.uid for row in rows]}))
    return rows, _raised(session, visit, rows)


def correct_measure(
    session: Session, *, visit: Visit, wrong: Measure, value: float, reason: str, actor: Actor, now: datetime
) -> tuple[Measure, tuple[Raised, ...]]:
    """Put a value in the place of a wrong one, which stays readable with who corrected it and why; return its flags.

    Raises :class:`NotAccepted`, :class:`CorrectionNeedsReason`, and :class:`AlreadyMeasured` when *wrong* was
    corrected before.
    """
    if not reason:
        raise CorrectionNeedsReason
    number = Number(wrong.code, wrong.part, value, Timing(wrong.timing))
    if not wrong.is_current:
        raise AlreadyMeasured([_label(number)])
    others = [row for row in list_measures(session, {visit.id}) if row.id != wrong.id]
    _require_accepted(session, visit, [number], others)
    wrong.is_current = False
    session.flush()
    sealed = record_to_write(session, client_id=visit.client_id, now=now)
    row = _row(visit, number, actor=actor, now=now)
    row.corrects_id, row.reason = wrong.id, sealed.seal(reason, Measure.reason, row.uid)
    session.add(row)
    session.flush()
    data = {"measure": row.uid, "corrects": wrong.uid}
    record(session, Event("measure.correct", "visit", visit.uid, actor, now, data))
    return row, _raised(session, visit, [row])


def get_measure(session: Session, visit_id: int, uid: str) -> Measure:
    """Return one number of a visit; raises ``NotFound``."""
    row = session.execute(select(Measure).where(Measure.visit_id == visit_id, Measure.uid == uid)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such measure.")
    return row


def list_measures(session: Session, visit_ids: Collection[int], *, corrected: bool = False) -> Sequence[Measure]:
    """Return the numbers of visits in the order of recording; corrected ones only when asked for; one statement."""
    wanted = select(Measure).where(Measure.visit_id.in_(visit_ids)).order_by(Measure.visit_id, Measure.id)
    return session.execute(wanted if corrected else wanted.where(Measure.is_current)).scalars().all()


def numbers_by_code(rows: Sequence[Measure], timing: Timing = Timing.PRE) -> dict[str, dict[str, float]]:
    """Return the current numbers of one visit by code and part, for ``scoring.score``."""
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.timing == timing and row.is_current:
            found.setdefault(row.code, {})[row.part] = row.value
    return found


def _raised(session: Session, visit: Visit, rows: Sequence[Measure]) -> tuple[Raised, ...]:
    found = {row.part: row.value for row in rows if row.code == NERVES}
    if not found:
        return ()
    this_start = select(Appointment.starts_at).where(Appointment.id == visit.appointment_id).scalar_subquery()
    earlier = (
        select(Measure.part, Measure.value)
        .join(Visit, Visit.id == Measure.visit_id)
        .join(Appointment, Appointment.id == Visit.appointment_id)
        .where(
            Visit.client_id.in_(records_of(visit.client_id)),
            Visit.id != visit.id,
            Appointment.starts_at < this_start,
            Measure.code == NERVES,
            Measure.is_current,
        )
        .order_by(Appointment.starts_at, Measure.id)
    )
    before = {row.part: row.value for row in session.execute(earlier)}
    return raised(before, found)


def _row(visit: Visit, number: Number, *, actor: Actor, now: datetime) -> Measure:
    return Measure(
        uid=new_uid(),
        visit_id=visit.id,
        code=number.code,
        part=number.part,
        timing=number.timing,
        value=number.value,
        is_current=True,
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )


def _require_accepted(session: Session, visit: Visit, numbers: Sequence[Number], others: Sequence[Measure]) -> None:
    day = session.execute(select(Appointment.local_start).where(Appointment.id == visit.appointment_id)).scalar_one()
    definitions = definitions_on(session, day.date())
    faults = [fault for number in numbers if (fault := _fault(definitions, number))]
    faults += [f"{_label(each)} is given twice." for each in _doubled(numbers)]
    if not faults:
        faults = _faults_together(numbers, others)
    if faults or not numbers:
        raise NotAccepted(faults or ["Give at least one number."], "measures")


def _fault(definitions: Mapping[str, Definition], number: Number) -> str | None:
    part = part_of(number.code, number.part)
    if part is None:
        return f"There is no measure {number.code} with a number {number.part}."
    return fault_of(definitions[number.code], part, number.value)


def _doubled(numbers: Sequence[Number]) -> list[Number]:
    places = [number.place for number in numbers]
    return [number for at, number in enumerate(numbers) if number.place in places[:at]]


def _faults_together(numbers: Sequence[Number], others: Sequence[Measure]) -> list[str]:
    together: dict[tuple[str, str], dict[str, float]] = {}
    for code, part, timing, value in [
        *((row.code, row.part, row.timing, row.value) for row in others),
        *((number.code, number.part, str(number.timing), number.value) for number in numbers),
    ]:
        together.setdefault((code, timing), {})[part] = value
    changed = {(number.code, str(number.timing)) for number in numbers}
    return [fault for key in sorted(changed) for fault in faults_between(key[0], together[key])]


def _label(number: Number) -> str:
    part = part_of(number.code, number.part)
    return number.part if part is None else part.label
