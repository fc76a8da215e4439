"""Reading a therapist's own calendar file: its busy times are kept free, and what is booked meanwhile is named."""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id, require_own
from practice.accounts.policy import requires
from practice.clinic.queries import get_therapist, list_therapists, practice_zone
from practice.core.errors import PracticeError
from practice.scheduling.blocks.busy import Busy, read_busy
from practice.scheduling.blocks.calendar_file import LONGEST_FILE
from practice.scheduling.blocks.errors import NotACalendar
from practice.scheduling.blocks.importing import Imported, import_busy_times
from practice.web.database import now, session, write
from practice.web.form_pages import errors_of
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of
from practice.web.schemas import Flag, StrictSchema, Uid

blueprint = Blueprint("busy_times", __name__, url_prefix="/busy-times", template_folder="../templates")

MANAGE = "block.manage"
NOTHING = Busy((), 0)


class WhoseForm(StrictSchema):
    """Whose calendar; with ``forget`` what an earlier file said is given back and no file is needed."""

    therapist_uid = Uid(required=True)
    forget = Flag()


class AboutForm(StrictSchema):
    """Whose calendar the page begins with."""

    therapist = Uid()


@blueprint.get("")
@requires(MANAGE)
def show() -> Response:
    """Ask for a calendar file."""
    said = _readable(AboutForm())
    return _page(FormState({"therapist_uid": said.get("therapist", "")}))


@blueprint.post("")
@requires(MANAGE)
def post_file() -> Response:
    """Read a file and show what became of it; or give back what an earlier one said."""
    try:
        body = load_form(WhoseForm())
        therapist = get_therapist(session(), body["therapist_uid"])
        require_own(session(), current_actor(), MANAGE, therapist_id=therapist.id)
        busy = NOTHING if body.get("forget") else read_busy(_text(), zone=practice_zone(session()), now=now())
        done = write(
            lambda opened: import_busy_times(
                opened, therapist_uid=therapist.uid, busy=busy, actor=current_actor(), now=now()
            )
        )
    except InvalidForm as invalid:
        return _page(FormState(request.form.to_dict(), invalid.errors), 422)
    except PracticeError as refused:
        if status_of(refused) == 404:
            raise
        return _page(FormState(request.form.to_dict(), errors_of(refused), refused), status_of(refused))
    return _page(FormState(body), busy=busy, done=done)


def _text() -> str:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidForm({"file": ["Choose a calendar file (.ics)."]})
    raw = sent.stream.read(LONGEST_FILE + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as foreign:
        raise NotACalendar("This is no calendar file (.ics).") from foreign


def _readable(schema: Schema) -> dict[str, Any]:
    try:
        return load_form(schema, request.args)
    except InvalidForm:
        return {}


def _page(form: FormState, status: int = 200, *, busy: Busy = NOTHING, done: Imported | None = None) -> Response:
    own_id = own_therapist_id(session(), current_actor(), MANAGE)
    people = [row for row in list_therapists(session()) if own_id in {None, row.id}]
    return render_page(
        "desk/busy_times.html",
        status=status,
        form=form,
        therapists=[(row.uid, row.name) for row in people],
        busy=busy,
        done=done,
    )
