"""Raising a flag and everything that follows, in one transaction: the only way in which anything raises one.

A T0 cancels the client's coming visits without a mail, a T1 makes treatments tentative and asks for a document; either
puts the plan on hold.
Clearances of the flag's group and the task to phone are seen to by ``safety.flagging`` below.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.clients.models import Client
from practice.clinic.models import ServiceKind, StaffTask
from practice.clinic.tasks import assign_task, finish_task, open_task
from practice.core.actor import Actor, Role
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.core.failpoints import failpoint
from practice.safety import flagging
from practice.safety.catalogue import T0, T1, Raised
from practice.safety.models import Flag
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy, called_off
from practice.scheduling.appointments.changing import change_several
from practice.scheduling.appointments.history import Act, step, tell
from practice.scheduling.claiming.claim import lock_diaries
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment, AppointmentChange
from practice.scheduling.telling import TELL_STOPPED, stopped_act, stopped_key
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import HoldReason, PlanState
from practice.treatment_plans.queries import find_open_plan

DOCUMENT_WANTED = "document_wanted"
"""The kind of the task that a therapist asks a clinician for the word without which nothing is treated."""

STOPPED = CallingOff("therapist_asked", CancelledBy.CLINIC, tell_client=False)


def raise_flag(
    session: Session, *, client_id: int, raised: Raised, source: str, note: str = "", actor: Actor, now: datetime
) -> Flag:
    """Raise one flag and do at once what its tier asks (clinical.md 2.1, desk.md 2)."""
    flag = flagging.raise_flag(
        session, client_id=client_id, raised=raised, source=source, note=note, actor=actor, now=now
    )
    failpoint("stopping.after_flag")
    _stop(session, client_id, [flag], actor=actor, now=now)
    return flag


def raise_flags(
    session: Session, *, client_id: int, raised: Iterable[Raised], source: str, actor: Actor, now: datetime
) -> list[Flag]:
    """Raise several flags of one form or pre-check as one act."""
    flags = [
        flagging.raise_flag(session, client_id=client_id, raised=each, source=source, actor=actor, now=now)
        for each in raised
    ]
    failpoint("stopping.after_flag")
    _stop(session, client_id, flags, actor=actor, now=now)
    return flags


def _stop(session: Session, client_id: int, flags: Collection[Flag], *, actor: Actor, now: datetime) -> None:
    tiers = {flag.tier for flag in flags}
    if not tiers & {T0, T1}:
        return
    _hold_plan(session, client_id, actor=actor, now=now)
    failpoint("stopping.after_hold")
    if T0 in tiers:
        _cancel_visits(session, client_id, actor=actor, now=now)
    else:
        _make_tentative(session, client_id, actor=actor, now=now)
        _want_document(session, client_id, flags, actor=actor, now=now)


def _hold_plan(session: Session, client_id: int, *, actor: Actor, now: datetime) -> None:
    plan = find_open_plan(session, client_id)
    if plan is not None and plan.state == PlanState.ACTIVE:
        hold(session, plan_uid=plan.uid, reason=HoldReason.NEW_FLAG, actor=actor, now=now)


def _cancel_visits(session: Session, client_id: int, *, actor: Actor, now: datetime) -> None:
    """Call off every visit to come except phone calls; the client is told when staff have chosen how."""
    alter = called_off(session, STOPPED, now=now)
    act_id, cancelled = new_uid(), list[Appointment]()
    act = Act("cancel", id=act_id)
    # Booked at the same moment it may appear only now that the client's diary is locked.
    while ids := _coming(session, client_id, Appointment.kind != ServiceKind.PHONE, now=now):
        cancelled += change_several(session, ids, act, alter, actor=actor, now=now)
        session.flush()
    if not cancelled:
        return
    task = open_task(
        session,
        kind=TELL_STOPPED,
        subject_kind="client",
        subject_id=client_id,
        due_at=now,
        dedupe_key=stopped_key(act_id),
        now=now,
    )
    data = {"visits": len(cancelled)}
    record(session, Event("visits.stopped", "task", task.uid, actor, now, data))


def _make_tentative(session: Session, client_id: int, *, actor: Actor, now: datetime) -> None:
    def alter(appointment: Appointment) -> None:
        step(appointment, AppointmentState.TENTATIVE, "made tentative")
        appointment.tentative_reason = "clearance_needed"

    firm = (Appointment.kind == ServiceKind.HANDS_ON) & (Appointment.state == AppointmentState.BOOKED)
    while ids := _coming(session, client_id, firm, now=now):
        change_several(session, ids, Act("make_tentative", id=new_uid()), alter, actor=actor, now=now)
        session.flush()


def _want_document(session: Session, client_id: int, flags: Collection[Flag], *, actor: Actor, now: datetime) -> None:
    """Open the task for a block, once for each flag; one that is over by tomorrow needs no document."""
    blocking = [flag for flag in flags if flag.tier == T1 and flag.ends_on is None]
    if not blocking:
        return
    task = open_task(
        session,
        kind=DOCUMENT_WANTED,
        subject_kind="client",
        subject_id=client_id,
        due_at=now,
        dedupe_key=f"{DOCUMENT_WANTED}:{blocking[0].uid}",
        now=now,
    )
    if task.state == "open" and task.assigned_role != Role.THERAPIST:
        assign_task(session, task=task, role=Role.THERAPIST, user_id=None, actor=actor, now=now)


def _coming(session: Session, client_id: int, condition: ColumnElement[bool], *, now: datetime) -> list[int]:
    """Return the visits to come, read while nobody else can book for the client."""
    lock_diaries(session, session.scalars(select(Client.diary_id).where(Client.id.in_(records_of(client_id)))))
    wanted = select(Appointment.id).where(
        Appointment.client_id.in_(records_of(client_id)),
        Appointment.state.in_(OPEN),
        Appointment.starts_at > now,
        condition,
    )
    return list(session.scalars(wanted.order_by(Appointment.starts_at)))


def tell_stopped(
    session: Session, *, task: StaffTask, by_mail: bool, version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Close the task of :data:`TELL_STOPPED`: the client was told by phone, or one neutral mail goes out for all.

    Raises ``NotFound`` for a task of another kind, ``TaskDone`` and ``StaleVersion``.
    """
    if task.kind != TELL_STOPPED:
        raise NotFound("There is nothing here by that name.")
    acted_on = select(AppointmentChange.appointment_id).where(AppointmentChange.act_id == stopped_act(task.dedupe_key))
    finish_task(session, task=task, outcome="mailed" if by_mail else "reached", version=version, actor=actor, now=now)
    if by_mail:
        # A mail that leaves cannot be called back.
        task.was = None
        for appointment in session.scalars(select(Appointment).where(Appointment.id.in_(acted_on)).with_for_update()):
            appointment.tell_client = True
            tell(appointment)
