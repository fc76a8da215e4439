"""Booking: the panel, the search in it, holding and renewing a time, and the booking itself."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients, own_therapist_id
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.answer_views import nothing_to_show, with_news
from practice.desk.appointment.views import show_done
from practice.desk.booking.acts import book_draft, in_own_diary, keep_time
from practice.desk.booking.choices import completed
from practice.desk.booking.draft import Draft
from practice.desk.booking.duplicates import likely_duplicates
from practice.desk.booking.forms import changed_field, read_draft, readable_part
from practice.desk.booking.panel import NO_TROUBLE, Trouble, booking_panel, trouble_of
from practice.desk.client_card import find_clients
from practice.desk.diary.beside_views import panel_answer
from practice.desk.queries import find_hold
from practice.desk.visits import seconds_held
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.appointments.holding import release_hold, renew_hold
from practice.web.database import now, session, write
from practice.web.forms import InvalidForm
from practice.web.idempotency import Answer, once, request_key
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("booking", __name__, template_folder="../templates")


def show_draft(draft: Draft, trouble: Trouble = NO_TROUBLE, *, status: int = 200) -> Response:
    """Show the booking panel of a draft."""
    panel = booking_panel(session(), draft, trouble=trouble, changed=changed_field(), actor=current_actor(), now=now())
    return panel_answer("desk/booking_panel.html", panel.behind, status=status, panel=panel)


def _with_draft(view: Callable[[Draft], AnyResponse]) -> Callable[[], AnyResponse]:
    """Give a view the draft that was sent; show the panel again, errors and all, if it cannot be read."""

    @wraps(view)
    def read() -> AnyResponse:
        sent = request.form if request.method == "POST" else request.args
        try:
            draft = read_draft(sent)
        except InvalidForm as invalid:
            return show_draft(readable_part(sent, invalid.errors), Trouble(errors=invalid.errors), status=422)
        return view(draft)

    return read


def _show_refused(draft: Draft, refusal: PracticeError) -> Response:
    return show_draft(draft, Trouble(refusal), status=status_of(refusal))


@blueprint.get("/book")
@requires("appointment.book")
@_with_draft
def start(draft: Draft) -> Response:
    """Open the panel, with whatever the link knows already."""
    return show_draft(draft, trouble_of(session(), draft, actor=current_actor(), now=now()))


@blueprint.post("/book/draft")
@requires("appointment.hold")
@_with_draft
def redraw(draft: Draft) -> Response:
    """Show the panel anew after a change, with the chosen time held."""
    return hold_draft(draft)


def hold_draft(draft: Draft) -> Response:
    """Hold the time chosen and show the panel."""
    actor, instant = current_actor(), now()

    def work(opened: Session) -> Draft:
        whole = completed(opened, in_own_diary(opened, draft, actor), actor=actor, now=instant)
        return keep_time(opened, whole, rules=booking_rules(), actor=actor, now=instant)

    try:
        held = write(work)
    except PracticeError as refusal:
        return _show_refused(draft, refusal)
    answer = show_draft(held)
    return answer if held.hold == draft.hold else with_news(answer)


@blueprint.post("/book")
@requires("appointment.book")
@_with_draft
def book(draft: Draft) -> AnyResponse:
    """Book what the form says."""
    actor, instant, key = current_actor(), now(), request_key()

    def work(opened: Session) -> Answer:
        whole = completed(opened, in_own_diary(opened, draft, actor), actor=actor, now=instant)
        booked = book_draft(opened, whole, rules=booking_rules(), actor=actor, now=instant)
        return Answer(201, {"appointment": booked.uid})

    try:
        answer = write(lambda opened: once(opened, lambda: work(opened), key=key, actor=actor, now=instant))
    except PracticeError as refusal:
        return _show_refused(draft, refusal)
    return show_done(str(answer.body["appointment"]), "is booked")


@blueprint.post("/book/renew")
@requires("appointment.hold")
def renew() -> Response:
    """Keep the held time while the panel is open; say so when it can be kept no longer."""
    draft, actor, instant = read_draft(request.form), current_actor(), now()
    own_therapist_id(session(), actor, "appointment.hold")
    try:
        write(lambda opened: renew_hold(opened, hold_uid=draft.hold, actor=actor, now=instant))
    except PracticeError as refusal:
        return _show_refused(draft, refusal)
    hold = find_hold(session(), draft.hold, actor=actor, now=instant)
    return render_page("desk/hold_left.html", seconds=seconds_held(hold, instant) if hold else 0)


@blueprint.post("/book/release")
@requires("appointment.hold")
def release() -> Response:
    """Give the held time back: the panel was closed."""
    # Only this field: what else was typed may be half written when the panel is closed.
    typed = MultiDict([("hold", request.form.get("hold", ""))])
    hold_uid, actor = read_draft(typed).hold, current_actor()
    own_therapist_id(session(), actor, "appointment.hold")
    write(lambda opened: release_hold(opened, hold_uid=hold_uid, actor=actor, now=now()))
    return nothing_to_show()


@blueprint.get("/book/clients")
@requires("client.search")
def search() -> Response:
    """List the clients who match what is being typed, and offer to open a record."""
    typed = request.args.get("typed", "")[:120].strip()
    among = own_clients(session(), current_actor(), "client.search")
    found = find_clients(session(), typed, among=among, now=now())
    return render_page("desk/client_options.html", found=found, typed=typed, is_known="known" in request.args)


@blueprint.post("/book/duplicates")
@requires("client.create")
def duplicates() -> Response:
    """Say who may be the new client already; a post, so that no number stands in an address."""
    new = read_draft(request.form).new_client
    return render_page("desk/duplicates.html", duplicates=likely_duplicates(session(), new, now=now()))
