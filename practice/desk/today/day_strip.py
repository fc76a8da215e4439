"""A therapist's day as a strip: hours, visits and the present moment as shares of the drawn day. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.desk.diary.kept_free import KeptFree
from practice.desk.diary.working_hours import Hours
from practice.desk.visits import State, Visit
from practice.scheduling.local_days import ceil_minute, floor_minute
from practice.scheduling.question import Span

WIDTH = 1000
_KINDS = {
    State.TENTATIVE: "coming",
    State.BOOKED: "coming",
    State.ARRIVED: "here",
    State.IN_PROGRESS: "here",
    State.COMPLETED: "done",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the strip in thousandths of its width; ``kind`` is hours, kept, done, here, coming or missed."""

    x: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The hours with the visits on them; ``now`` is None outside the drawn day."""

    blocks: Sequence[Block]
    now: int | None


def frame_of(hours: Hours, visits: Iterable[Visit]) -> Span | None:
    """Return the UTC minutes that every strip of a day spans, None for a day without work."""
    spans = [span for days in hours.working.values() for found in days.values() for span in found]
    spans += [_span(visit) for visit in visits]
    if not spans:
        return None
    return Span(min(span.begins for span in spans), max(span.ends for span in spans))


def strip_of(
    frame: Span, working: Iterable[Span], visits: Iterable[Visit], kept: Iterable[KeptFree] = (), *, now: datetime
) -> Strip:
    """Return one therapist's strip within the frame of the day; what is kept free outside it is left out."""
    hours = [_block(frame, span, "hours") for span in working]
    hours += [_block(frame, span, "kept") for span in _inside(frame, kept)]
    taken = [_block(frame, _span(visit), _KINDS.get(visit.state, "missed")) for visit in visits if visit.is_visit]
    minute = floor_minute(now)
    return Strip(hours + taken, _share(frame, minute) if frame.begins <= minute < frame.ends else None)


def _inside(frame: Span, kept: Iterable[KeptFree]) -> Iterator[Span]:
    for each in kept:
        begins = max(frame.begins, floor_minute(each.starts_at))
        ends = min(frame.ends, ceil_minute(each.ends_at))
        if begins < ends:
            yield Span(begins, ends)


def _span(visit: Visit) -> Span:
    return Span(floor_minute(visit.starts_at), ceil_minute(visit.ends_at))


def _block(frame: Span, span: Span, kind: str) -> Block:
    x = _share(frame, span.begins)
    return Block(x, max(1, _share(frame, span.ends) - x), kind)


def _share(frame: Span, minute: int) -> int:
    return (minute - frame.begins) * WIDTH // (frame.ends - frame.begins)
