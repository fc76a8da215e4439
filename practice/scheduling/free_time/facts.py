"""Loads what the time rules need in at most four statements, whatever the number of therapists and days."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from practice.clinic.service import sees_committed_set_up
from practice.core.db import UtcDateTime
from practice.scheduling.diary_time import (
    BUFFER_BASE,
    LONGEST_TREATMENT,
    NOTHING_TAKEN,
    WIDEST_BUFFERS,
    WORK_BASE,
    DiaryTime,
    in_groups,
)
from practice.scheduling.free_time.group_rows import read_with_places
from practice.scheduling.free_time.groups import groups_of
from practice.scheduling.free_time.limits import days_known
from practice.scheduling.free_time.memory import may_fill, memory_of
from practice.scheduling.free_time.packing import packed, packed_minutes, unpacked_minutes, unpacked_numbers
from practice.scheduling.free_time.pulse import IS_HELD, Pulse, feel_pulse
from practice.scheduling.free_time.set_up import load_exceptions, load_set_up
from practice.scheduling.local_days import instant_of, local_day
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.question import DiaryFacts, Exceptions, Question, SetUp, Span, candidates, suitable_rooms

TRAITS = (
    (Allocation.location_id * WORK_BASE + Allocation.work) * BUFFER_BASE + Allocation.buffer_before
) * BUFFER_BASE + Allocation.buffer_after


def load_facts(session: Session, question: Question) -> DiaryFacts:
    """Return the facts for *question* in at most four statements.

    Inside a write transaction the diaries are always read afresh; elsewhere an unchanged diary comes from
    memory. Every id in the question must exist (``KeyError`` otherwise).
    """
    pulse = feel_pulse(session, now=question.asked_at, client=question.client_id, moving_id=question.moving_id)
    return facts_at(session, question, pulse)


def facts_at(session: Session, question: Question, pulse: Pulse) -> DiaryFacts:
    """Return the facts for *question* when the pulse is known already."""
    return facts_of_several(session, [question], pulse)


def facts_of_several(session: Session, questions: Sequence[Question], pulse: Pulse) -> DiaryFacts:
    """Return the facts for questions about the same client and days that differ in their services only."""
    set_up, first = current_set_up(session, pulse), questions[0]
    windows = [window_of(question, set_up) for question in questions]
    within = Span(min(one.begins for one in windows), max(one.ends for one in windows))
    exceptions = current_exceptions(session, first, within, pulse)
    diaries = {diary_id for question in questions for diary_id in _diaries(question, set_up, pulse)}
    client_diary_id = None if pulse.client is None else pulse.client.diary_id
    if any(set_up.services[question.service_id].group_size > 1 for question in questions):
        taken, places = read_with_places(session, diaries, within, now=first.asked_at, moving_id=first.moving_id)
        return DiaryFacts(set_up, exceptions, taken, client_diary_id, groups_of(places))
    return DiaryFacts(set_up, exceptions, _taken(session, first, diaries, within, pulse), client_diary_id)


def current_set_up(session: Session, pulse: Pulse) -> SetUp:
    """Return the set-up in the version that the pulse shows."""
    shelf = memory_of(session).set_ups
    remembered = shelf.recall({"set-up": pulse.clinic_version})
    if remembered:
        return remembered["set-up"]
    set_up = load_set_up(session, pulse.clinic_version)
    if sees_committed_set_up(session):
        shelf.keep([("set-up", pulse.clinic_version, set_up)])
    return set_up


def window_of(question: Question, set_up: SetUp) -> Span:
    """Return the UTC minutes in which something taken may touch, or count for, a start on the days asked for."""
    zone = set_up.locations[question.location_id].zone
    duration = (question.shape or set_up.services[question.service_id].shape).duration
    first_on, last_on = days_known(question, set_up) or (question.first_on, question.last_on)
    begins, ends = local_day(first_on, zone).begins, local_day(last_on, zone).ends
    around = widest_around(question, set_up)
    return Span(begins - around, ends + duration + around)


def widest_around(question: Question, set_up: SetUp) -> int:
    """Return the most minutes at which something taken may still be in the way: buffers, and the way between places."""
    travel = max(set_up.travel_from(question.location_id).values(), default=0)
    return WIDEST_BUFFERS // timedelta(minutes=1) + travel


def current_exceptions(session: Session, question: Question, within: Span, pulse: Pulse) -> Exceptions:
    """Return what differs from the weekly rule, in the version that the pulse shows."""
    shelf = memory_of(session).exceptions
    key = (question.first_on, question.last_on, within)
    remembered = shelf.recall({key: pulse.clinic_version})
    if remembered:
        return remembered[key]
    exceptions = load_exceptions(session, question.first_on, question.last_on, within)
    if sees_committed_set_up(session):
        shelf.keep([(key, pulse.clinic_version, exceptions)])
    return exceptions


def _diaries(question: Question, set_up: SetUp, pulse: Pulse) -> set[int]:
    diaries = {therapist.diary_id for therapist in candidates(question, set_up)}
    diaries |= {room.diary_id for room in suitable_rooms(replace(question, room_id=None), set_up)}
    if question.room_id is not None:
        diaries.add(set_up.rooms[question.room_id].diary_id)
    if pulse.client is not None:
        diaries |= {pulse.client.diary_id, *set_up.wishes_of(pulse.client.id).apart}
    return diaries


def _taken(session: Session, question: Question, diaries: set[int], within: Span, pulse: Pulse) -> dict[int, DiaryTime]:
    """Return the time taken on each diary: remembered where unchanged, read in one statement elsewhere."""
    if question.moving_id is not None or not may_fill(session):
        return _with_holds(read_diaries(session, diaries, within, question.moving_id), pulse)
    shelf, versions = memory_of(session).diaries, pulse.diary_versions
    remembered = shelf.recall({(key, within): versions[key] for key in diaries if key in versions})
    found = {key: time for (key, _), time in remembered.items()}
    missing = diaries - found.keys()
    if missing:
        read = read_diaries(session, missing, within)
        found |= read
        shelf.keep(((key, within), versions[key], time) for key, time in read.items() if key in versions)
    return _with_holds(found, pulse)


def _with_holds(found: dict[int, DiaryTime], pulse: Pulse) -> dict[int, DiaryTime]:
    for diary_id in found.keys() & pulse.holds.keys():
        found[diary_id] = found[diary_id].plus(pulse.holds[diary_id])
    return found


def read_diaries(
    session: Session, diary_ids: Collection[int], within: Span, moving_id: int | None = None
) -> dict[int, DiaryTime]:
    """Read in one statement, packed per diary, what occupies the diaries around a window, holds left out."""
    found = dict.fromkeys(diary_ids, NOTHING_TAKEN)
    first_at, last_at = instant_of(within.begins), instant_of(within.ends)
    asked = {
        "diary_ids": sorted(diary_ids),
        "not_before": first_at - LONGEST_TREATMENT,
        "begins": first_at,
        "ends": last_at,
        "moving_id": moving_id or 0,
    }
    statement = _PACKED_APART if session.get_bind().dialect.name == "postgresql" else _PACKED_IN_ORDER
    for diary_id, begins, ends, buffers in session.connection().execute(statement, asked):
        if begins is not None:
            found[diary_id] = in_groups(unpacked_minutes(begins), unpacked_minutes(ends), unpacked_numbers(buffers))
    return found


_COLUMNS = (
    packed_minutes(Allocation.starts_at),
    packed_minutes(Allocation.ends_at),
    packed(TRAITS),
)
_NOT_BEFORE, _BEGINS, _ENDS = (bindparam(name, type_=UtcDateTime()) for name in ("not_before", "begins", "ends"))
_TAKEN_WITHIN = (
    Allocation.starts_at > _NOT_BEFORE,
    Allocation.starts_at < _ENDS,
    Allocation.ends_at > _BEGINS,
    Allocation.occupies.is_(True),
    or_(Allocation.appointment_id.is_(None), Allocation.appointment_id.not_in(select(Appointment.id).where(IS_HELD))),
    Allocation.appointment_id.is_distinct_from(bindparam("moving_id", type_=Integer)),
)


def _apart() -> Select[*tuple[Any, ...]]:
    """Return the statement that takes one range of the index per diary.

    No statistics can talk the planner into reading the table and sorting it.
    """
    wanted = func.unnest(bindparam("diary_ids", type_=ARRAY(Integer))).table_valued("diary_id").render_derived()
    one = select(*_COLUMNS).where(Allocation.diary_id == wanted.c.diary_id, *_TAKEN_WITHIN).lateral()
    return select(wanted.c.diary_id, *one.columns).join(one, true())


def _in_order() -> Select[*tuple[Any, ...]]:
    """Return the statement that groups in the order of the index, so that nothing is sorted."""
    named = select(Allocation.diary_id, *_COLUMNS).where(
        Allocation.diary_id.in_(bindparam("diary_ids", expanding=True)), *_TAKEN_WITHIN
    )
    return named.group_by(Allocation.diary_id)


# Put together once, as the pulse is.
_PACKED_APART, _PACKED_IN_ORDER = _apart(), _in_order()
