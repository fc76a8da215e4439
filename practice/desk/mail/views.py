"""The ledger of messages: its parts, one message, and what to do when mail does not arrive or does not leave."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on, with_news
from practice.desk.mail.page import Asked, messages_page, read_tab
from practice.desk.mail.panel import message_panel
from practice.desk.mail.staff_tasks import settle_paused
from practice.reminders.heartbeat import resume_sending
from practice.reminders.queries import get_message
from practice.reminders.sending_again import open_address, send_again
from practice.web.database import now, session, write
from practice.web.pages import render_page, wants_fragment
from practice.web.pagination import page_number
from practice.web.problems import status_of

blueprint = Blueprint("messages", __name__, url_prefix="/messages", template_folder="../templates")


@blueprint.get("")
@requires("message.read")
def ledger() -> Response:
    """Show one part of the ledger, of everybody or of those whose name is typed."""
    typed = request.args.get("q", "")[:120].strip()
    asked = Asked(read_tab(request.args.get("tab"), typed), typed, page_number(request.args.get("page")))
    page = messages_page(session(), asked, actor=current_actor(), now=now())
    return render_page("desk/messages.html", fragment="desk/messages_body.html", page=page)


@blueprint.get("/<uid:uid>")
@requires("message.read")
def show(uid: str) -> Response:
    """Show one message."""
    return _show(uid)


@blueprint.post("/<uid:uid>/again")
@requires("message.manage")
def post_again(uid: str) -> AnyResponse:
    """Send a mail that did not arrive once more."""
    return _act(uid, lambda opened: send_again(opened, message_uid=uid, actor=current_actor(), now=now()), "It leaves.")


@blueprint.post("/<uid:uid>/open-address")
@requires("message.manage")
def post_open_address(uid: str) -> AnyResponse:
    """Write to an address again that had been closed."""

    def work(opened: Session) -> None:
        address = get_message(opened, uid).to_address
        open_address(opened, address=address, actor=current_actor(), now=now())

    return _act(uid, work, "Mail goes to this address again.")


@blueprint.post("/resume")
@requires("message.manage")
def post_resume() -> AnyResponse:
    """Let mail go out again after the sign-in at the mail server was mended."""

    def work(opened: Session) -> None:
        resume_sending(opened, actor=current_actor(), now=now())
        settle_paused(opened, actor=current_actor(), now=now())

    write(work)
    return go_on("/messages", "Mail goes out again.")


def _show(uid: str, refusal: PracticeError | None = None) -> Response:
    status = status_of(refusal) if refusal else 200
    panel = message_panel(session(), uid, refusal=refusal, actor=current_actor(), now=now())
    return render_page("desk/message_page.html", status=status, fragment="desk/message_panel.html", panel=panel)


def _act(uid: str, work: Callable[[Session], object], words: str) -> AnyResponse:
    try:
        write(work)
    except PracticeError as refusal:
        return _show(uid, refusal)
    return with_news(_show(uid), words) if wants_fragment() else go_on(f"/messages/{uid}", words)
