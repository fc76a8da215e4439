"""The form of an entry: what it offers to choose, what it shows of an entry, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from practice.clinic.hours import show_minute
from practice.clinic.queries import list_locations, list_services, list_therapists
from practice.desk.wait_list.wording import DAYS, NOTICES, URGENCY_WORDS
from practice.scheduling.wait_list.entries import EntryDetails
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.models import WaitListEntry
from practice.scheduling.wait_list.queries import therapist_names

Option = tuple[object, str]
ALL_DAY = (0, 24 * 60)


@dataclass(frozen=True, slots=True)
class EntryChoices:
    """What the form offers."""

    services: Sequence[Option]
    therapists: Sequence[Option]
    locations: Sequence[Option]
    days: Sequence[Option]
    urgencies: Sequence[Option]
    notices: Sequence[Option]


def entry_choices(session: Session) -> EntryChoices:
    """Return the choices of the form; three statements."""
    return EntryChoices(
        [(service.uid, service.name) for service in list_services(session)],
        [(therapist.uid, therapist.name) for therapist in list_therapists(session)],
        [(location.uid, location.name) for location in list_locations(session)],
        [(str(day), words) for day, words in enumerate(DAYS)],
        list(URGENCY_WORDS.items()),
        list(NOTICES.items()),
    )


def values_of(session: Session, entry: WaitListEntry) -> dict[str, Any]:
    """Return an entry as the form shows it; of several stretches of the day it shows the widest."""
    people = therapist_names(session, [entry])
    spans = {(begins, ends) for _, begins, ends in entry.windows} - {ALL_DAY}
    begins, ends = (min(one[0] for one in spans), max(one[1] for one in spans)) if spans else (None, None)
    return {
        "service_uid": entry.service.uid,
        "location_uid": entry.location.uid,
        "therapist_uids": [people[number].uid for number in entry.therapist_ids],
        "days": [str(day) for day in sorted({window[0] for window in entry.windows})],
        "begins": None if begins is None else show_minute(begins),
        "ends": None if ends is None else show_minute(min(ends, 24 * 60 - 1)),
        "first_on": entry.first_on.isoformat(),
        "last_on": None if entry.last_on is None else entry.last_on.isoformat(),
        "urgency": entry.urgency,
        "notice_minutes": entry.notice_minutes,
        "may_phone": entry.may_phone,
        "desk_note": entry.desk_note,
    }


NEW_VALUES: Mapping[str, Any] = {
    "urgency": "soon",
    "notice_minutes": 120,
    "may_phone": True,
    "days": [],
    "therapist_uids": [],
}


def details_of(body: Mapping[str, Any]) -> EntryDetails:
    """Return what the form asks for."""
    return EntryDetails(
        service=body["service_uid"],
        location=body.get("location_uid"),
        therapists=tuple(dict.fromkeys(body["therapist_uids"])),
        windows=tuple(_windows(body)),
        first_on=body["first_on"],
        last_on=body["last_on"],
        urgency=body["urgency"],
        notice_minutes=body["notice_minutes"],
        may_phone=body["may_phone"],
        desk_note=body["desk_note"],
    )


def _windows(body: Mapping[str, Any]) -> list[Window]:
    begins, ends = _minute(body["begins"], ALL_DAY[0]), _minute(body["ends"], ALL_DAY[1])
    if not body["days"] and (begins, ends) == ALL_DAY:
        return []
    return [Window(day, begins, ends) for day in sorted(set(body["days"] or range(len(DAYS))))]


def _minute(typed: str | None, otherwise: int) -> int:
    if not typed:
        return otherwise
    hours, _, minutes = typed.partition(":")
    return int(hours) * 60 + int(minutes)
