"""What the pages of a change show: its form, the visits that it hits, and the calls that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.local_time import spoken, to_local
from practice.desk.choice import Choice
from practice.desk.reaching import Reached, whom_to_phone
from practice.reminders.offers import reachable_by_mail
from practice.scheduling.absences.applying import AnswerKind
from practice.scheduling.absences.calling import CallList, ToCall, call_list
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.absences.new_times import NewTime, TimeKind, local_start_of
from practice.scheduling.absences.preview import HitVisit, Impact
from practice.scheduling.absences.titles import title_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp

KIND_WORDS = {
    "away": "Time off",
    "closing": "Closure",
    "new_week": "Other hours",
    "leaving": "Last day",
    "room_out": "Room out of order",
    "service_ends": "Service withdrawn",
    "place_ends": "Location given up",
}
OUTCOMES = {
    "moved": "moved",
    "cancelled": "cancelled",
    "kept": "stays",
    "move": "moved",
    "cancel": "cancelled",
    "keep": "stays",
}
_TIME_KEYS = {TimeKind.OTHER_THERAPIST: "o", TimeKind.SAME_THERAPIST: "w", TimeKind.ANYBODY: "y"}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer as its button or radio sends it: value, words, a note, and the key that presses it."""

    value: str
    title: str
    note: str = ""
    press: str = ""


@dataclass(frozen=True, slots=True)
class HitRow:
    """A visit of the preview with its answers; ``chosen`` is ticked."""

    visit: Appointment
    reasons: Sequence[str]
    options: Sequence[Option]
    chosen: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What the preview shows."""

    title: str
    clinic_version: int
    rows: Sequence[HitRow]


def preview_page(impact: Impact, posted: Mapping[str, str]) -> PreviewPage:
    """Return the preview; an answer that was *posted* before stays ticked while it is still possible."""
    rows = [_hit_row(hit, impact.set_up, posted.get(hit.appointment.uid, "")) for hit in impact.hits]
    return PreviewPage(title_of(impact.change, impact.set_up), impact.set_up.version, rows)


def _hit_row(hit: HitVisit, set_up: SetUp, posted: str) -> HitRow:
    options = [
        *_time_options(hit.times, hit.appointment, set_up),
        Option(AnswerKind.CANCEL, "Cancel", "by the clinic, no fee"),
        Option(AnswerKind.CALL, "Call first", "stays until then"),
        Option(AnswerKind.KEEP, "Keep anyway", "with the reason below"),
    ]
    usual = options[0].value if hit.times else AnswerKind.CALL
    chosen = posted if posted in {option.value for option in options} else usual
    return HitRow(hit.appointment, [reason.sentence for reason in hit.reasons], options, chosen)


def _time_options(times: Sequence[NewTime], visit: Appointment, set_up: SetUp) -> list[Option]:
    return [_time_option(time, visit, set_up) for time in times]


def _time_option(time: NewTime, visit: Appointment, set_up: SetUp) -> Option:
    therapist = set_up.therapists[time.therapist_id]
    room = None if time.room_id is None else set_up.rooms[time.room_id]
    local = local_start_of(time, set_up.locations[visit.location_id].zone)
    value = str(Choice(local, therapist.uid, "" if room is None else room.uid))
    when = f"{local:%H:%M}" if local.date() == visit.local_start.date() else spoken(local)
    if time.kind is TimeKind.OTHER_ROOM and room is not None:
        return Option(value, f"{when} in {room.name}", "same time, other room")
    note = "same time, other therapist" if time.kind is TimeKind.OTHER_THERAPIST else "next free time"
    return Option(value, f"{when} with {therapist.name}", note, _TIME_KEYS.get(time.kind, ""))


@dataclass(frozen=True, slots=True)
class CallRow:
    """One visit of the list of calls."""

    row: ToCall
    phone: Reached | None
    options: Sequence[Option]
    may_mail: bool = False

    @property
    def kept_until(self) -> datetime | None:
        """Return until when times are kept for the client to choose from, as wall time."""
        kept = self.row.kept
        return to_local(kept.until, self.row.appointment.zone) if kept else None

    @property
    def starts(self) -> datetime:
        """Return when the visit starts, as wall time."""
        visit = self.row.appointment
        return to_local(visit.starts_at, visit.zone)

    @property
    def outcome(self) -> str:
        """Return what became of it, empty while the call is open."""
        answer = self.row.answer
        if self.row.is_open:
            return ""
        return OUTCOMES.get(answer.outcome or answer.answer, self.row.appointment.state)


@dataclass(frozen=True, slots=True)
class CallsPage:
    """What the page of one act shows."""

    calls: CallList
    rows: Sequence[CallRow]

    @property
    def act(self) -> GroundAct:
        """Return the act."""
        return self.calls.act


def calls_page(session: Session, act: GroundAct, *, now: datetime) -> CallsPage:
    """Return the visits of an act, those to be called with a number and times; a constant number of statements."""
    calls = call_list(session, act=act, now=now)
    phones = whom_to_phone(session, _clients(calls), now=now)
    by_mail = reachable_by_mail(session, _clients(calls), now=now)
    rows = [
        CallRow(
            row,
            phones.get(row.appointment.client_id or 0),
            _time_options(row.times, row.appointment, calls.set_up),
            row.appointment.client_id in by_mail,
        )
        for row in calls.rows
    ]
    return CallsPage(calls, rows)


def _clients(calls: CallList) -> set[int]:
    return {row.appointment.client_id for row in calls.rows if row.is_open and row.appointment.client_id is not None}
