"""Taking back the last act: to the stored state before it, and to the time before it while that is free."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.accounts.permissions import Scope, scope_of
from practice.clients.models import Client
from practice.clinic.models import Room, Therapist
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.intervals import Interval
from practice.core.local_time import NonexistentLocalTime, to_utc_as_stood
from practice.scheduling.appointments.history import TOGETHER, Act, Snapshot, note, restore, snapshot, tell_calendars
from practice.scheduling.appointments.parting import part_with_former
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.appointments.standing_again import Again, stand_again
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.diaries import beside, diaries_of, wanted_for
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.loading import forget_everybody, load, load_all, reread
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.errors import NothingToUndo
from practice.scheduling.lifecycle import FREES_TIME, AppointmentState
from practice.scheduling.models import Appointment, AppointmentChange

UNDO, FOLLOW_ZONE = str(Verb.UNDO), "follow_zone"
NOT_UNDONE = (UNDO, FOLLOW_ZONE)
"""Acts that nobody takes back: the rules of a zone are as they are."""
CHANGED_SINCE = "A visit of this act was changed since. Take it back visit by visit, on the page of each."
HAPPENED = frozenset({AppointmentState.IN_PROGRESS, AppointmentState.COMPLETED})


class _Lies(NamedTuple):
    """The diaries on which an appointment will lie."""

    therapist_diary_id: int
    room_diary_id: int | None
    client_diary_id: int | None


class _Return(NamedTuple):
    """One appointment on its way back: the act to take back, and what is true now."""

    appointment: Appointment
    change: AppointmentChange
    now_true: Snapshot
    lies: _Lies

    def value(self, name: str) -> object:
        """Return what will be true of one field."""
        return self.change.before.get(name, self.now_true[name])

    @property
    def takes_a_stand(self) -> bool:
        """Return whether the rules are asked: a visit will be firm, or takes time that it had given back."""
        return self.value("state") == AppointmentState.BOOKED or self.now_true["state"] in FREES_TIME

    @property
    def treatment(self) -> Interval:
        """Return the time to which it goes back: where the wall time lies by the zone's rules of today."""
        stood_at = self._instant("starts_at")
        if not self.change.before.keys() & {"starts_at", "ends_at"} and self.change.state_after not in FREES_TIME:
            return Interval(stood_at, self._instant("ends_at"))
        try:
            starts_at = to_utc_as_stood(self._instant("local_start"), str(self.value("zone")), stood_at)
        except NonexistentLocalTime as skipped:
            raise NothingToUndo("The clocks jump over the time before. Choose another time.") from skipped
        return Interval(starts_at, starts_at + timedelta(minutes=int(str(self.value("duration_minutes")))))

    def _instant(self, name: str) -> datetime:
        return datetime.fromisoformat(str(self.value(name)))


def undo(
    session: Session,
    *,
    appointment_uid: str,
    version: int | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Take back the last act on an appointment; taking back the booking itself marks it as entered in error.

    Both halves of a swap go back together, and so do visits linked to each other. Raises ``NothingToUndo`` (also
    where a colleague's diary would change and the actor may use the own one only), ``TimeTaken`` when the time before
    is gone, ``BookingRefused`` for a visit to come that the rules about its client forbid by now, and ``StaleVersion``.
    """
    appointment = load(session, appointment_uid)
    require_seen(session, appointment, version)
    change = _last_change(session, appointment)
    going_back = [_return(session, appointment, change)]
    going_back += [_other_half(session, uid, change) for uid in _partners(appointment, change)]
    _take_back(session, going_back, Judging(rules, actor, now))
    return appointment


def undo_act(
    session: Session, *, changes: Sequence[AppointmentChange], rules: BookingRules, actor: Actor, now: datetime
) -> list[Appointment]:
    """Take back all that one act changed, or nothing of it; raises what :func:`undo` raises.

    Raises ``NothingToUndo`` too when anybody changed one of the appointments since.
    """
    by_id = {change.appointment_id: change for change in changes}
    loaded = load_all(session, Appointment.id.in_(by_id))
    going_back = [_still_latest(session, each, by_id[each.id]) for each in loaded]
    _take_back(session, going_back, Judging(rules, actor, now))
    return [each.appointment for each in going_back]


def _still_latest(session: Session, appointment: Appointment, change: AppointmentChange) -> _Return:
    if _last_change(session, appointment).id != change.id:
        raise NothingToUndo(CHANGED_SINCE)
    return _return(session, appointment, change)


def _take_back(session: Session, going_back: Sequence[_Return], judging: Judging) -> None:
    actor, now = judging.actor, judging.now
    _require_own_diaries(going_back, actor)
    _go_back(session, going_back, judging)
    act = Act(UNDO, new_uid() if len(going_back) > 1 else None, more={"undid": going_back[0].change.verb})
    for each in going_back:
        each.change.undone_at = now
        forget_everybody(session, each.appointment)
        if each.appointment.client_id != each.now_true["client_id"]:
            part_with_former(session, each.appointment, actor=actor, now=now)
        note(session, each.appointment, act, each.now_true, actor=actor, now=now)


def _last_change(session: Session, appointment: Appointment) -> AppointmentChange:
    newest = (
        select(AppointmentChange)
        .where(
            AppointmentChange.appointment_id == appointment.id,
            AppointmentChange.undone_at.is_(None),
            AppointmentChange.verb.not_in(NOT_UNDONE),
        )
        .order_by(AppointmentChange.id.desc())
        .limit(1)
    )
    change = session.scalars(newest).one_or_none()
    if change is None:
        raise NothingToUndo
    return change


def _require_own_diaries(going_back: Sequence[_Return], actor: Actor) -> None:
    """Refuse what would take time in a colleague's diary, or give it back there, where only the own one is open."""
    if scope_of(actor, "appointment.undo") is not Scope.OWN:
        return
    now_in = {each.appointment.therapist_id for each in going_back}
    if now_in | {each.value("therapist_id") for each in going_back} != {actor.therapist_id}:
        raise NothingToUndo("Taking this back would change a colleague's diary. Ask the desk to do it.")


def _partners(appointment: Appointment, change: AppointmentChange) -> list[str]:
    swapped, together = change.after.get("swapped_with"), change.after.get(TOGETHER, [])
    others = [uid for uid in together if uid != appointment.uid] if isinstance(together, list) else []
    return [str(swapped), *others] if swapped else others


def _other_half(session: Session, uid: str, change: AppointmentChange) -> _Return:
    partner = load(session, uid)
    theirs = _last_change(session, partner)
    if (theirs.verb, theirs.at) != (change.verb, change.at):
        raise NothingToUndo("The other appointment of this act was changed since. Move or cancel them by hand.")
    return _return(session, partner, theirs)


def _return(session: Session, appointment: Appointment, change: AppointmentChange) -> _Return:
    now_true = snapshot(appointment)
    back: Mapping[str, object] = {**now_true, **change.before}
    client_diary = select(func.coalesce(Client.kept_diary_id, Client.diary_id)).where(Client.id == back["client_id"])
    lies = select(
        Therapist.diary_id,
        select(Room.diary_id).where(Room.id == back["room_id"]).scalar_subquery(),
        client_diary.scalar_subquery(),
    ).where(Therapist.id == back["therapist_id"])
    return _Return(appointment, change, now_true, _Lies(*session.execute(lies).one()))


def _go_back(session: Session, going_back: Sequence[_Return], judging: Judging) -> None:
    lie_now = {diary_id for each in going_back for diary_id in diaries_of(each.appointment)}
    will_lie = {diary_id for each in going_back for diary_id in each.lies if diary_id is not None}

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        for each in sorted(going_back, key=lambda one: one.appointment.id):
            reread(session, each.appointment)
        wanted = [wanted for each in going_back for wanted in _restored(each, occupied)]
        firm = [each.appointment for each in going_back if each.takes_a_stand]
        stand_again(session, firm, Again(Verb.UNDO, judging))
        return wanted

    claim(
        session,
        diary_ids=lie_now | will_lie,
        around=[each.treatment for each in going_back],
        decide=decide,
        now=judging.now,
        giving_back={each.appointment.id for each in going_back},
        touching=lie_now,
    )


def _restored(going_back: _Return, occupied: Sequence[Occupied]) -> Sequence[Wanted]:
    """Bring one appointment back and return the time it needs; buffers that were filled since are no obstacle."""
    appointment = going_back.appointment
    if going_back.change.state_before is None:
        appointment.state = AppointmentState.ENTERED_IN_ERROR
    else:
        restore(appointment, going_back.change.before)
        appointment.starts_at, appointment.ends_at = going_back.treatment.starts_at, going_back.treatment.ends_at
    appointment.previous_state = None
    tell_calendars(appointment)
    if appointment.state in FREES_TIME:
        return []
    wanted = wanted_for(appointment, **going_back.lies._asdict(), may_touch_buffers=True)
    return [beside(each, occupied) for each in wanted] if appointment.state in HAPPENED else wanted
