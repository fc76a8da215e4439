"""The wait list as the API shows it: names and uids."""

from collections.abc import Mapping
from typing import Any

from practice.clinic.models import Therapist
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.phoning import PhoneRow
from practice.scheduling.wait_list.states import OfferState

Shown = dict[str, Any]

_ENTRY = (
    "uid",
    "version",
    "state",
    "first_on",
    "last_on",
    "urgency",
    "notice_minutes",
    "may_phone",
    "desk_note",
    "created_at",
    "closed_at",
)
_OFFER = (
    "uid",
    "local_start",
    "zone",
    "starts_at",
    "channel",
    "state",
    "offered_at",
    "expires_at",
    "ended_at",
    "ended_by",
    "why",
    "among",
)


def show_entry(entry: WaitListEntry, therapists: Mapping[int, Therapist]) -> Shown:
    """Return an entry loaded with client, service and location."""
    return {name: getattr(entry, name) for name in _ENTRY} | {
        "client": {"uid": entry.client.uid, "name": entry.client.display_name},
        "service": {"uid": entry.service.uid, "name": entry.service.name},
        "location": {"uid": entry.location.uid, "name": entry.location.name},
        "therapists": [_named(therapists[number]) for number in entry.therapist_ids],
        "windows": [{"weekday": day, "begins": begins, "ends": ends} for day, begins, ends in entry.windows],
    }


def show_offer(offer: WaitListOffer) -> Shown:
    """Return a line of the log."""
    client, service = offer.entry.client, offer.entry.service
    is_booked = offer.state == OfferState.ACCEPTED and offer.hold is not None
    return {name: getattr(offer, name) for name in _OFFER} | {
        "entry_uid": offer.entry.uid,
        "client": {"uid": client.uid, "name": client.display_name},
        "service": {"uid": service.uid, "name": service.name},
        "therapist": _named(offer.therapist),
        "appointment_uid": offer.hold.uid if is_booked and offer.hold is not None else None,
    }


def show_call(row: PhoneRow) -> Shown:
    """Return a call to make."""
    return {
        "entry_uid": row.entry.uid,
        "client": {"uid": row.client.uid, "name": row.client.display_name},
        "call_name": row.reached.name,
        "phone": row.reached.phone,
        "service": row.service_name,
        "therapist": {"uid": row.therapist_uid, "name": row.therapist_name},
        "local_start": row.local_start,
        "zone": row.zone,
        "minutes": row.minutes,
        "is_short": row.is_short,
        "why": list(row.why),
    }


def _named(therapist: Therapist) -> Shown:
    return {"uid": therapist.uid, "name": therapist.name}
