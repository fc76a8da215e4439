"""Running behind: saying by how much, and the clients whom that concerns."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clinic.queries import get_therapist, practice_today
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on, with_news
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.beside_views import panel_answer
from practice.desk.not_readable import unreadable
from practice.desk.today.behind import behind_panel
from practice.scheduling.delays.service import LONGEST, run_behind
from practice.web.database import now, session, write
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import wants_fragment
from practice.web.problems import status_of
from practice.web.schemas import StrictSchema

blueprint = Blueprint(
    "behind", __name__, url_prefix="/today/therapists/<uid:uid>/behind", template_folder="../templates"
)

ATTEND = "appointment.attend"


class BehindSchema(StrictSchema):
    """By how many minutes, 0 for on time again."""

    minutes = fields.Integer(required=True, validate=validate.Range(0, LONGEST))


def _open(opened: Session, uid: str) -> None:
    require_own(opened, current_actor(), ATTEND, therapist_id=get_therapist(opened, uid).id)


def _show(uid: str, refusal: PracticeError | None = None) -> Response:
    _open(session(), uid)
    panel = behind_panel(session(), uid, now=now())
    status = status_of(refusal) if refusal else 200
    more: dict[str, Any] = {"panel": panel, "refusal": refusal}
    return panel_answer("desk/behind_panel.html", DiaryAddress(panel.on), status=status, **more)


@blueprint.get("")
@requires(ATTEND)
def show_behind(uid: str) -> Response:
    """Show who waits for a therapist, and whom to phone."""
    return _show(uid)


@blueprint.post("")
@requires(ATTEND)
def post_behind(uid: str) -> AnyResponse:
    """Say by how many minutes a therapist runs behind."""

    def work(opened: Session, minutes: int) -> None:
        _open(opened, uid)
        today = practice_today(opened, now())
        run_behind(opened, therapist_uid=uid, minutes=minutes, on=today, actor=current_actor(), now=now())

    try:
        minutes = load_form(BehindSchema())["minutes"]
        write(lambda opened: work(opened, minutes))
    except InvalidForm as invalid:
        return _show(uid, unreadable(invalid))
    words = f"Noted: {minutes} minutes behind." if minutes else "Noted: on time again."
    return with_news(_show(uid), words) if wants_fragment() else go_on("/today", words)
