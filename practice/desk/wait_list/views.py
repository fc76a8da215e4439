"""The wait list's pages: the list, the form of an entry, the log, and the phone list of a gap."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request, url_for
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients.queries import get_client
from practice.desk.not_readable import unreadable
from practice.desk.wait_list.entry_form import NEW_VALUES, details_of, entry_choices, values_of
from practice.desk.wait_list.gap import gap_address, gap_page
from practice.desk.wait_list.page import list_page, log_page
from practice.desk.wait_list.schemas import AboutForm, EntryForm, GapForm, ListForm, LogForm, PrefillForm
from practice.desk.ways_out import PlainPlace, offers_of
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.wait_list import ending, entries, phoning
from practice.scheduling.wait_list.models import WaitListEntry
from practice.scheduling.wait_list.offers import accept_offer
from practice.scheduling.wait_list.phoning import CallAbout
from practice.scheduling.wait_list.queries import get_entry
from practice.web.database import now, session
from practice.web.form_pages import Body, clashes, post_act, post_form, posted_version
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page

blueprint = Blueprint("wait_list", __name__, template_folder="../templates")

LABELS = {
    "client_uid": "Client",
    "service_uid": "Service",
    "days": "Days",
    "begins": "From",
    "ends": "Until",
    "first_on": "First day",
    "last_on": "Last day",
    "urgency": "How soon",
    "notice_minutes": "Notice",
}


@blueprint.get("/wait-list")
@requires("wait_list.read")
def show() -> Response:
    """Show who waits, the most urgent first."""
    said = _query(ListForm())
    page = list_page(
        session(), state=said.get("state"), service=said.get("service"), page=said.get("page", 1), now=now()
    )
    return render_page("desk/wait_list.html", page=page)


@blueprint.get("/wait-list/log")
@requires("wait_list.read")
def show_log() -> Response:
    """Show who was offered what, when, why, and how it ended."""
    page = log_page(session(), page=_query(LogForm()).get("page", 1), now=now())
    return render_page("desk/wait_list_log.html", page=page)


@blueprint.get("/wait-list/new")
@requires("wait_list.manage")
def show_new() -> Response:
    """Ask what a client waits for; the booking panel brings what was chosen there."""
    said = _query(PrefillForm())
    values = dict(NEW_VALUES) | {"client_uid": said.get("client"), "service_uid": said.get("service")}
    if "therapist" in said:
        values["therapist_uids"] = [said["therapist"]]
    return _form_page(FormState(values), None)


@blueprint.post("/wait-list/new")
@requires("wait_list.manage")
def post_new() -> Response:
    """Put a client on the list."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        uid = body.get("client_uid")
        if uid is None:
            raise InvalidForm({"client_uid": ["Choose who shall wait."]})
        entries.add_entry(opened, client_uid=uid, details=details_of(body), actor=current_actor(), now=now())
        return url_for("wait_list.show")

    return post_form(EntryForm(), act, _show_new_again, said="On the wait list.", actor=current_actor())


def _show_new_again(form: FormState, status: int) -> Response:
    return _form_page(form, None, status)


@blueprint.get("/wait-list/<uid:uid>")
@requires("wait_list.manage")
def show_entry(uid: str) -> Response:
    """Show what somebody waits for, to be changed."""
    entry = get_entry(session(), uid)
    return _form_page(FormState(values_of(session(), entry)), entry)


@blueprint.post("/wait-list/<uid:uid>")
@requires("wait_list.manage")
def post_entry(uid: str) -> Response:
    """Change what somebody waits for."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        entries.change_entry(
            opened, entry_uid=uid, details=details_of(body), version=version, actor=current_actor(), now=now()
        )
        return url_for("wait_list.show")

    def again(form: FormState, status: int) -> Response:
        return _form_page(form, get_entry(session(), uid), status)

    return post_form(EntryForm(), act, again, said="Changed.", actor=current_actor())


@blueprint.post("/wait-list/<uid:uid>/withdraw")
@requires("wait_list.manage")
def post_withdraw(uid: str) -> Response:
    """Take somebody off the list."""
    return post_act(
        lambda opened: entries.withdraw_entry(
            opened, entry_uid=uid, version=posted_version(), actor=current_actor(), now=now()
        ),
        url_for("wait_list.show"),
        said="Off the wait list.",
    )


@blueprint.post("/offers/<uid:uid>/accept")
@requires("wait_list.manage")
def post_accept(uid: str) -> Response:
    """Book an offered time for a client who said yes to the desk."""
    rules = booking_rules()
    return _answer(
        lambda opened: accept_offer(opened, offer_uid=uid, rules=rules, actor=current_actor(), now=now()), "Booked."
    )


@blueprint.post("/offers/<uid:uid>/decline")
@requires("wait_list.manage")
def post_decline(uid: str) -> Response:
    """Note that a client said no to the desk."""
    return _answer(
        lambda opened: ending.decline_offer(opened, offer_uid=uid, actor=current_actor(), now=now()),
        "Noted. The time goes on to the next.",
    )


@blueprint.post("/offers/<uid:uid>/withdraw")
@requires("wait_list.manage")
def post_take_back(uid: str) -> Response:
    """Take an offer back."""
    return _answer(
        lambda opened: ending.withdraw_offer(opened, offer_uid=uid, actor=current_actor(), now=now()),
        "The offer is taken back.",
    )


@blueprint.get("/wait-list/gap")
@requires("wait_list.read")
def show_gap() -> Response:
    """Show whom to phone about a gap, in order."""
    try:
        said = load_form(GapForm(), request.args)
    except InvalidForm as invalid:
        raise unreadable(invalid) from invalid
    return render_page("desk/wait_list_gap.html", page=gap_page(session(), said, now=now()))


@blueprint.post("/wait-list/<uid:uid>/book")
@requires("wait_list.manage")
def post_book(uid: str) -> Response:
    """Book a time in a gap for somebody who said yes on the telephone."""
    said, rules = _about(), booking_rules()
    return post_act(
        lambda opened: phoning.book_waiting(
            opened, entry_uid=uid, about=_call(said), rules=rules, actor=current_actor(), now=now()
        ),
        gap_address(said),
        said="Booked, and off the wait list.",
    )


@blueprint.post("/wait-list/<uid:uid>/declined")
@requires("wait_list.manage")
def post_declined(uid: str) -> Response:
    """Note a no on the telephone."""
    return _note(uid, has_answered=True, said="Noted: not this time.")


@blueprint.post("/wait-list/<uid:uid>/unanswered")
@requires("wait_list.manage")
def post_unanswered(uid: str) -> Response:
    """Note a call that reached nobody."""
    return _note(uid, has_answered=False, said="Noted: not reached.")


def _note(uid: str, *, has_answered: bool, said: str) -> Response:
    about = _about()
    return post_act(
        lambda opened: phoning.note_call(
            opened, entry_uid=uid, about=_call(about), has_answered=has_answered, actor=current_actor(), now=now()
        ),
        gap_address(about),
        said=said,
    )


def _answer(work: Callable[[Session], object], said: str) -> Response:
    return post_act(work, url_for("wait_list.show"), said=said)


def _about() -> Body:
    try:
        return load_form(AboutForm())
    except InvalidForm as invalid:
        raise unreadable(invalid) from invalid


def _call(said: Body) -> CallAbout:
    return CallAbout(local_start=said["local_start"], therapist=said["therapist_uid"])


def _query(schema: Schema) -> dict[str, Any]:
    """Return what the address says; parts that cannot be read are left out."""
    try:
        return load_form(schema, request.args)
    except InvalidForm as invalid:
        readable = MultiDict((name, value) for name, value in request.args.items() if name not in invalid.errors)
        return load_form(schema, MultiDict((name, value) for name, value in readable.items() if name in schema.fields))


def _form_page(form: FormState, entry: WaitListEntry | None, status: int = 200) -> Response:
    uid = form.values.get("client_uid")
    stored = {} if entry is None else values_of(session(), entry)
    client = entry.client if entry is not None else (get_client(session(), uid) if uid else None)
    return render_page(
        "desk/wait_list_entry.html",
        status=status,
        form=form,
        entry=entry,
        client=client,
        choices=entry_choices(session()),
        clashes=clashes(EntryForm(), form, stored),
        ways=offers_of(form.refusal, PlainPlace("/wait-list")),
        labels=LABELS,
    )
