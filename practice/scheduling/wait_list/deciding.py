"""Which free time is offered next, to whom and until when. Pure: the board in, one decision or none out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from practice.clinic.quiet_hours import QuietHours
from practice.scheduling.local_days import ceil_minute, instant_of
from practice.scheduling.wait_list.fitting import Opening, Waiting, leaves_notice, suits, therapist_for
from practice.scheduling.wait_list.ranking import rank, why

ANSWER = timedelta(hours=3)
"""How long somebody may think about an offer; the night does not count."""

SHORTEST_ANSWER = timedelta(minutes=30)
"""With less time to answer a mail is no fair offer: those times are for the telephone."""


Group = tuple[int, int]
"""A service and a location: whoever waits for both looks at the same free times."""


class Decision(NamedTuple):
    """One offer to be made; ``among`` is how many the time would have suited."""

    entry_id: int
    opening: Opening
    therapist_id: int
    expires_at: datetime
    why: tuple[str, ...]
    among: int

    @property
    def key(self) -> tuple[int, int, int]:
        """Return what tells this offer from others: who, when and with whom."""
        return self.entry_id, self.opening.begins, self.therapist_id


@dataclass(frozen=True, slots=True)
class Board:
    """Everybody who waits without an offer, and the free times by service and location."""

    waiting: Sequence[Waiting]
    openings: Mapping[Group, Sequence[Opening]]
    notices: Mapping[Group, int]
    night: QuietHours
    name_of: Callable[[int], str]
    now: datetime


def next_offer(board: Board, *, skipping: frozenset[tuple[int, int, int]] = frozenset()) -> Decision | None:
    """Return the offer to make next: the earliest free time that suits anybody, to the one who ranks first.

    *skipping* are offers that turned out to be impossible.
    """
    return next(_decisions(board, skipping), None)


def _decisions(board: Board, skipping: frozenset[tuple[int, int, int]]) -> Iterator[Decision]:
    by_group: dict[Group, list[Waiting]] = {}
    for waiting in board.waiting:
        by_group.setdefault((waiting.service_id, waiting.location_id), []).append(waiting)
    times = [(opening.begins, group, opening) for group in by_group for opening in board.openings.get(group, ())]
    for _, group, opening in sorted(times, key=lambda time: time[:2]):
        decision = _decide(board, by_group[group], opening, board.notices[group], skipping)
        if decision is not None:
            yield decision


def _decide(
    board: Board,
    group: Iterable[Waiting],
    opening: Opening,
    notice: int,
    skipping: frozenset[tuple[int, int, int]],
) -> Decision | None:
    ranked = rank((one for one in group if one.may_mail and suits(one, opening)), board.now)
    for place, waiting in enumerate(ranked):
        expires_at = answer_until(waiting, opening, notice, night=board.night, now=board.now)
        therapist_id = therapist_for(waiting, opening)
        if expires_at is None or therapist_id is None or (waiting.id, opening.begins, therapist_id) in skipping:
            continue
        following = ranked[place + 1] if place + 1 < len(ranked) else None
        reasons = why(waiting, opening, following, name_of=board.name_of, now=board.now)
        return Decision(waiting.id, opening, therapist_id, expires_at, reasons, len(ranked))
    return None


def answer_until(
    waiting: Waiting, opening: Opening, notice: int, *, night: QuietHours, now: datetime
) -> datetime | None:
    """Return until when an offer made now would stand, None when it would be no fair offer.

    It ends before the time comes under the client's or the service's notice (minutes), so that whoever accepts
    in time accepts a time that may still be booked. Nobody is written to at night.
    """
    if night.contains(now, opening.zone) or not leaves_notice(waiting, opening, ceil_minute(now)):
        return None
    latest = instant_of(opening.begins - max(notice, waiting.notice_minutes))
    expires_at = min(night.after(now + ANSWER, opening.zone), latest)
    return expires_at if expires_at - now >= SHORTEST_ANSWER else None


class Called(NamedTuple):
    """Somebody to phone about a time; ``is_short`` when less notice is left than was asked for."""

    waiting: Waiting
    opening: Opening
    therapist_id: int
    why: tuple[str, ...]
    is_short: bool


def phone_list(board: Board) -> list[Called]:
    """Return whom to phone about the free times on the board, in order, each with the first time that suits.

    Those who wanted more notice than is left come last.
    """
    suited = [(one, opening) for one in board.waiting if one.may_phone and (opening := _first_for(board, one))]
    times = {one.id: opening for one, opening in suited}
    people = rank((one for one, _ in suited), board.now)
    called = [_called(board, one, times[one.id]) for one in people]
    return sorted(called, key=lambda each: each.is_short)


def _first_for(board: Board, waiting: Waiting) -> Opening | None:
    openings = board.openings.get((waiting.service_id, waiting.location_id), ())
    return next((opening for opening in openings if suits(waiting, opening)), None)


def _called(board: Board, waiting: Waiting, opening: Opening) -> Called:
    therapist_id = therapist_for(waiting, opening)
    if therapist_id is None:
        raise ValueError("only a time that suits is phoned about")
    return Called(
        waiting,
        opening,
        therapist_id,
        why(waiting, opening, None, name_of=board.name_of, now=board.now),
        is_short=not leaves_notice(waiting, opening, ceil_minute(board.now)),
    )
