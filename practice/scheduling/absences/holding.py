"""Times kept for a visit that an absence hit: who reads them, and how they are given back.

Whoever changes them holds the lock of the visit's decision, so that they need none of their own.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.core.actor import Actor
from practice.scheduling.absences.kept_times import KeptTime, KeptTimes
from practice.scheduling.absences.models import TO_CALL, HeldTime, HitAnswer, TimesOffer
from practice.scheduling.claiming.claim import drop_holds, lock_diaries
from practice.scheduling.claiming.versions import bump
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Allocation, Appointment


class TimesEnd(StrEnum):
    """How an offer of times ended before it ran out."""

    TAKEN = "taken"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


def list_kept_times(session: Session, appointment_ids: Collection[int], *, now: datetime) -> dict[int, KeptTimes]:
    """Return what clients can still choose, by visit: not once the visit was moved or its call is settled."""
    rows = session.execute(
        select(TimesOffer, HeldTime, Therapist.name)
        .join(HeldTime, HeldTime.offer_id == TimesOffer.id)
        .join(Therapist, Therapist.id == HeldTime.therapist_id)
        .join(HitAnswer, HitAnswer.id == TimesOffer.answer_id)
        .join(Appointment, Appointment.id == TimesOffer.appointment_id)
        .where(
            TimesOffer.appointment_id.in_(appointment_ids),
            TimesOffer.ended_at.is_(None),
            TimesOffer.expires_at > now,
            Appointment.state.in_(sorted(OPEN)),
            Appointment.starts_at == TimesOffer.starts_at,
            Appointment.therapist_id == TimesOffer.therapist_id,
            *TO_CALL,
        )
        .order_by(HeldTime.starts_at, HeldTime.id)
        .execution_options(populate_existing=True)
    )
    offers: dict[int, TimesOffer] = {}
    times: dict[int, list[KeptTime]] = {}
    for offer, held, name in rows:
        offers[offer.appointment_id] = offer
        times.setdefault(offer.appointment_id, []).append(KeptTime(held.uid, held.starts_at, held.zone, name))
    return {
        number: KeptTimes(offer.uid, offer.offered_at, offer.expires_at, tuple(times[number]))
        for number, offer in offers.items()
    }


def is_in_question(session: Session, appointment_id: int) -> bool:
    """Return whether an absence hit a visit and nobody has settled it yet."""
    open_call = exists().where(HitAnswer.appointment_id == appointment_id, *TO_CALL)
    return session.execute(select(open_call)).scalar_one()


def find_offer(session: Session, answer: HitAnswer) -> TimesOffer | None:
    """Return the offer of a decision that has not ended, though it may have run out."""
    wanted = select(TimesOffer).where(TimesOffer.answer_id == answer.id, TimesOffer.ended_at.is_(None))
    return session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()


def end_times(session: Session, answer: HitAnswer, end: TimesEnd, *, actor: Actor, now: datetime) -> None:
    """Give back everything that is kept for a visit; nothing kept is no error."""
    offer = find_offer(session, answer)
    if offer is None:
        return
    holds = session.scalars(
        select(HeldTime.hold_id).where(HeldTime.offer_id == offer.id, HeldTime.hold_id.is_not(None))
    ).all()
    hold_ids = [number for number in holds if number is not None]
    lock_diaries(session, session.scalars(select(Allocation.diary_id).where(Allocation.appointment_id.in_(hold_ids))))
    _, touched = drop_holds(session, hold_ids)
    bump(session, touched)
    offer.ended_at, offer.end_kind, offer.ended_by = now, end, str(actor.role)
    session.flush()
