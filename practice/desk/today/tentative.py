"""The tentative visits of the coming week, each with what it waits for and the acts that end the waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.desk.acts import ASK_FORM, CANCEL, MOVE, SETTLE, Act
from practice.desk.queries import MOST_TENTATIVE, list_tentative
from practice.desk.reaching import whom_to_phone
from practice.desk.visits import Visit
from practice.safety.gate import Missing
from practice.scheduling.appointments.booking import TENTATIVE_REASONS

LOOKS_AHEAD = timedelta(days=7)
MUST_DECIDE = timedelta(hours=24)
"""Within this time the desk must settle, move or release a visit."""

WAYS_OUT = (SETTLE, MOVE, CANCEL)


@dataclass(frozen=True, slots=True)
class TentativeLine:
    """One visit of the list."""

    visit: Visit
    waits_for: str
    phone: str
    phone_words: str
    is_due: bool
    acts: Sequence[Act]


@dataclass(frozen=True, slots=True)
class TentativePage:
    """What the page shows; ``is_cut`` says that there are more than it lists."""

    today: date
    lines: Sequence[TentativeLine]

    @property
    def due(self) -> int:
        """Return how many must be decided now."""
        return sum(line.is_due for line in self.lines)

    @property
    def is_cut(self) -> bool:
        """Return whether more wait than are listed."""
        return len(self.lines) == MOST_TENTATIVE


def tentative_page(session: Session, *, actor: Actor, now: datetime) -> TentativePage:
    """Return the tentative visits of the next seven days, the next first; a constant number of statements."""
    own_id = own_therapist_id(session, actor, "today.read")
    visits = list_tentative(session, until=now + LOOKS_AHEAD, therapist_id=own_id, now=now)
    phones = whom_to_phone(session, {visit.client.id for visit in visits if visit.client}, now=now)
    lines = []
    for visit in visits:
        reached = phones.get(visit.client.id) if visit.client else None
        waits_for = TENTATIVE_REASONS.get(visit.tentative_reason or "", "")
        number, words = (reached.number, reached.words) if reached else ("", "")
        lines.append(TentativeLine(visit, waits_for, number, words, visit.starts_at - now <= MUST_DECIDE, _acts(visit)))
    return TentativePage(practice_today(session, now), lines)


def _acts(visit: Visit) -> Sequence[Act]:
    return (*WAYS_OUT, ASK_FORM) if visit.tentative_reason == Missing.FORMS else WAYS_OUT
