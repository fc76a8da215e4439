"""A form that was sent in, gone through with the client and signed by a therapist: it counts from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.clients.sealing import open_record
from practice.clinic.queries import practice_zone
from practice.core.errors import NotFound
from practice.core.local_time import wall_time
from practice.desk.safety.page import note_reading
from practice.safety.models import Screening
from practice.safety.queries import get_screening
from practice.safety.questions import FORMS
from practice.safety.screening import sign_screening
from practice.scheduling.gating.restanding import restand
from practice.web.database import now, session, write
from practice.web.form_pages import post_act
from practice.web.pages import render_page

blueprint = Blueprint("screening_signing", __name__, template_folder="../templates")

MANAGE = "safety.manage"


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with what was answered; ``is_unusual`` is what to talk about."""

    words: str
    answer: str
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form as a therapist reads it."""

    client: Client
    form: Screening
    answers: Sequence[Answered]
    said: Mapping[str, str]
    zone: str

    @property
    def unusual(self) -> list[Answered]:
        """Return what is to be talked about."""
        return [each for each in self.answers if each.is_unusual]

    @property
    def usual(self) -> list[Answered]:
        """Return what says nothing new."""
        return [each for each in self.answers if not each.is_unusual]

    @property
    def submitted_at(self) -> datetime:
        """Return the local day and time of sending in."""
        return wall_time(self.form.submitted_at, self.zone)

    @property
    def path(self) -> str:
        """Return the page's address."""
        return f"/clients/{self.client.uid}/screenings/{self.form.uid}"


@blueprint.get("/clients/<uid:uid>/screenings/<uid:part>")
@requires(MANAGE)
def show(uid: str, part: str) -> Response:
    """Show every answer, and write down that they were read."""

    def look(opened: Session) -> None:
        note_reading(opened, _own(opened, uid, part)[0], actor=current_actor(), now=now())

    write(look)
    client, form = _own(session(), uid, part)
    return render_page("desk/screening_signing.html", page=_page(session(), client, form))


@blueprint.post("/clients/<uid:uid>/screenings/<uid:part>/sign")
@requires(MANAGE)
def post_sign(uid: str, part: str) -> Response:
    """Let the form count from now on."""

    def work(opened: Session) -> None:
        client, _ = _own(opened, uid, part)
        sign_screening(opened, uid=part, actor=current_actor(), now=now())
        restand(opened, client_ids={client.id}, actor=current_actor(), now=now())

    return post_act(work, f"/clients/{uid}/safety", said="The form is signed, and what is booked stands by it.")


def _own(opened: Session, uid: str, part: str) -> tuple[Client, Screening]:
    client = get_client(opened, uid)
    require_own(opened, current_actor(), MANAGE, client_id=client.id)
    form = get_screening(opened, part)
    if opened.get_one(Client, form.client_id).kept_id != client.id:
        raise NotFound("There is no such form of this client.")
    return client, form


def _page(opened: Session, client: Client, form: Screening) -> FormPage:
    sealed = open_record(opened, form.client_id)
    given = {} if form.answers is None else sealed.open_json(form.answers, Screening.answers, form.uid)
    said = {} if form.attestation is None else sealed.open_json(form.attestation, Screening.attestation, form.uid)
    answers = [
        Answered(question.words, dict(question.choices)[given[key]], given[key] != question.values[0])
        for key, question in FORMS[form.form_version].questions.items()
        if key in given
    ]
    return FormPage(client, form, answers, said, practice_zone(opened))
