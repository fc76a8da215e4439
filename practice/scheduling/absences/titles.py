"""Changes and visits in the words of the desk."""

from practice.core.local_time import spoken_day
from practice.scheduling.absences.changes import (
    Away,
    Change,
    Closing,
    Leaving,
    NewWeek,
    PlaceEnds,
    RoomOut,
    ServiceEnds,
)
from practice.scheduling.free_time import words
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp

KINDS: dict[type[Change], str] = {
    Away: "away",
    Closing: "closing",
    NewWeek: "new_week",
    Leaving: "leaving",
    RoomOut: "room_out",
    ServiceEnds: "service_ends",
    PlaceEnds: "place_ends",
}


def kind_of(change: Change) -> str:
    """Return the code of a kind of change."""
    return KINDS[type(change)]


def title_of(change: Change, set_up: SetUp) -> str:
    """Return a change in words."""
    match change:
        case Away(therapist_id, _):
            return f"{set_up.therapists[therapist_id].name} away"
        case Closing(_, _, _, name):
            return f"Closed: {name}"
        case NewWeek(therapist_id, _, first_on, _):
            return f"{set_up.therapists[therapist_id].name}: other hours from {words.day(first_on)}"
        case Leaving(therapist_id, last_on):
            return f"{set_up.therapists[therapist_id].name}: last day {words.day(last_on)}"
    return _title_of_thing(change, set_up)


def _title_of_thing(change: RoomOut | ServiceEnds | PlaceEnds, set_up: SetUp) -> str:
    match change:
        case RoomOut(room_id):
            return f"{set_up.rooms[room_id].name} out of order"
        case ServiceEnds(service_id):
            return f"{set_up.services[service_id].name} withdrawn"
        case PlaceEnds(location_id):
            return f"{set_up.locations[location_id].name} given up"


def visit_words(appointment: Appointment) -> str:
    """Return how the desk calls a visit: ``Clara Client, Monday 30 November at 10:00``."""
    start, client = appointment.local_start, appointment.client
    name = "the visit" if client is None else client.display_name
    return f"{name}, {spoken_day(start)} at {start:%H:%M}"
