"""Time on diaries as values: what lies on them, what is free, and what an appointment wants of them. No SQL here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from practice.clients.models import Client
from practice.clinic.models import DiaryKind
from practice.core.intervals import Interval
from practice.scheduling.claiming.wanted import Occupied, Wanted, others_in_group
from practice.scheduling.diary_time import DiaryTime, Taken
from practice.scheduling.free_time.groups import Place, groups_of
from practice.scheduling.local_days import floor_minute
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Shape, Span

ByDiary = Mapping[int, Sequence[Occupied]]


def by_diary(occupied: Iterable[Occupied], known: Iterable[int] = ()) -> ByDiary:
    """Return what is taken, by diary; *known* diaries appear even when they are empty."""
    found: dict[int, list[Occupied]] = {diary_id: [] for diary_id in known}
    for each in occupied:
        found.setdefault(each.diary_id, []).append(each)
    return found


def is_free(taken: Iterable[Occupied], treatment: Interval, shape: Shape) -> bool:
    """Return whether a treatment with its buffers overlaps nothing with its own."""
    wide = treatment.widened(timedelta(minutes=shape.before), timedelta(minutes=shape.after))
    return not any(wide.overlaps(each.with_buffers) for each in taken)


def is_clear(taken: Iterable[Occupied], treatment: Interval) -> bool:
    """Return whether a treatment overlaps no other treatment, buffers aside."""
    return not any(treatment.overlaps(each.treatment) for each in taken)


def diary_facts(frame: DiaryFacts, taken: ByDiary, client: Client | None) -> DiaryFacts:
    """Return the facts for the time rules with what was read under the lock."""
    times = {diary_id: DiaryTime().plus([_minutes(each) for each in found]) for diary_id, found in taken.items()}
    groups = groups_of(_places(frame, taken))
    return replace(frame, taken=times, groups=groups, client_diary_id=None if client is None else client.time_diary_id)


def _places(frame: DiaryFacts, taken: ByDiary) -> Iterator[Place]:
    """Yield the places in shared sessions, each once: as it lies on the therapist's diary."""
    for found in taken.values():
        for each in found:
            if each.group and frame.set_up.therapists[each.group[1]].diary_id == each.diary_id:
                yield Place(*each.group, Span(*_minutes(each)[:2]))


def _minutes(occupied: Occupied) -> Taken:
    begins, ends = floor_minute(occupied.treatment.starts_at), floor_minute(occupied.treatment.ends_at)
    return Taken(begins, ends, occupied.buffer_before, occupied.buffer_after, occupied.work, occupied.location_id)


def diaries_of(appointment: Appointment) -> set[int]:
    """Return the diaries on which an appointment lies; therapist, room and client must be loaded."""
    owners = (appointment.therapist, appointment.room, appointment.client)
    diary_ids = {owner.diary_id for owner in owners if owner is not None}
    # What a merged client had booked lies on her own diary and on the one of the record that is kept.
    return diary_ids if appointment.client is None else diary_ids | {appointment.client.time_diary_id}


def wanted_for(
    appointment: Appointment,
    *,
    therapist_diary_id: int,
    room_diary_id: int | None,
    client_diary_id: int | None,
    may_touch_buffers: bool = False,
) -> list[Wanted]:
    """Return what an appointment needs on each diary: buffers count for therapist and room only."""
    before, after = appointment.buffer_before_minutes, appointment.buffer_after_minutes
    wanted = [Wanted(appointment, therapist_diary_id, DiaryKind.THERAPIST, before, after)]
    if room_diary_id is not None:
        wanted.append(Wanted(appointment, room_diary_id, DiaryKind.ROOM, before, after))
    if client_diary_id is not None:
        wanted.append(Wanted(appointment, client_diary_id, DiaryKind.CLIENT))
    return [replace(each, may_touch_buffers=True) for each in wanted] if may_touch_buffers else wanted


def beside(wanted: Wanted, occupied: Iterable[Occupied]) -> Wanted:
    """Return the wish of a visit that did happen: where somebody else has the time it lies beside it."""
    occupied = list(occupied)
    group = others_in_group(wanted, occupied)
    if len(group) >= wanted.places > 1:
        return replace(wanted, occupies=False)
    others = [each for each in occupied if each.diary_id == wanted.diary_id and each not in group]
    return replace(wanted, occupies=is_clear(others, wanted.treatment), may_touch_buffers=True)
