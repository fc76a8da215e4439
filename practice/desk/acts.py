"""What can be done with a visit from where it stands: the acts, their keys and where each of them leads. Pure.

These are offers, not rules: the verbs refuse what is not possible, whatever was offered.
"""

from dataclasses import dataclass
from datetime import datetime

from practice.core.local_time import wall_time
from practice.desk.visits import EXPECTED, State, Visit, may_be_no_show


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``is_step`` opens a choice first, the others are done at once by a plain form."""

    verb: str
    label: str
    key: str
    symbol: str
    is_step: bool = False

    def path(self, uid: str) -> str:
        """Return the address of the act for one appointment."""
        return f"/appointments/{uid}/{self.verb}"


CONFIRM = Act("confirm", "Confirmed", "y", "confirmed")
SETTLE = Act("settle", "Make it firm", "f", "check")
ARRIVE = Act("arrive", "Arrived", "a", "dot")
START = Act("start", "Start", "s", "play")
COMPLETE = Act("complete", "Done", "d", "check")
UNDO = Act("undo", "Undo", "u", "undo")
ASK_FORM = Act("ask-form", "Send the form", "h", "mail")
MOVE = Act("move", "Move", "m", "move", is_step=True)
CANCEL = Act("cancel", "Cancel", "c", "close", is_step=True)
NO_SHOW = Act("no-show", "No-show", "n", "client-off", is_step=True)
AGAIN = Act("again", "Same time next week", "w", "redo", is_step=True)
SWAP = Act("swap", "Swap", "x", "swap", is_step=True)
CHANGE_CLIENT = Act("client", "Change client", "l", "client", is_step=True)

_NEXT = {State.BOOKED: ARRIVE, State.TENTATIVE: ARRIVE, State.ARRIVED: START, State.IN_PROGRESS: COMPLETE}
_MAY_CANCEL = EXPECTED | {State.ARRIVED}
_MAY_UNDO = frozenset(State) - {State.HELD, State.BOOKED, State.TENTATIVE, State.ENTERED_IN_ERROR}


def next_act(visit: Visit, now: datetime) -> Act | None:
    """Return the one act that usually comes next; nobody arrives before the day."""
    is_before = wall_time(now, visit.zone).date() < visit.on
    return None if is_before else _NEXT.get(visit.state)


def acts_of(visit: Visit, now: datetime) -> list[Act]:
    """Return every act offered, the usual next one first."""
    following = next_act(visit, now)
    return [
        *([following] if following else []),
        *([NO_SHOW] if may_be_no_show(visit, now) else []),
        *([MOVE] if visit.is_expected else []),
        *([CANCEL] if visit.state in _MAY_CANCEL else []),
        *([UNDO] if visit.state in _MAY_UNDO else []),
        *([AGAIN] if visit.client and visit.state != State.HELD else []),
    ]


def rarer_acts(visit: Visit) -> list[Act]:
    """Return what is seldom wanted and stands below the others."""
    if not visit.is_expected:
        return []
    news = SETTLE if visit.state == State.TENTATIVE else CONFIRM
    return [*([] if visit.confirmed_at else [news]), ASK_FORM, SWAP, CHANGE_CLIENT, UNDO]
