"""A booking that is to be repeated, as the form says it: how often, and which visits go elsewhere. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from practice.desk.choice import Choice, read_choice
from practice.scheduling.series.planning import OtherPlace, SeriesWish
from practice.scheduling.series.rule import Instead, Recurrence
from practice.scheduling.wishes import TimeWish

USUAL_VISITS = 10
OUT = "out"

WEEKDAYS = tuple(enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))
ON_CLOSED = (
    (Instead.REFUSE, "tell me"),
    (Instead.SKIP, "skip it, add one at the end"),
    (Instead.SHIFT, "take the next open day"),
)


@dataclass(frozen=True, slots=True)
class Repeat:
    """What the desk chose: the rule as typed, and by number what it put elsewhere (None: left out)."""

    every: int = 1
    count: int | None = USUAL_VISITS
    until: date | None = None
    weekdays: frozenset[int] = frozenset()
    on_closed: Instead = Instead.REFUSE
    by_hand: Mapping[int, Choice | None] = field(default_factory=dict)

    def rule(self, first_on: date) -> Recurrence:
        """Return the rule; without a weekday that of the first visit."""
        return Recurrence(
            every=self.every,
            weekdays=self.weekdays or frozenset({first_on.weekday()}),
            count=self.count,
            until=self.until,
            on_closed=self.on_closed,
            on_skipped_time=Instead.SHIFT,
        )

    def wish(self, first: TimeWish) -> SeriesWish:
        """Return the series that is wanted from the first visit on."""
        return SeriesWish(
            first=first,
            rule=self.rule(first.local_start.date()),
            instead={
                number: OtherPlace(choice.local_start, choice.therapist or None, choice.room or None)
                for number, choice in self.by_hand.items()
                if choice is not None and choice.local_start is not None
            },
            left_out=frozenset(number for number, choice in self.by_hand.items() if choice is None),
        )


def read_by_hand(chosen: Sequence[str]) -> dict[int, Choice | None]:
    """Return what ``7|<time>`` and ``7|out`` mean; raises ``ValueError`` for what no form of ours wrote."""
    found: dict[int, Choice | None] = {}
    for each in chosen:
        number, _, what = each.partition("|")
        choice = None if what == OUT else read_choice(what)
        if not number.isascii() or not 0 < int(number) < 100 or (choice is None and what != OUT):
            raise ValueError("this is no choice of ours")
        found[int(number)] = choice
    return found


def by_hand(number: int, choice: Choice | None) -> str:
    """Return the form's value for a visit put elsewhere, or left out."""
    return f"{number}|{OUT if choice is None else choice}"
