"""The page of the worker: read by whoever settles what mail could not do."""

from flask import Blueprint, Response

from practice.accounts.policy import requires
from practice.desk.mail.worker_page import worker_page
from practice.web.database import now, session
from practice.web.pages import render_page

blueprint = Blueprint("mail_worker", __name__, url_prefix="/messages/worker", template_folder="../templates")


@blueprint.get("")
@requires("message.manage")
def show() -> Response:
    """Show how mail runs."""
    return render_page("desk/mail_worker.html", page=worker_page(session(), now=now()))
