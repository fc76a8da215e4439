"""Bodies of the wait list's faces as the details that its verbs take."""

from typing import Any

from practice.scheduling.wait_list.entries import EntryDetails
from practice.scheduling.wait_list.fitting import Window
from practice.scheduling.wait_list.phoning import CallAbout
from practice.scheduling.wait_list.states import Urgency

Body = dict[str, Any]


def entry_details(body: Body) -> EntryDetails:
    """Return what somebody waits for."""
    return EntryDetails(
        service=body["service_uid"],
        location=body.get("location_uid"),
        therapists=tuple(dict.fromkeys(body["therapist_uids"])),
        windows=tuple(Window(**window) for window in body["windows"]),
        first_on=body.get("first_on"),
        last_on=body["last_on"],
        urgency=Urgency(body["urgency"]),
        notice_minutes=body["notice_minutes"],
        may_phone=body["may_phone"],
        desk_note=body["desk_note"],
    )


def call_about(body: Body) -> CallAbout:
    """Return the time that a call is about."""
    return CallAbout(local_start=body["local_start"], therapist=body["therapist_uid"])
