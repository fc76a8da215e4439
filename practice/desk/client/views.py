"""The desk's page of one client."""

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clients.queries import get_client
from practice.desk.answer_views import go_on
from practice.desk.client.page import client_page
from practice.reminders.links import end_links_of_client
from practice.web.database import now, session, write
from practice.web.pages import render_page
from practice.web.pagination import page_number

ENDED = {0: "No link was open.", 1: "One link is ended."}

blueprint = Blueprint("client_pages", __name__, template_folder="../templates")


@blueprint.get("/clients/<uid:uid>")
@requires("client.read")
def show(uid: str) -> AnyResponse:
    """Show one client; the address of a record that was merged leads to the one that is kept."""
    page = client_page(session(), uid, page_number(request.args.get("page")), actor=current_actor(), now=now())
    if page.record.client.uid != uid:
        return redirect(page.path, 303)
    return render_page("desk/client.html", fragment="desk/client_body.html", page=page)


@blueprint.post("/clients/<uid:uid>/links/end")
@requires("client.edit")
def end_links(uid: str) -> AnyResponse:
    """End the links in the mails that the client has got so far."""

    def work(opened: Session) -> int:
        client = get_client(opened, uid)
        require_own(opened, current_actor(), "client.edit", client_id=client.id)
        return end_links_of_client(opened, client_id=client.id, actor=current_actor(), now=now())

    ended = write(work)
    return go_on(f"/clients/{uid}", ENDED.get(ended, f"{ended} links are ended."))
