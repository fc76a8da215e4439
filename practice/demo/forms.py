"""The forms of the demo's clients: filled in on paper before the first visit, asked again at the table."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.actor import Actor
from practice.core.local_time import wall_time
from practice.demo.premises import ZONE
from practice.safety.answering import Attestation
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm, record_screening, renew_screening
from practice.scheduling.gating.restanding import restand

ASKED_AGAIN_AFTER = timedelta(days=30)
SEEN_BEFORE = timedelta(days=12)


def fill_in(session: Session, client: Client, *, actor: Actor, now: datetime) -> None:
    """Record a form in which all is well and a doctor has said that massage is safe."""
    seen_on = wall_time(now, ZONE).date() - SEEN_BEFORE
    answers = {key: question.values[0] for key, question in FORM.questions.items()}
    form = FilledForm(answers, "paper", Attestation("Dr. R. Amari", seen_on))
    record_screening(session, client_id=client.id, form=form, actor=actor, now=now)


def ask_again(session: Session, client_ids: Collection[int], *, actor: Actor, now: datetime) -> None:
    """Let a therapist ask the short questions at the table and find nothing new."""
    for client_id in client_ids:
        renew_screening(session, client_id=client_id, source="pre_check", actor=actor, now=now)
    restand(session, client_ids=client_ids, actor=actor, now=now)
