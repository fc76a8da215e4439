"""Whether a free time suits somebody who waits: therapist, days, hours, what was refused, and the notice. Pure.

Times are whole UTC minutes since 1970 unless they are called wall time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from practice.core.local_time import to_local
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import Span
from practice.scheduling.wait_list.states import Urgency


class Window(NamedTuple):
    """Wall minutes on a weekday (Monday = 0) in which the whole treatment shall lie."""

    weekday: int
    begins: int
    ends: int


class RefusedTime(NamedTuple):
    """A treatment time that was offered before and not taken."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who waits. No therapists, windows or last day means any; ``busy`` is her own time elsewhere.

    ``behind`` are the days by which she has fallen behind the visits that are planned for her.
    """

    id: int
    client_id: int
    service_id: int
    location_id: int
    urgency: Urgency
    asked_at: datetime
    first_on: date
    last_on: date | None = None
    therapist_ids: frozenset[int] = frozenset()
    windows: tuple[Window, ...] = ()
    notice_minutes: int = 0
    behind: int = 0
    refusals: int = 0
    refused: tuple[RefusedTime, ...] = ()
    busy: tuple[Span, ...] = ()
    may_phone: bool = True
    may_mail: bool = True


class Opening(NamedTuple):
    """A free start with the therapists who are free then, by name."""

    begins: int
    minutes: int
    therapist_ids: tuple[int, ...]
    zone: str

    @property
    def treatment(self) -> Span:
        """Return the treatment time."""
        return Span(self.begins, self.begins + self.minutes)


def therapist_for(waiting: Waiting, opening: Opening) -> int | None:
    """Return the first free therapist whom she would see, None when there is none."""
    wanted = (one for one in opening.therapist_ids if not waiting.therapist_ids or one in waiting.therapist_ids)
    return next(wanted, None)


def suits(waiting: Waiting, opening: Opening) -> bool:
    """Return whether she would want this time, whatever the notice."""
    return (
        therapist_for(waiting, opening) is not None
        and _is_wanted_time(waiting, opening)
        and not _touches(opening.treatment, waiting.refused)
        and not _touches(opening.treatment, waiting.busy)
    )


def leaves_notice(waiting: Waiting, opening: Opening, minute: int) -> bool:
    """Return whether the notice that she asked for is left at a UTC minute."""
    return opening.begins - minute >= waiting.notice_minutes


def _is_wanted_time(waiting: Waiting, opening: Opening) -> bool:
    local = to_local(instant_of(opening.begins), opening.zone)
    if local.date() < waiting.first_on or (waiting.last_on is not None and local.date() > waiting.last_on):
        return False
    begins = local.hour * 60 + local.minute
    return not waiting.windows or any(
        window.weekday == local.weekday() and window.begins <= begins and begins + opening.minutes <= window.ends
        for window in waiting.windows
    )


def _touches(treatment: Span, others: Iterable[Sequence[int]]) -> bool:
    return any(treatment.begins < ends and begins < treatment.ends for begins, ends in others)
