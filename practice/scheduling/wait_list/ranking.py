"""In which order people are asked, and why, in sentences. Pure; every criterion only decides where those before tie.

Urgency, days behind a plan, whole weeks of waiting, how closely the time answers what was asked for, fewest refusals,
who asked first.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from practice.core.local_time import to_local
from practice.scheduling.free_time import words
from practice.scheduling.local_days import instant_of
from practice.scheduling.wait_list.fitting import Opening, Waiting
from practice.scheduling.wait_list.states import URGENCY_ORDER, Urgency

DAYS_A_WEEK = 7


class Standing(NamedTuple):
    """What decides, the smaller the earlier; the entry's number only keeps the order total."""

    urgency: int
    behind: int
    weeks: int
    closeness: int
    refusals: int
    asked_at: datetime
    id: int


def standing(waiting: Waiting, now: datetime) -> Standing:
    """Return where somebody stands among those whom a time suits."""
    return Standing(
        URGENCY_ORDER.index(waiting.urgency),
        -waiting.behind,
        -weeks_waited(waiting, now),
        -closeness(waiting),
        waiting.refusals,
        waiting.asked_at,
        waiting.id,
    )


def rank(suited: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """Return those whom a time suits in the order in which they are asked."""
    return sorted(suited, key=lambda waiting: standing(waiting, now))


def weeks_waited(waiting: Waiting, now: datetime) -> int:
    """Return for how many whole weeks she has waited."""
    return max((now - waiting.asked_at).days, 0) // DAYS_A_WEEK


def closeness(waiting: Waiting) -> int:
    """Return how special the wish is that the time answers: whoever takes any time finds another one more easily."""
    therapist = 2 if len(waiting.therapist_ids) == 1 else int(bool(waiting.therapist_ids))
    return therapist + int(bool(waiting.windows))


_DECIDED: Sequence[tuple[str, str]] = (
    ("urgency", "Asked before the next because more urgent."),
    ("behind", "Asked before the next because further behind what is planned."),
    ("weeks", "Asked before the next after a longer wait."),
    ("closeness", "Asked before the next because fewer other times would suit."),
    ("refusals", "Asked before the next with fewer offers turned down."),
    ("asked_at", "Asked before the next because earlier on the list."),
    ("id", "Asked before the next because earlier on the list."),
)


def why(
    waiting: Waiting,
    opening: Opening,
    following: Waiting | None,
    *,
    name_of: Callable[[int], str],
    now: datetime,
) -> tuple[str, ...]:
    """Return in sentences why she is asked, and what put her before *following*."""
    said = [
        _urgency(waiting),
        *_behind(waiting),
        _waited(waiting, opening, now),
        *_wishes(waiting, opening, name_of),
        _refused(waiting),
    ]
    if following is not None:
        said.append(_before(standing(waiting, now), standing(following, now)))
    return tuple(said)


def _urgency(waiting: Waiting) -> str:
    known = {
        Urgency.URGENT: "Urgent.",
        Urgency.SOON: "Should be seen soon.",
        Urgency.FLEXIBLE: "Can wait.",
    }
    return known[waiting.urgency]


def _behind(waiting: Waiting) -> list[str]:
    return [f"{words.amount(waiting.behind, 'day')} behind what is planned."] if waiting.behind else []


def _waited(waiting: Waiting, opening: Opening, now: datetime) -> str:
    since = words.day(to_local(waiting.asked_at, opening.zone).date())
    weeks = weeks_waited(waiting, now)
    if weeks == 0:
        return f"On the list since {since}."
    return f"Has waited {weeks} {'week' if weeks == 1 else 'weeks'}, since {since}."


def _wishes(waiting: Waiting, opening: Opening, name_of: Callable[[int], str]) -> list[str]:
    said = []
    if waiting.therapist_ids:
        names = " or ".join(sorted(name_of(one) for one in waiting.therapist_ids))
        said.append(f"Asked for {names}.")
    if waiting.windows:
        local = to_local(instant_of(opening.begins), opening.zone)
        said.append(f"Asked for a {local:%A} at this hour.")
    return said


def _refused(waiting: Waiting) -> str:
    if waiting.refusals == 0:
        return "Has turned down no offer."
    return f"Has not taken {waiting.refusals} {'offer' if waiting.refusals == 1 else 'offers'} before."


def _before(first: Standing, second: Standing) -> str:
    return next(sentence for name, sentence in _DECIDED if getattr(first, name) != getattr(second, name))
