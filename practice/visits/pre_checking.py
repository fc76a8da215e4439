"""Recording the answers to the short questions; what they raise is returned, for raising it is done above."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.sealing import SealedRecord, open_record, record_to_write
from practice.core.actor import Actor, Role
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.safety.catalogue import Raised
from practice.safety.screening import renew_screening
from practice.visits.errors import NotAccepted
from practice.visits.models import PreCheck, Visit
from practice.visits.pre_check import Answers, faults_of, raised


def record_pre_check(
    session: Session, *, visit: Visit, answers: Answers, actor: Actor, now: datetime
) -> tuple[PreCheck, tuple[Raised, ...]]:
    """Record the answers of a visit and return them with the flags they raise, the gravest first (clinical.md 2.3).

    The flags are not raised here: ``treatment_plans.stopping`` does that in the same transaction. When a therapist
    hears that nothing is new, the client's screening counts anew (desk.md 1). Raises :class:`NotAccepted`.
    """
    if faults := faults_of(answers):
        raise NotAccepted(faults, "answers")
    sealed = record_to_write(session, client_id=visit.client_id, now=now)
    uid = new_uid()
    row = PreCheck(
        uid=uid,
        visit_id=visit.id,
        client_id=visit.client_id,
        all_no=answers.all_no,
        therapist_id=actor.therapist_id if actor.role is not Role.RECEPTIONIST else None,
        answers=sealed.seal_json(_as_json(answers), PreCheck.answers, uid),
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    if row.all_no and row.therapist_id is not None:
        renew_screening(session, client_id=visit.client_id, source="pre_check", actor=actor, now=now)
    record(session, Event("pre_check.record", "visit", visit.uid, actor, now, {"pre_check": uid}))
    return row, raised(answers)


def find_pre_check(session: Session, visit_id: int) -> PreCheck | None:
    """Return the answers of a visit that count, None while nobody asked."""
    newest = select(PreCheck).where(PreCheck.visit_id == visit_id).order_by(PreCheck.id.desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()


def answers_of(session: Session, row: PreCheck) -> Answers:
    """Return what was answered; raises ``SealBroken``."""
    return _opened(open_record(session, row.client_id), row)


def _as_json(answers: Answers) -> dict[str, list[str]]:
    return {
        "yes": sorted(answers.yes),
        "ruled_out": sorted(answers.ruled_out),
        "regions": sorted(answers.regions),
    }


def _opened(sealed: SealedRecord, row: PreCheck) -> Answers:
    kept = sealed.open_json(row.answers, PreCheck.answers, row.uid)
    return Answers(frozenset(kept["yes"]), frozenset(kept["ruled_out"]), frozenset(kept["regions"]))
