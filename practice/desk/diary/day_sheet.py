"""The day on paper: who comes when, to whom and where. No service and no clinical word: paper lies open on a desk."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.core.actor import Actor
from practice.core.local_time import wall_time
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.open_diary import open_diary
from practice.desk.diary.own_part import own_part, usual_location
from practice.desk.reaching import Reached, whom_to_phone
from practice.desk.visits import Visit
from practice.scheduling.question import LocationFacts


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One visit on paper; ``phone`` only where somebody must still be phoned."""

    visit: Visit
    phone: Reached | None


@dataclass(frozen=True, slots=True)
class SheetPart:
    """The visits of one therapist, in the order of the day."""

    therapist: str
    rows: Sequence[SheetRow]


@dataclass(frozen=True, slots=True)
class DaySheet:
    """What is printed, and when."""

    on: date
    location: LocationFacts
    diary_url: str
    parts: Sequence[SheetPart]
    count: int
    printed: datetime


def day_sheet(session: Session, address: DiaryAddress, *, actor: Actor, now: datetime) -> DaySheet:
    """Return the sheet of one location's day; a therapist gets the own visits only. Raises ``NotFound``."""
    own_id = own_therapist_id(session, actor, "today.read")
    at = DiaryAddress(on=address.on, location=address.location or usual_location(session, own_id))
    diary = own_part(open_diary(session, at, actor=actor, now=now), own_id)
    visits = [visit for visit in diary.visits if visit.is_visit]
    phones = whom_to_phone(session, _to_phone(visits), now=now)
    return DaySheet(
        on=diary.address.on,
        location=diary.location,
        diary_url=diary.address.path(),
        parts=_parts([(one.uid, one.name) for one in diary.therapists], visits, phones),
        count=len(visits),
        printed=wall_time(now, diary.location.zone),
    )


def _to_phone(visits: Collection[Visit]) -> set[int]:
    return {visit.client.id for visit in visits if visit.client and visit.client.must_phone}


def _parts(team: Sequence[tuple[str, str]], visits: Sequence[Visit], phones: Mapping[int, Reached]) -> list[SheetPart]:
    parts = [
        SheetPart(name, [_row(visit, phones) for visit in visits if visit.therapist.uid == uid]) for uid, name in team
    ]
    return [part for part in parts if part.rows]


def _row(visit: Visit, phones: Mapping[int, Reached]) -> SheetRow:
    return SheetRow(visit, phones.get(visit.client.id) if visit.client else None)
