"""What the whole desk may do for a client's safety, without reading any of it: the form, a note, a call."""

from typing import Any

from flask import Blueprint, flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.desk.safety.asking import ask_therapist
from practice.safety.heard import note_heard
from practice.safety.questions import FORM
from practice.safety.schemas import ScreeningSchema, WordsSchema, form_of
from practice.treatment_plans.taking_forms import take_form
from practice.web.database import now, session, write
from practice.web.form_pages import post_act, post_form
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page

blueprint = Blueprint("safety_pages", __name__, url_prefix="/clients/<uid:uid>", template_folder="../templates")

SCREEN, TELL = "safety.screen", "safety.tell"


def own_client(opened: Session, uid: str, action: str) -> Client:
    """Return a client; raises ``NotFound``, also for one who is not the therapist's own."""
    client = get_client(opened, uid)
    require_own(opened, current_actor(), action, client_id=client.id)
    return client


@blueprint.get("/form")
@requires(SCREEN)
def show_form(uid: str) -> AnyResponse:
    """Show the form, to be handed over on the tablet."""
    return _page(uid, FormState())


@blueprint.post("/form")
@requires(SCREEN)
def post_form_here(uid: str) -> AnyResponse:
    """Keep what the client filled in here; nobody at the desk sees the answers again."""

    def act(opened: Session, body: dict[str, Any], _version: int | None) -> str:
        client = own_client(opened, uid, SCREEN)
        form = form_of(body, source="tablet" if body.get("agrees") else "paper")
        is_urgent = take_form(opened, client_id=client.id, form=form, actor=current_actor(), now=now())
        return f"/clients/{uid}/form/{'urgent' if is_urgent else 'thanks'}"

    said = "The form is kept."
    return post_form(
        ScreeningSchema(), act, lambda form, status: _page(uid, form, status), said=said, actor=current_actor()
    )


@blueprint.get("/form/thanks")
@requires(SCREEN)
def show_thanks(uid: str) -> AnyResponse:
    """Thank for the form, and ask to hand the tablet back."""
    return _ended(uid, is_urgent=False)


@blueprint.get("/form/urgent")
@requires(SCREEN)
def show_urgent(uid: str) -> AnyResponse:
    """Say at once what somebody must do whose answers are an emergency."""
    return _ended(uid, is_urgent=True)


@blueprint.post("/heard")
@requires(TELL)
def post_heard(uid: str) -> AnyResponse:
    """Keep what a caller said about her health; only a therapist can read it."""
    own_client(session(), uid, TELL)
    try:
        words = load_form(WordsSchema())["words"]
    except InvalidForm:
        flash("Write a few words first.", "warn")
        return redirect(f"/clients/{uid}", 303)

    def work(opened: Session) -> None:
        client = own_client(opened, uid, TELL)
        note_heard(opened, client_id=client.id, words=words, actor=current_actor(), now=now())

    return post_act(work, f"/clients/{uid}", said="It is kept for a therapist. You cannot read it again.")


@blueprint.post("/ask-therapist")
@requires(TELL)
def post_ask(uid: str) -> AnyResponse:
    """Ask a therapist to call the client."""

    def work(opened: Session) -> None:
        ask_therapist(opened, own_client(opened, uid, TELL), actor=current_actor(), now=now())

    write(work)
    flash("A therapist is asked to call.", "ok")
    return redirect(f"/clients/{uid}", 303)


def _page(uid: str, form: FormState, status: int = 200) -> AnyResponse:
    client = own_client(session(), uid, SCREEN)
    return render_page("desk/screening.html", status=status, client=client, form=form, asked=FORM)


def _ended(uid: str, *, is_urgent: bool) -> AnyResponse:
    client = own_client(session(), uid, SCREEN)
    return render_page("desk/screening_ended.html", client=client, is_urgent=is_urgent)
