"""One round of a form on the page of a visit: read it, record, go back; or show the page with the refusal."""

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.signing_pins import has_signing_pin, prove
from practice.accounts.step_up import StepUp
from practice.core.errors import PracticeError, WayOut
from practice.desk.answer_views import go_on
from practice.desk.not_readable import unreadable
from practice.desk.visit_record.note_forms import MINUTES, PLACES
from practice.desk.visit_record.page import visit_page
from practice.desk.visit_record.schemas import PAINS, SINGLES
from practice.desk.ways_out import BUTTONS, PlainPlace
from practice.treatment_plans.consent_texts import PLAN_CONSENT
from practice.visits.access import RECORD, visit_of_own_appointment
from practice.visits.body_map import PROMPT_SENTENCES
from practice.visits.measures import SYMPTOM_WORDS, SYMPTOMS
from practice.visits.models import Visit
from practice.visits.notes.consent import ELEMENTS
from practice.visits.notes.content import TEXTS
from practice.visits.notes.reactions import REACTIONS, SEVERITIES
from practice.visits.notes.techniques import POSITIONS, TECHNIQUES
from practice.visits.opening import open_visit
from practice.visits.pre_check import QUESTIONS
from practice.web.database import now, write
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of

Work = Callable[[Session, Visit, dict[str, Any]], object]


def who_and_when() -> dict[str, Any]:
    """Return the arguments that every verb takes."""
    return {"actor": current_actor(), "now": now()}


def record(uid: str, schema: Schema, work: Work, words: str) -> AnyResponse:
    """Record what a form says at the visit of an appointment, opened now if need be."""
    try:
        said = load_form(schema)
        write(lambda opened: work(opened, opened_visit(opened, uid), said))
    except InvalidForm as invalid:
        return show_page(uid, unreadable(invalid))
    except PracticeError as refusal:
        return show_page(uid, refusal)
    return go_on(f"/appointments/{uid}/visit", words)


def opened_visit(opened: Session, uid: str) -> Visit:
    """Return the visit of an own client's appointment; raises ``NotFound`` and ``NothingToRecordYet``."""
    visit_of_own_appointment(opened, uid, current_actor(), RECORD)
    return open_visit(opened, appointment_uid=uid, actor=current_actor(), now=now())


def show_page(uid: str, refusal: PracticeError | None = None) -> Response:
    """Show the page of a visit; each look is logged."""
    page = write(lambda opened: visit_page(opened, uid, refusal=refusal, actor=current_actor(), now=now()))
    place = PlainPlace(f"/appointments/{uid}/visit")
    return render_page(
        "desk/visit_record.html",
        status=200 if refusal is None else status_of(refusal),
        page=page,
        questions=QUESTIONS,
        sites=tuple(PAINS),
        sentences=PROMPT_SENTENCES,
        elements=tuple(zip(ELEMENTS, PLAN_CONSENT.elements, strict=True)),
        reactions=REACTIONS,
        severities=SEVERITIES,
        singles=SINGLES,
        symptoms=tuple(zip(SYMPTOMS, SYMPTOM_WORDS, strict=True)),
        **signing_words(place),
    )


def signing_words(place: PlainPlace) -> dict[str, Any]:
    """Return what the templates of a note need beside the note itself."""
    return {
        "texts": TEXTS,
        "techniques": TECHNIQUES,
        "places": PLACES,
        "positions": POSITIONS,
        "minutes": [(minutes, str(minutes)) for minutes in MINUTES],
        "has_pin": has_signing_pin(),
        "is_proven": is_good(prove(None)),
        "way_to": lambda way: way_to(way, place),
    }


def is_good(proof: StepUp | None) -> bool:
    """Return whether the asker typed the signing PIN here a moment ago."""
    return proof is not None and proof.is_good_for(current_actor(), now())


def way_to(way: WayOut, place: PlainPlace) -> dict[str, Any] | None:
    """Return where a way out leads on a page of clinical work, None when the page cannot do it."""
    if way.act not in BUTTONS:
        return None
    offer = BUTTONS[way.act](way, place)
    return {"url": offer.url, "post": offer.post, "fields": offer.fields, "attrs": offer.attrs}
