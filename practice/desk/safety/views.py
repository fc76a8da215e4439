"""What the whole desk may do for a client's safety, without reading any of it."""

from flask import Blueprint, flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import require_own
from practice.accounts.policy import requires
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.desk.safety.asking import ask_therapist
from practice.web.database import now, write

blueprint = Blueprint("safety_pages", __name__, url_prefix="/clients/<uid:uid>", template_folder="../templates")

TELL = "safety.tell"


def own_client(opened: Session, uid: str, action: str) -> Client:
    """Return a client; raises ``NotFound``, also for one who is not the therapist's own."""
    client = get_client(opened, uid)
    require_own(opened, current_actor(), action, client_id=client.id)
    return client


@blueprint.post("/ask-therapist")
@requires(TELL)
def post_ask(uid: str) -> AnyResponse:
    """Ask a therapist to call the client."""

    def work(opened: Session) -> None:
        ask_therapist(opened, own_client(opened, uid, TELL), actor=current_actor(), now=now())

    write(work)
    flash("A therapist is asked to call.", "ok")
    return redirect(f"/clients/{uid}", 303)
