"""The forms of a record's edit page about wishes: by whom the client is treated, from whom she is kept apart."""

from flask import Blueprint, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.policy import requires
from practice.clients.errors import ContradictoryPreference, correct
from practice.clients.models import Client
from practice.clients.parts_views import post_part
from practice.clients.preference_schemas import KeptApartFormSchema, PreferenceFormSchema
from practice.clients.preferences import GENDERS
from practice.clients.preferences_api import add_pair, add_preference, drop_preference, end_pair
from practice.web.form_pages import Body, post_act

blueprint = Blueprint("client_preferences", __name__)


@blueprint.post("/clients/<uid:uid>/preferences")
@requires("client.edit")
def post_preference(uid: str) -> Response:
    """Note by whom the client wishes to be treated."""

    def act(opened: Session, row: Client, body: Body) -> None:
        subject = body["subject"]
        who = {"gender": subject} if subject in GENDERS else {"therapist_uid": subject}
        add_preference(opened, row, {"strength": body["strength"]} | who)

    return post_part(uid, "preference", PreferenceFormSchema(), act, said="Noted. Times are offered accordingly.")


@blueprint.post("/clients/<uid:uid>/preferences/<uid:part>/remove")
@requires("client.edit")
def post_remove_preference(uid: str, part: str) -> Response:
    """Forget a wish."""
    return post_act(lambda opened: drop_preference(opened, uid, part), _edit_url(uid), said="Removed.")


@blueprint.post("/clients/<uid:uid>/kept-apart")
@requires("client.edit")
def post_keep_apart(uid: str) -> Response:
    """Keep the client apart from somebody."""

    def act(opened: Session, row: Client, body: Body) -> None:
        if bool(body["therapist_uid"]) == bool(body["other_client_uid"]):
            raise ContradictoryPreference(
                "Choose a therapist or a client from the list, not both.",
                ways_out=correct("therapist_uid", "Choose one"),
            )
        add_pair(opened, row, body)

    return post_part(uid, "kept_apart", KeptApartFormSchema(), act, said="They are kept apart from now on.")


@blueprint.post("/clients/<uid:uid>/kept-apart/<uid:part>/end")
@requires("client.edit")
def post_let_meet(uid: str, part: str) -> Response:
    """Keep two apart no longer."""
    return post_act(lambda opened: end_pair(opened, uid, part), _edit_url(uid), said="They may meet again.")


def _edit_url(uid: str) -> str:
    return url_for("clients.show_edit", uid=uid)
