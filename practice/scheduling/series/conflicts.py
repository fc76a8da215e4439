"""What is said when some visits of a series do not fit: each by its number and day, with the nearest times that do."""

from collections.abc import Mapping
from dataclasses import replace

from practice.core.errors import PracticeError, Refusal
from practice.core.local_time import spoken
from practice.scheduling.claiming.places import Placing
from practice.scheduling.claiming.placing_several import Unplaced
from practice.scheduling.series.errors import visits_refused

Numbered = Mapping[int, tuple[Placing, Unplaced]]
"""Visits that do not fit, by their number in the series."""


def refuse_visits(unplaced: Numbered, *, what: str = "booked") -> PracticeError:
    """Return the refusal of the whole act; its context lists each visit for those who read it by machine."""
    amount = f"{len(unplaced)} visits do" if len(unplaced) > 1 else "One visit does"
    sentence = f"{amount} not fit, so none was {what}. Choose other times for these or leave them out."
    refusals = [
        _named(number, placing, refusal, each)
        for number, (placing, each) in unplaced.items()
        for refusal in each.refusals
    ]
    return visits_refused(sentence, refusals, [_conflict(number, *of) for number, of in unplaced.items()])


def _named(number: int, placing: Placing, refusal: Refusal, unplaced: Unplaced) -> Refusal:
    start = placing.local_start
    sentence = f"Visit {number}, {spoken(start)}: {refusal.sentence}"
    return replace(refusal, sentence=sentence, ways_out=unplaced.nearest)


def _conflict(number: int, placing: Placing, unplaced: Unplaced) -> dict[str, object]:
    return {
        "visit": number,
        "local_start": placing.local_start.isoformat(timespec="minutes"),
        "codes": [refusal.code for refusal in unplaced.refusals],
        "nearest": [dict(way.values) for way in unplaced.nearest],
    }
