"""Finding a client from any page: ``/``, two to four letters, Enter."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients
from practice.accounts.policy import requires
from practice.desk.client_card import find_clients
from practice.web.database import now, session
from practice.web.pages import render_page, wants_fragment

blueprint = Blueprint("find", __name__, template_folder="../templates")


@blueprint.get("/find")
@requires("client.search")
def find() -> AnyResponse:
    """List who matches what is typed, as links to their pages; without htmx lead to the list of clients."""
    typed = request.args.get("q", "")[:120].strip()
    among = own_clients(session(), current_actor(), "client.search")
    if not wants_fragment():
        return redirect(f"/clients?{urlencode({'q': typed})}", 303)
    return render_page(
        "desk/found_clients.html", found=find_clients(session(), typed, among=among, now=now()), typed=typed
    )
