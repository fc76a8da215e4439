"""Repeating a booking: look at every visit, put some elsewhere, book all of them or none."""

from dataclasses import replace

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.appointment.views import show_done
from practice.desk.booking.acts import client_of, in_own_diary, let_go
from practice.desk.booking.choices import completed
from practice.desk.booking.draft import Draft
from practice.desk.booking.forms import changed_field, read_draft, readable_part
from practice.desk.booking.panel import NO_TROUBLE, Trouble
from practice.desk.booking.repeat import Repeat
from practice.desk.booking.repeat_panel import repeat_panel
from practice.desk.booking.repeat_schemas import read_repeat, split
from practice.desk.booking.views import hold_draft, show_draft
from practice.desk.diary.beside_views import panel_answer
from practice.scheduling.appointments.forms import booking_rules, require_own_diary
from practice.scheduling.series.booking import book_series
from practice.web.database import now, session, write
from practice.web.forms import InvalidForm
from practice.web.idempotency import Answer, once, request_key
from practice.web.problems import status_of

CHANGES_ALL = frozenset({"every", "weekdays", "on_closed", "until"})
"""Fields after whose change a visit's number means another visit."""

blueprint = Blueprint("repeating", __name__, url_prefix="/book/series", template_folder="../templates")


def show_repeat(draft: Draft, repeat: Repeat, trouble: Trouble = NO_TROUBLE, *, status: int = 200) -> Response:
    """Show every visit of the series as it would be booked now."""
    panel = repeat_panel(
        session(), draft, repeat, trouble=trouble, rules=booking_rules(), actor=current_actor(), now=now()
    )
    is_impossible = panel.trouble.refusal is not None and status == 200
    return panel_answer("desk/repeat_panel.html", panel.behind, status=422 if is_impossible else status, panel=panel)


def _read() -> tuple[Draft, Repeat] | Response:
    """Return the form, or the panel that says what is not right in it."""
    booking, rule = split(request.form)
    try:
        draft = read_draft(booking)
    except InvalidForm as invalid:
        return show_draft(readable_part(booking, invalid.errors), Trouble(errors=invalid.errors), status=422)
    if draft.choice is None or draft.choice.local_start is None:
        return show_draft(draft, Trouble(errors={"choice": ["Choose the time of the first visit."]}), status=422)
    try:
        return draft, _for_new_rule(read_repeat(rule))
    except InvalidForm as invalid:
        readable = MultiDict([each for each in rule.items(multi=True) if each[0] not in invalid.errors])
        return show_repeat(draft, read_repeat(readable), Trouble(errors=invalid.errors), status=422)


def _for_new_rule(repeat: Repeat) -> Repeat:
    """Forget what was put elsewhere by hand when the rule itself changed."""
    return replace(repeat, by_hand={}) if changed_field() in CHANGES_ALL else repeat


def _require_own(opened: Session, repeat: Repeat) -> None:
    for choice in repeat.by_hand.values():
        if choice is not None and choice.therapist:
            require_own_diary(opened, choice.therapist, current_actor(), "appointment.book")


@blueprint.post("")
@requires("appointment.book")
def look() -> Response:
    """Show the visits of a series; the time held for a single booking is let go."""
    read = _read()
    if isinstance(read, Response):
        return read
    draft, repeat = read
    actor, instant = current_actor(), now()

    def work(opened: Session) -> Draft:
        whole = completed(opened, in_own_diary(opened, draft, actor), actor=actor, now=instant)
        _require_own(opened, repeat)
        return let_go(opened, whole, actor=actor, now=instant)

    return show_repeat(write(work), repeat)


@blueprint.post("/back")
@requires("appointment.hold")
def back() -> Response:
    """Go back to a single booking of the first time."""
    booking, _ = split(request.form)
    try:
        return hold_draft(read_draft(booking))
    except InvalidForm as invalid:
        return show_draft(readable_part(booking, invalid.errors), Trouble(errors=invalid.errors), status=422)


@blueprint.post("/book")
@requires("appointment.book")
def book() -> AnyResponse:
    """Book every visit that is not left out, or none."""
    read = _read()
    if isinstance(read, Response):
        return read
    draft, repeat = read
    actor, instant, key = current_actor(), now(), request_key()

    def work(opened: Session) -> Answer:
        whole = completed(opened, in_own_diary(opened, draft, actor), actor=actor, now=instant)
        whole = let_go(opened, whole, actor=actor, now=instant)
        _require_own(opened, repeat)
        visits = book_series(
            opened,
            wish=repeat.wish(whole.wish_at(whole.start)),
            client_uid=client_of(opened, whole, actor=actor, now=instant),
            details=whole.details,
            rules=booking_rules(),
            actor=actor,
            now=instant,
        )
        return Answer(201, {"appointment": visits[0].uid, "visits": len(visits)})

    try:
        answer = write(lambda opened: once(opened, lambda: work(opened), key=key, actor=actor, now=instant))
    except PracticeError as refusal:
        return show_repeat(draft, repeat, Trouble(refusal), status=status_of(refusal))
    return show_done(str(answer.body["appointment"]), f"has {answer.body['visits']} visits booked")
