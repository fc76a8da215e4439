"""The session that a visit shares with other clients: who else comes, and how many places are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from practice.core.intervals import Interval
from practice.desk.choice import Choice
from practice.desk.queries import list_visits
from practice.desk.visits import GONE, State, Visit


@dataclass(frozen=True, slots=True)
class InGroup:
    """What the panel says of the session; ``book_url`` books one more client, empty when none can come."""

    others: Sequence[Visit]
    taken: int
    most: int
    book_url: str

    @property
    def words(self) -> str:
        """Return how full it is."""
        return f"Group: {self.taken} of {self.most} places taken"


def in_group(session: Session, visit: Visit, *, now: datetime) -> InGroup | None:
    """Return the visit's session, None for a visit that stands alone, which takes no statement."""
    if visit.group_size <= 1 or visit.state in {State.NO_SHOW, *GONE}:
        return None
    at_once = list_visits(
        session,
        location_id=visit.location_id,
        window=Interval(visit.starts_at, visit.ends_at),
        therapist_id=visit.therapist_id,
        now=now,
    )
    others = [each for each in at_once if _is_beside(each, visit)]
    has_place = len(others) + 1 < visit.group_size and visit.starts_at > now
    return InGroup(others, len(others) + 1, visit.group_size, _book_url(visit) if has_place else "")


def _is_beside(each: Visit, visit: Visit) -> bool:
    same = (each.service.uid, each.starts_at, each.room) == (visit.service.uid, visit.starts_at, visit.room)
    return same and each.uid != visit.uid and each.state != State.NO_SHOW


def _book_url(visit: Visit) -> str:
    choice = Choice(visit.local_start, visit.therapist.uid)
    asked = {"service": visit.service.uid, "location": visit.location_uid, "choice": str(choice)}
    return f"/book?{urlencode(asked)}"
