"""Preferences and pairs kept apart over JSON; why two are kept apart is for the owner alone."""

from collections.abc import Sequence

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients import preferences, queries
from practice.clients.api import Body, readable
from practice.clients.models import Client, Preference, Strength
from practice.clients.preference_schemas import KeptApartReasonSchema, KeptApartSchema, PreferenceSchema
from practice.clients.preferences import Apartness, PreferenceDetails
from practice.clinic.models import Therapist
from practice.clinic.queries import get_therapist, uids_of
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_preferences", __name__, url_prefix="/api/v1", description="Clients' wishes")


@blueprint.route("/clients/<uid:uid>/preferences")
class Preferences(MethodView):
    """By whom a client wishes to be treated."""

    @blueprint.response(200, PreferenceSchema(many=True))
    @requires("client.edit")
    def get(self, uid: str) -> list[Body]:
        """List them."""
        row = readable(session(), uid, "client.edit")
        return _shown(session(), preferences.list_preferences(session(), row.id))

    @blueprint.arguments(PreferenceSchema)
    @blueprint.response(201, PreferenceSchema)
    @requires("client.edit")
    def post(self, body: Body, uid: str) -> Response:
        """Add one; an earlier one about the same therapist or gender is replaced."""

        def work(opened: Session) -> Answer:
            row = readable(opened, uid, "client.edit")
            made = add_preference(opened, row, body)
            listed = [each for each in preferences.list_preferences(opened, row.id) if each[0].id == made.id]
            return Answer(201, PreferenceSchema().dump(_shown(opened, listed)[0]))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/preferences/<uid:part>", methods=["DELETE"])
@blueprint.response(204)
@requires("client.edit")
def remove_preference(uid: str, part: str) -> None:
    """Forget one."""
    write(lambda opened: drop_preference(opened, uid, part))


@blueprint.route("/clients/<uid:uid>/kept-apart")
class KeptApart(MethodView):
    """From whom a client is kept apart."""

    @blueprint.response(200, KeptApartSchema(many=True))
    @requires("client.edit")
    def get(self, uid: str) -> list[Apartness]:
        """List them, without why."""
        row = readable(session(), uid, "client.edit")
        return list(preferences.list_kept_apart(session(), row.id))

    @blueprint.arguments(KeptApartSchema)
    @blueprint.response(201, KeptApartSchema)
    @requires("client.edit")
    def post(self, body: Body, uid: str) -> Response:
        """Keep the client apart from a therapist, or from another client in the same hour."""

        def work(opened: Session) -> Answer:
            row = readable(opened, uid, "client.edit")
            pair = add_pair(opened, row, body)
            listed = preferences.list_kept_apart(opened, row.id)
            return Answer(201, KeptApartSchema().dump(next(each for each in listed if each.uid == pair)))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/kept-apart/<uid:part>", methods=["DELETE"])
@blueprint.response(204)
@requires("client.edit")
def let_meet(uid: str, part: str) -> None:
    """Keep them apart no longer."""
    write(lambda opened: end_pair(opened, uid, part))


@blueprint.route("/clients/<uid:uid>/kept-apart/<uid:part>/reason")
class Reason(MethodView):
    """Why two are kept apart."""

    @blueprint.response(200, KeptApartReasonSchema)
    @requires("client.block_reason")
    def get(self, uid: str, part: str) -> Body:
        """Read it; for the owner."""
        row = readable(session(), uid, "client.block_reason")
        return {"reason": preferences.reason_of(session(), preferences.get_pair(session(), row.id, part))}


def add_preference(opened: Session, row: Client, body: Body) -> Preference:
    """Note a wish of a client as a body says it."""
    uid = body.get("therapist_uid")
    details = PreferenceDetails(
        Strength(body["strength"]), get_therapist(opened, uid).id if uid else None, body.get("gender") or ""
    )
    return preferences.add_preference(
        opened, client=row, details=details, version=None, actor=current_actor(), now=now()
    )


def drop_preference(opened: Session, uid: str, part: str) -> None:
    """Forget a wish of a client."""
    row = readable(opened, uid, "client.edit")
    wish = preferences.get_preference(opened, row.id, part)
    preferences.remove_preference(opened, client=row, preference=wish, version=None, actor=current_actor(), now=now())


def add_pair(opened: Session, row: Client, body: Body) -> str:
    """Keep a client apart from whom a body names; return the pair's uid."""
    therapist, other = body.get("therapist_uid"), body.get("other_client_uid")
    pair = preferences.keep_apart(
        opened,
        client=row,
        therapist_id=get_therapist(opened, therapist).id if therapist else None,
        other=queries.get_client(opened, other) if other else None,
        reason=body.get("reason") or "",
        actor=current_actor(),
        now=now(),
    )
    return pair.uid


def end_pair(opened: Session, uid: str, part: str) -> None:
    """Keep a pair apart no longer."""
    row = readable(opened, uid, "client.edit")
    pair = preferences.get_pair(opened, row.id, part)
    preferences.let_meet(opened, client=row, pair=pair, actor=current_actor(), now=now())


def _shown(opened: Session, rows: Sequence[tuple[Preference, str]]) -> list[Body]:
    uids = uids_of(opened, Therapist, (wish.therapist_id for wish, _ in rows))
    return [
        {
            "uid": wish.uid,
            "strength": wish.strength,
            "therapist_uid": uids.get(wish.therapist_id or 0),
            "gender": wish.gender,
            "words": words,
        }
        for wish, words in rows
    ]
