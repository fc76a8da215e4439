"""Impacts, acts and calls as the API shows them."""

from typing import Any

from practice.scheduling.absences.calling import CallList, ToCall
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.absences.new_times import NewTime, local_start_of
from practice.scheduling.absences.preview import HitVisit, Impact
from practice.scheduling.absences.titles import title_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp

Shown = dict[str, Any]


def show_impact(impact: Impact) -> Shown:
    """Return a preview."""
    return {
        "title": title_of(impact.change, impact.set_up),
        "clinic_version": impact.set_up.version,
        "hits": [_show_hit(hit, impact.set_up) for hit in impact.hits],
    }


def show_act(act: GroundAct) -> Shown:
    """Return an act."""
    return {name: getattr(act, name) for name in ("uid", "kind", "title", "at")}


def show_calls(calls: CallList) -> Shown:
    """Return an act with its visits."""
    return show_act(calls.act) | {"visits": [_show_row(row, calls.set_up) for row in calls.rows]}


def _show_hit(hit: HitVisit, set_up: SetUp) -> Shown:
    return _show_visit(hit.appointment) | {
        "version": hit.appointment.version,
        "therapist": {"uid": hit.appointment.therapist.uid, "name": hit.appointment.therapist.name},
        "reasons": [{"code": reason.code, "sentence": reason.sentence} for reason in hit.reasons],
        "times": _show_times(hit.times, hit.appointment, set_up),
    }


def _show_row(row: ToCall, set_up: SetUp) -> Shown:
    names = ("uid", "version", "answer", "outcome", "reason", "tries")
    return (
        {name: getattr(row.answer, name) for name in names}
        | _show_visit(row.appointment)
        | {"is_open": row.is_open, "times": _show_times(row.times, row.appointment, set_up)}
    )


def _show_visit(appointment: Appointment) -> Shown:
    client = appointment.client
    return {
        "visit_uid": appointment.uid,
        "client": None if client is None else {"uid": client.uid, "name": client.display_name},
        "local_start": appointment.local_start,
        "zone": appointment.zone,
    }


def _show_times(times: tuple[NewTime, ...], appointment: Appointment, set_up: SetUp) -> list[Shown]:
    zone = set_up.locations[appointment.location_id].zone
    return [_show_time(time, zone, set_up) for time in times]


def _show_time(time: NewTime, zone: str, set_up: SetUp) -> Shown:
    therapist = set_up.therapists[time.therapist_id]
    room = None if time.room_id is None else set_up.rooms[time.room_id]
    local = local_start_of(time, zone)
    return {
        "kind": str(time.kind),
        "local_start": local,
        "is_second_occurrence": bool(local.fold),
        "therapist": {"uid": therapist.uid, "name": therapist.name},
        "room": None if room is None else {"uid": room.uid, "name": room.name},
    }
