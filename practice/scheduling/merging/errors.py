"""Why two records are not merged, or a merge is not taken back."""

from collections.abc import Sequence

from practice.core.errors import RELOAD, Conflict, RuleViolation, WayOut
from practice.scheduling.merging.clashes import ComingVisit


def open_client(uid: str, label: str) -> tuple[WayOut, ...]:
    """Return the way to a client's page."""
    return (WayOut("open_client", label, {"client": uid}),)


class SameRecord(RuleViolation):
    """A record cannot be merged with itself."""

    code = "same_record"
    title = "That is the same record"

    def __init__(self) -> None:
        super().__init__(
            "Both are the same record. Choose the other one.", ways_out=(WayOut("search_client", "Find a client"),)
        )


class MergedAlready(RuleViolation):
    """One of the records was merged before; the one that is kept stands for it."""

    code = "merged_already"
    title = "Merged already"

    def __init__(self, name: str, kept_uid: str) -> None:
        super().__init__(
            f"The record of {name} was merged already. Go on with the one that is kept.",
            ways_out=open_client(kept_uid, "Open the one that is kept"),
        )


class VisitsOverlap(Conflict):
    """Coming visits of both records are at the same time."""

    code = "visits_overlap"
    title = "Visits at the same time"

    def __init__(self, clashes: Sequence[tuple[ComingVisit, ComingVisit]]) -> None:
        named = "; ".join(f"{one.words} and {other.words}" for one, other in clashes)
        super().__init__(
            f"Both have visits at the same time: {named}. Move or cancel one of each first.",
            ways_out=tuple(
                WayOut("open_visit", f"Open {visit.words}", {"appointment": visit.uid})
                for visit in dict.fromkeys(visit for pair in clashes for visit in pair)
            ),
            context={"visits": [[one.uid, other.uid] for one, other in clashes]},
        )


class MergeIsOver(RuleViolation):
    """The merge cannot be taken back any more, or was taken back."""

    code = "merge_is_over"
    title = "Cannot be taken back"

    def __init__(self, sentence: str, kept_uid: str) -> None:
        super().__init__(sentence, ways_out=(RELOAD, *open_client(kept_uid, "Open the record")))
