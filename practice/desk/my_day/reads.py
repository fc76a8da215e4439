"""What is known about several clients before they are treated; one statement each, merged records included."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.safety.catalogue import CATALOGUE, Tier
from practice.safety.models import Flag, HeardWord
from practice.scheduling.models import Appointment
from practice.treatment_plans.lifecycles import OPEN_PLANS, ConsentState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.version_models import PlanConsent, PlanVersion
from practice.visits.body_map import REGIONS
from practice.visits.measures import Timing
from practice.visits.models import Measure, Visit

LAST = 3
_PAINS = ("NPRS_LEG", "NPRS_BACK")
_KEPT = func.coalesce(Client.merged_into_id, Client.id)


@dataclass(frozen=True, slots=True)
class Warned:
    """An open flag as the therapist reads it."""

    title: str
    tier: Tier
    advice: str


@dataclass(frozen=True, slots=True)
class PainOn:
    """Pain before treatment at one visit; None was not asked."""

    on: date
    leg: int | None
    back: int | None


def open_flags_of(session: Session, client_ids: Collection[int], on: date) -> dict[int, list[Warned]]:
    """Return the flags of clients that are open on a day, the gravest first."""
    rows = (
        select(_KEPT.label("kept"), Flag.code, Flag.tier, Flag.region)
        .join(Client, Client.id == Flag.client_id)
        .where(_KEPT.in_(client_ids), Flag.closed_at.is_(None), or_(Flag.ends_on.is_(None), Flag.ends_on >= on))
        .order_by(Flag.tier, Flag.raised_at)
    )
    found: dict[int, list[Warned]] = {}
    for row in session.execute(rows):
        kind = CATALOGUE[row.code]
        title = f"{kind.title}: {REGIONS[row.region].label}" if row.region in REGIONS else kind.title
        found.setdefault(row.kept, []).append(Warned(title, Tier(row.tier), kind.advice))
    return found


def unread_words_of(session: Session, client_ids: Collection[int]) -> set[int]:
    """Return the clients about whom a caller said something that no therapist has read."""
    rows = (
        select(_KEPT)
        .join(HeardWord, HeardWord.client_id == Client.id)
        .where(_KEPT.in_(client_ids), HeardWord.read_at.is_(None))
    )
    return set(session.scalars(rows))


def without_consent(session: Session, client_ids: Collection[int]) -> set[int]:
    """Return the clients with an open plan whose newest version nobody has consented to."""
    given = select(PlanConsent.id).where(
        PlanConsent.version_id == PlanVersion.id, PlanConsent.state == ConsentState.GIVEN
    )
    rows = (
        select(_KEPT)
        .join(TreatmentPlan, TreatmentPlan.client_id == Client.id)
        .join(PlanVersion, PlanVersion.plan_id == TreatmentPlan.id)
        .where(
            _KEPT.in_(client_ids),
            TreatmentPlan.state.in_(OPEN_PLANS),
            PlanVersion.state.in_((VersionState.DRAFT, VersionState.ACTIVE)),
            ~given.exists(),
        )
    )
    return set(session.scalars(rows))


def last_pains_of(session: Session, client_ids: Collection[int], before: datetime) -> dict[int, Sequence[PainOn]]:
    """Return the pain before treatment at the last three visits of each client, the latest first."""
    rank = func.dense_rank().over(partition_by=_KEPT, order_by=Appointment.starts_at.desc())
    ranked = (
        select(_KEPT.label("kept"), Appointment.local_start, Measure.code, Measure.value, rank.label("place"))
        .join(Visit, Visit.client_id == Client.id)
        .join(Appointment, Appointment.id == Visit.appointment_id)
        .join(Measure, Measure.visit_id == Visit.id)
        .where(
            _KEPT.in_(client_ids),
            Appointment.starts_at < before,
            Measure.code.in_(_PAINS),
            Measure.part == "now",
            Measure.timing == Timing.PRE,
            Measure.is_current,
        )
        .subquery()
    )
    rows = session.execute(select(ranked).where(ranked.c.place <= LAST).order_by(ranked.c.kept, ranked.c.place))
    found: dict[int, dict[date, dict[str, int]]] = {}
    for row in rows:
        found.setdefault(row.kept, {}).setdefault(row.local_start.date(), {})[row.code] = int(row.value)
    return {
        client_id: [PainOn(on, pains.get(_PAINS[0]), pains.get(_PAINS[1])) for on, pains in days.items()]
        for client_id, days in found.items()
    }
