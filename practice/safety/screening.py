"""Taking a screening: the answers are sealed, what they raise is returned to whoever may raise it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.clients.models import Client
from practice.clients.sealing import record_to_write
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.safety.answering import Attestation, flags_of, missing_answers, unknown_answers
from practice.safety.catalogue import Raised
from practice.safety.errors import AlreadySigned, FormIncomplete
from practice.safety.models import Screening
from practice.safety.questions import FORM

SOURCES = ("link", "tablet", "paper", "therapist")
RENEWALS = ("pre_check", "reassessment")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as it was filled in: its answers, who said that massage is safe, and whether it is signed."""

    answers: Mapping[str, str]
    source: str
    attestation: Attestation | None = None
    is_signed: bool = True
    version: str = FORM.version


def record_screening(
    session: Session, *, client_id: int, form: FilledForm, actor: Actor, now: datetime
) -> tuple[Screening, tuple[Raised, ...]]:
    """Store a form and return it with the flags that it raises; ``treatment_plans.stopping`` raises them.

    Raises :class:`FormIncomplete` naming every question that is open or unknown.
    """
    if faults := [*missing_answers(form.version, form.answers), *unknown_answers(form.version, form.answers)]:
        raise FormIncomplete(faults)
    today = practice_today(session, now)
    sealed = record_to_write(session, client_id=client_id, now=now)
    row = Screening(
        uid=new_uid(),
        client_id=client_id,
        form_version=form.version,
        source=form.source,
        is_baseline=form.attestation is not None and form.attestation.counts_on(today),
        submitted_at=now,
        signed_at=now if form.is_signed else None,
        recorded_by_id=actor.user_id,
    )
    row.answers = sealed.seal_json(dict(form.answers), Screening.answers, row.uid)
    if form.attestation is not None:
        said = {"clinician": form.attestation.clinician, "seen_on": form.attestation.seen_on.isoformat()}
        row.attestation = sealed.seal_json(said, Screening.attestation, row.uid)
    session.add(row)
    session.flush()
    client = session.get_one(Client, client_id)
    record(session, Event("screening.record", "screening", row.uid, actor, now, {"source": form.source}))
    return row, flags_of(form.version, form.answers, born_on=client.born_on, on=today)


def sign_screening(session: Session, *, uid: str, actor: Actor, now: datetime) -> Screening:
    """Let a form count from now on: a therapist went through it with the client. Raises :class:`AlreadySigned`."""
    row = session.execute(select(Screening).where(Screening.uid == uid).with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such form.")
    if row.signed_at is not None:
        raise AlreadySigned
    row.signed_at = now
    session.flush()
    record(session, Event("screening.sign", "screening", row.uid, actor, now))
    return row


def renew_screening(session: Session, *, client_id: int, source: str, actor: Actor, now: datetime) -> Screening | None:
    """Let a signed form count anew from now on, because a therapist asked again and nothing was new.

    None when there is no signed form to renew: a few questions on the day never replace the whole form.
    """
    newest = select(Screening).where(Screening.client_id.in_(records_of(client_id)), Screening.signed_at.is_not(None))
    known = session.scalars(newest.order_by(Screening.signed_at.desc()).limit(1)).one_or_none()
    if known is None:
        return None
    row = Screening(
        uid=new_uid(),
        client_id=client_id,
        form_version=known.form_version,
        source=source,
        is_baseline=known.is_baseline,
        submitted_at=now,
        signed_at=now,
        recorded_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    record(session, Event("screening.renew", "screening", row.uid, actor, now, {"source": source}))
    return row
