"""One appointment: its panel, the acts that are done at once, and the choices before the others."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on, nothing_to_show, with_news
from practice.desk.appointment.acts import DONE_WORDS, FINAL_WORDS, JUDGED_ACTS, PLAIN_ACTS, therapist_wanted
from practice.desk.appointment.in_link import call_off_with_linked, move_with_linked
from practice.desk.appointment.next_week import same_time_next_week
from practice.desk.appointment.panel import AppointmentPanel, appointment_panel, open_visit
from practice.desk.appointment.schemas import (
    CancelSchema,
    ClientChangeSchema,
    MoveSchema,
    NoShowSchema,
    ShortenSchema,
    SwapSchema,
    WaiverSchema,
)
from practice.desk.appointment.steps import cancel_choices, move_choices, proposed_no_show_fee, swap_candidates
from practice.desk.diary.address import find_day
from practice.desk.diary.beside_views import panel_answer
from practice.desk.not_readable import unreadable
from practice.desk.safety.asking import ask_therapist
from practice.desk.schemas import VersionSchema
from practice.scheduling.appointments.attending import mark_no_show
from practice.scheduling.appointments.cancelling import waive_fee
from practice.scheduling.appointments.forms import booking_rules, require_own_diary
from practice.scheduling.appointments.rescheduling import change_client
from practice.scheduling.appointments.shortening import shorten
from practice.scheduling.appointments.starting import start
from practice.scheduling.appointments.swapping import swap
from practice.scheduling.claiming.loading import load
from practice.scheduling.gating.converting import assess_instead
from practice.scheduling.models import Appointment
from practice.scheduling.ownership import require_own_client
from practice.web.database import now, session, write
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page, wants_fragment
from practice.web.problems import status_of

blueprint = Blueprint("appointments", __name__, url_prefix="/appointments/<uid:uid>", template_folder="../templates")

ATTEND, CHANGE, CANCEL, UNDO, FEE, TELL, SCREEN = (
    "appointment.attend",
    "appointment.change",
    "appointment.cancel",
    "appointment.undo",
    "fee.manage",
    "safety.tell",
    "safety.screen",
)
Work = Callable[[Session, dict[str, Any]], object]


def panel_of(uid: str, refusal: PracticeError | None = None) -> AppointmentPanel:
    """Return the panel of an appointment."""
    return appointment_panel(session(), uid, refusal=refusal, actor=current_actor(), now=now())


def show_panel(uid: str, *, step: str = "", refusal: PracticeError | None = None, **choices: Any) -> Response:
    """Show the panel, with the choices of a step if one is open."""
    status = status_of(refusal) if refusal else 200
    panel = panel_of(uid, refusal)
    return panel_answer("desk/appointment_panel.html", panel.behind, status=status, panel=panel, step=step, **choices)


def show_done(uid: str, words: str) -> AnyResponse:
    """Answer an act that was done: the panel as it is now, and the news for the pages around it."""
    panel = panel_of(uid)
    said, can_undo = f"{panel.visit.name} {words}", words not in FINAL_WORDS
    if not wants_fragment():
        return go_on(panel.path, said, can_undo=can_undo)
    if request.headers.get("HX-Target", "panel") != "panel":
        return nothing_to_show(said, can_undo=can_undo)
    return with_news(show_panel(uid), said, can_undo=can_undo)


def act(uid: str, action: str, schema: Schema, work: Work, words: str) -> AnyResponse:
    """Do one act in one transaction and show what is true then; a refusal is shown with its ways out."""
    try:
        said = load_form(schema)
        write(lambda opened: _judged(opened, uid, action, said, work))
    except InvalidForm as invalid:
        return show_panel(uid, refusal=unreadable(invalid))
    except PracticeError as refusal:
        return show_panel(uid, refusal=refusal)
    return show_done(uid, words)


def _judged(opened: Session, uid: str, action: str, said: dict[str, Any], work: Work) -> object:
    open_visit(opened, uid, action, actor=current_actor(), now=now())
    return work(opened, said)


def who_and_when() -> dict[str, Any]:
    """Return the arguments that every verb takes."""
    return {"actor": current_actor(), "now": now()}


@blueprint.get("")
@requires("appointment.read")
def show(uid: str) -> Response:
    """Show one appointment."""
    return show_panel(uid)


def _plain(verb: str, action: str) -> Callable[[str], AnyResponse]:
    @requires(action)
    def view(uid: str) -> AnyResponse:
        return act(
            uid,
            action,
            VersionSchema(),
            lambda opened, said: _do(verb, opened, appointment_uid=uid, **said, **who_and_when()),
            DONE_WORDS[verb],
        )

    return view


def _do(verb: str, opened: Session, **named: Any) -> Appointment:
    if verb in JUDGED_ACTS:
        return JUDGED_ACTS[verb](opened, rules=booking_rules(), **named)
    return PLAIN_ACTS[verb](opened, **named)


for _verb, _action in (
    ("confirm", ATTEND),
    ("settle", CHANGE),
    ("arrive", ATTEND),
    ("complete", ATTEND),
    ("undo", UNDO),
    ("ask-form", CHANGE),
):
    blueprint.add_url_rule(f"/{_verb}", _verb, _plain(_verb, _action), methods=["POST"])


@blueprint.post("/start")
@requires(ATTEND)
def post_start(uid: str) -> AnyResponse:
    """Begin the treatment."""

    def work(opened: Session, said: dict[str, Any]) -> Appointment:
        return start(opened, appointment_uid=uid, **said, rules=booking_rules(), **who_and_when())

    return act(uid, ATTEND, VersionSchema(), work, DONE_WORDS["start"])


@blueprint.post("/assess")
@requires(ATTEND)
def post_assess(uid: str) -> AnyResponse:
    """Make it an assessment in the same slot."""

    def work(opened: Session, said: dict[str, Any]) -> Appointment:
        return assess_instead(opened, appointment_uid=uid, **said, rules=booking_rules(), **who_and_when())

    return act(uid, ATTEND, VersionSchema(), work, DONE_WORDS["assess"])


@blueprint.post("/shorten")
@requires(CHANGE)
def post_shorten(uid: str) -> AnyResponse:
    """Let a visit whose client comes late end earlier, or be a shorter service."""

    def work(opened: Session, said: dict[str, Any]) -> Appointment:
        service_uid = said.pop("service", None)
        more = {**said, "service_uid": service_uid, **who_and_when()}
        return shorten(opened, appointment_uid=uid, rules=booking_rules(), **more)

    return act(uid, CHANGE, ShortenSchema(), work, DONE_WORDS["shorten"])


@blueprint.get("/form")
@requires(SCREEN)
def show_form(uid: str) -> AnyResponse:
    """Lead to the form of the client."""
    visit = open_visit(session(), uid, SCREEN, **who_and_when())
    return redirect(f"/clients/{visit.client.uid}/form" if visit.client else f"/appointments/{uid}", 303)


@blueprint.post("/ask-therapist")
@requires(TELL)
def post_ask(uid: str) -> AnyResponse:
    """Ask a therapist to call the client."""

    def work(opened: Session, _said: dict[str, Any]) -> None:
        if (client := load(opened, uid).client) is not None:
            ask_therapist(opened, client, **who_and_when())

    return act(uid, TELL, VersionSchema(), work, DONE_WORDS["ask-therapist"])


@blueprint.get("/move")
@requires(CHANGE)
def show_move(uid: str) -> Response:
    """Show the next fitting times to move to."""
    visit = open_visit(session(), uid, CHANGE, **who_and_when())
    from_on = find_day(request.args.get("from_on", ""))
    return show_panel(uid, step="move", times=move_choices(session(), visit, from_on=from_on, **who_and_when()))


@blueprint.post("/move")
@requires(CHANGE)
def post_move(uid: str) -> AnyResponse:
    """Move to a chosen time, or where it was dragged to."""

    def work(opened: Session, wanted: dict[str, Any]) -> object:
        if target := therapist_wanted(wanted):
            require_own_diary(opened, target, current_actor(), CHANGE)
        return move_with_linked(opened, uid, wanted, rules=booking_rules(), **who_and_when())

    return act(uid, CHANGE, MoveSchema(), work, DONE_WORDS["move"])


@blueprint.get("/cancel")
@requires(CANCEL)
def show_cancel(uid: str) -> Response:
    """Show why it may be cancelled, and what that costs."""
    visit = open_visit(session(), uid, CANCEL, actor=current_actor(), now=now())
    return show_panel(uid, step="cancel", reasons=cancel_choices(session(), visit, **who_and_when()))


@blueprint.post("/cancel")
@requires(CANCEL)
def post_cancel(uid: str) -> AnyResponse:
    """Cancel with a reason."""
    return act(
        uid,
        CANCEL,
        CancelSchema(),
        lambda opened, said: call_off_with_linked(opened, uid, said, **who_and_when()),
        DONE_WORDS["cancel"],
    )


@blueprint.get("/no-show")
@requires(ATTEND)
def show_no_show(uid: str) -> Response:
    """Ask whether the fee is proposed."""
    visit = open_visit(session(), uid, ATTEND, actor=current_actor(), now=now())
    return show_panel(uid, step="no-show", fee=proposed_no_show_fee(session(), visit, **who_and_when()))


@blueprint.post("/no-show")
@requires(ATTEND)
def post_no_show(uid: str) -> AnyResponse:
    """Mark a no-show."""

    def work(opened: Session, said: dict[str, Any]) -> Appointment:
        return mark_no_show(opened, appointment_uid=uid, **{"charge_fee": False, **said}, **who_and_when())

    return act(uid, ATTEND, NoShowSchema(), work, DONE_WORDS["no-show"])


@blueprint.post("/waive-fee")
@requires(FEE)
def post_waive_fee(uid: str) -> AnyResponse:
    """Let the proposed fee go, with a reason."""

    def work(opened: Session, said: dict[str, Any]) -> Appointment:
        return waive_fee(opened, appointment_uid=uid, **{"reason": "", **said}, **who_and_when())

    return act(uid, FEE, WaiverSchema(), work, DONE_WORDS["waive-fee"])


@blueprint.get("/swap")
@requires(CHANGE)
def show_swap(uid: str) -> Response:
    """Show with whom to swap."""
    visit = open_visit(session(), uid, CHANGE, **who_and_when())
    return show_panel(uid, step="swap", others=swap_candidates(session(), visit, **who_and_when()))


@blueprint.post("/swap")
@requires(CHANGE)
def post_swap(uid: str) -> AnyResponse:
    """Swap rooms, therapists or times of two appointments."""

    def work(opened: Session, said: dict[str, Any]) -> object:
        open_visit(opened, said["other"], CHANGE, **who_and_when())
        return swap(
            opened,
            appointment_uid=uid,
            other_uid=said["other"],
            what=said["what"],
            rules=booking_rules(),
            **who_and_when(),
        )

    return act(uid, CHANGE, SwapSchema(), work, DONE_WORDS["swap"])


@blueprint.get("/client")
@requires(CHANGE)
def show_client(uid: str) -> Response:
    """Ask to whom the time is given."""
    open_visit(session(), uid, CHANGE, actor=current_actor(), now=now())
    return show_panel(uid, step="client")


@blueprint.post("/client")
@requires(CHANGE)
def post_client(uid: str) -> AnyResponse:
    """Give the time to another client."""

    def work(opened: Session, said: dict[str, Any]) -> Appointment:
        more = {name: said[name] for name in ("version", "override_reason") if name in said}
        require_own_client(opened, said["client"], current_actor(), CHANGE)
        return change_client(
            opened, appointment_uid=uid, client_uid=said["client"], rules=booking_rules(), **more, **who_and_when()
        )

    return act(uid, CHANGE, ClientChangeSchema(), work, DONE_WORDS["client"])


@blueprint.get("/again")
@requires("appointment.book")
def again(uid: str) -> AnyResponse:
    """Lead to a new booking at the same time next week."""
    visit = open_visit(session(), uid, "appointment.book", actor=current_actor(), now=now())
    return redirect(same_time_next_week(visit), 303)


@blueprint.get("/card")
@requires("appointment.read")
def card(uid: str) -> Response:
    """Show the appointment card to be printed."""
    visit = open_visit(session(), uid, "appointment.read", actor=current_actor(), now=now())
    return render_page("desk/card.html", visit=visit, location=load(session(), uid).location)
