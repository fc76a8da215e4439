"""Which visits need a form of their clients: the first of each client that waits for one, or that the desk named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import ServiceKind
from practice.reminders.facts import FormWish
from practice.reminders.kinds import MessageKind, MessageState
from practice.reminders.models import Message
from practice.reminders.planned import stamp
from practice.safety.gate import Missing
from practice.safety.models import Screening
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.telling import AppointmentFacts

_KEPT = func.coalesce(Client.merged_into_id, Client.id)
_LACKS_FORM = and_(Appointment.state == AppointmentState.TENTATIVE, Appointment.tentative_reason == Missing.FORMS)
_FIRST_LOOK = and_(Appointment.state.in_(OPEN), Appointment.kind == ServiceKind.ASSESSMENT)


def form_wishes(
    session: Session, facts: Collection[AppointmentFacts], *, counts_for: timedelta, now: datetime
) -> dict[int, FormWish]:
    """Return what visits ask of their clients, by appointment; no statement while none of them may ask.

    A visit asks while it is tentative and no form is in force (one is for so long as *counts_for*), while it is an
    assessment of somebody who never gave one, and while the form that the desk asked for with it has not come. Of one
    client's visits the first asks for all.
    """
    asking = [each for each in facts if each.starts_at > now and _may_ask(each)]
    if not asking:
        return {}
    people = _people(session, {each.client_id for each in asking}, now)
    in_force_since = now - counts_for
    wishes = {each.id: people[each.client_id].wish_of(each, in_force_since) for each in asking}
    return {number: wish for number, wish in wishes.items() if wish is not None}


def _may_ask(facts: AppointmentFacts) -> bool:
    is_open = facts.state in OPEN and facts.client_id is not None
    return is_open and (facts.lacks_form or facts.is_assessment or facts.form_asked_at is not None)


@dataclass(frozen=True, slots=True)
class _Person:
    """What is known of one client's forms; ``first`` is the visit that asks unless the desk named one."""

    signed_at: datetime | None
    asked_before: datetime | None
    first: int | None

    def wish_of(self, facts: AppointmentFacts, in_force_since: datetime) -> FormWish | None:
        """Return what a visit asks of her, if anything."""
        asked_at, signed_at = facts.form_asked_at, self.signed_at
        if asked_at is not None and (signed_at is None or signed_at < asked_at):
            return FormWish(f"asked:{stamp(asked_at)}", asked_at, self._asked_since(asked_at))
        if facts.id != self.first:
            return None
        if signed_at is None:
            return FormWish("first", facts.changed_at, self.asked_before)
        if signed_at > in_force_since:
            return None
        return FormWish(f"after:{stamp(signed_at)}", facts.changed_at, self._asked_since(signed_at))

    def _asked_since(self, instant: datetime) -> datetime | None:
        asked = self.asked_before
        return asked if asked is not None and asked >= instant else None


def _people(session: Session, client_ids: Collection[int | None], now: datetime) -> Mapping[int | None, _Person]:
    rows = session.execute(select(Client.id, _KEPT).where(Client.id.in_(client_ids))).all()
    ids = {row[1] for row in rows}
    signed = _newest(session, select(_KEPT, func.max(Screening.signed_at)).join(Screening), ids)
    sent = select(_KEPT, func.max(Message.sent_at)).join(Message)
    is_form = and_(Message.kind == MessageKind.FORM, Message.state == MessageState.SENT)
    asked = _newest(session, sent.where(is_form), ids)
    firsts = _firsts(session, ids, signed, now)
    return {row[0]: _Person(signed.get(row[1]), asked.get(row[1]), firsts.get(row[1])) for row in rows}


def _newest(session: Session, rows: Select[int, datetime | None], ids: Collection[int]) -> dict[int, datetime]:
    found = session.execute(rows.where(_of(ids)).group_by(_KEPT)).all()
    return {row[0]: row[1] for row in found if row[1] is not None}


def _firsts(session: Session, ids: Collection[int], signed: Collection[int], now: datetime) -> dict[int, int]:
    """Return the first coming visit of each person that asks by itself."""
    rows = (
        select(_KEPT, Appointment.id, Appointment.kind)
        .join(Appointment, Appointment.client_id == Client.id)
        .where(_of(ids), Appointment.starts_at > now, or_(_LACKS_FORM, _FIRST_LOOK))
        .order_by(Appointment.starts_at.desc())
    )
    found = session.execute(rows).all()
    return {person: number for person, number, kind in found if kind != ServiceKind.ASSESSMENT or person not in signed}


def _of(ids: Collection[int]) -> ColumnElement[bool]:
    return or_(Client.id.in_(ids), Client.merged_into_id.in_(ids))
