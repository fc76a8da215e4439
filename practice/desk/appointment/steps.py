"""The choices before an act: where to move, why it is cancelled, whether a fee is charged, with whom to swap."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.accounts.permissions import Scope, may, scope_of
from practice.clinic.models import Therapist
from practice.clinic.queries import get_service, get_settings, list_therapists
from practice.core.actor import Actor
from practice.core.local_time import to_local
from practice.desk.fitting_times import FittingTime, next_three
from practice.desk.queries import days_window, list_visits
from practice.desk.visits import Visit, seen_by
from practice.scheduling.appointments.cancelling import (
    CANCEL_REASONS,
    CLINICS_OWN,
    CancelledBy,
    cancellation_fee,
    no_show_fee,
)
from practice.scheduling.claiming.loading import load
from practice.scheduling.free_time.search import StartsQuery

MONEY = "fee.manage"
_KEYS = "1234567890-="


@dataclass(frozen=True, slots=True)
class MoveChoices:
    """Times to move to: with the same therapist, and with a colleague."""

    same: Sequence[FittingTime]
    colleagues: Sequence[FittingTime]
    from_on: date | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with the key that chooses it."""

    code: str
    words: str
    key: str


@dataclass(frozen=True, slots=True)
class CancelChoices:
    """Why: the client's reasons and the practice's own; ``fee_cents`` is what cancelling now proposes, if late."""

    clients: Sequence[Reason]
    clinics: Sequence[Reason]
    fee_cents: int | None


def move_choices(session: Session, visit: Visit, *, from_on: date | None, actor: Actor, now: datetime) -> MoveChoices:
    """Return times to move to, with colleagues where *actor* may book them; at most ten statements."""
    query = StartsQuery(
        service_uid=visit.service.uid,
        location_uid=visit.location_uid,
        therapist_uids=(visit.therapist.uid,),
        client_uid=visit.client.uid if visit.client else None,
        moving_id=visit.id,
    )
    not_before = max(from_on, to_local(now, visit.zone).date()) if from_on else None
    same = next_three(session, query, from_on=not_before, usual=None, leaving=visit.starts_at, now=now)
    others = tuple(one.uid for one in _colleagues(session, visit, actor))
    if not others:
        return MoveChoices(same, (), from_on)
    query = replace(query, therapist_uids=others)
    return MoveChoices(same, next_three(session, query, from_on=not_before, usual=None, now=now), from_on)


def _colleagues(session: Session, visit: Visit, actor: Actor) -> list[Therapist]:
    if scope_of(actor, "appointment.change") is not Scope.ALL:
        return []
    service_id = get_service(session, visit.service.uid).id
    return [one for one in list_therapists(session, service_id=service_id) if one.uid != visit.therapist.uid]


def cancel_choices(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> CancelChoices:
    """Return the reasons, and to whoever handles money the fee that the practice's policy proposes now."""
    in_order = sorted(CANCEL_REASONS, key=lambda code: code in CLINICS_OWN)
    reasons = [Reason(code, CANCEL_REASONS[code], key) for code, key in zip(in_order, _KEYS, strict=False)]
    return CancelChoices(
        clients=[reason for reason in reasons if reason.code not in CLINICS_OWN],
        clinics=[reason for reason in reasons if reason.code in CLINICS_OWN],
        fee_cents=_late_fee(session, visit, now=now) if may(actor, MONEY) else None,
    )


def _late_fee(session: Session, visit: Visit, *, now: datetime) -> int | None:
    policy = get_settings(session, to_local(now, visit.zone).date())
    return cancellation_fee(load(session, visit.uid), policy, by=CancelledBy.CLIENT, now=now)


@dataclass(frozen=True, slots=True)
class NoShowFee:
    """Whether a no-show proposes a fee, and how much to whoever handles money."""

    is_proposed: bool
    cents: int | None


def proposed_no_show_fee(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> NoShowFee:
    """Return the fee that a no-show proposes."""
    cents = no_show_fee(visit.price_cents, get_settings(session, to_local(now, visit.zone).date()))
    return NoShowFee(bool(cents), cents if may(actor, MONEY) else None)


def swap_candidates(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> list[Visit]:
    """Return the other visits of the same day and place that are still to come and that *actor* may see."""
    window = days_window(visit.on, visit.on, visit.zone)
    others = list_visits(session, location_id=visit.location_id, window=window, now=now)
    return [other for other in seen_by(others, actor) if other.uid != visit.uid and other.is_expected]
