"""The desk's page of one client."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.client.page import client_page
from practice.web.database import now, session
from practice.web.pages import render_page
from practice.web.pagination import page_number

blueprint = Blueprint("client_pages", __name__, template_folder="../templates")


@blueprint.get("/clients/<uid:uid>")
@requires("client.read")
def show(uid: str) -> AnyResponse:
    """Show one client; the address of a record that was merged leads to the one that is kept."""
    page = client_page(session(), uid, page_number(request.args.get("page")), actor=current_actor(), now=now())
    if page.record.client.uid != uid:
        return redirect(page.path, 303)
    return render_page("desk/client.html", fragment="desk/client_body.html", page=page)
