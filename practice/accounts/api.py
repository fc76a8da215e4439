"""Accounts over JSON: who am I, signing in for scripts."""

from datetime import timedelta
from typing import Any

from flask import Response, current_app, make_response
from flask_wtf.csrf import generate_csrf

from practice.accounts.csrf import needs_no_form_token
from practice.accounts.current import Identity, current_identity
from practice.accounts.models import AuthSession
from practice.accounts.policy import requires
from practice.accounts.queries import list_live_sessions
from practice.accounts.schemas import MeSchema, OwnSessionSchema, SignInSchema, StartedSchema
from practice.accounts.sessions import Started, end_session_by_uid
from practice.accounts.sign_in import admit, sign_in, sign_out
from practice.core.actor import Actor
from practice.web.api import ApiBlueprint
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_accounts", __name__, url_prefix="/api/v1", description="Signing in and who is asking")


@blueprint.route("/me")
@blueprint.response(200, MeSchema)
@requires("account.use")
def read_me() -> dict[str, Any]:
    """Return who is asking."""
    identity = current_identity()
    return _me(identity.user_uid, identity.email, identity.actor)


@blueprint.route("/sessions", methods=["POST"])
@blueprint.arguments(SignInSchema)
@blueprint.response(201, StartedSchema)
@needs_no_form_token
@requires("public")
def post_session(body: dict[str, str]) -> Response:
    """Sign in; the answer sets the session cookie and carries the token that changes must send."""
    started = sign_in(body["email"], body["password"])
    response = make_response({}, 201)
    admit(response, started)
    response.set_data(current_app.json.dumps(StartedSchema().dump(_started(started))))
    return response


@blueprint.route("/sessions", methods=["DELETE"])
@blueprint.response(204)
@requires("account.use")
def delete_session() -> Response:
    """Sign out of the session that asks."""
    response = make_response("", 204)
    sign_out(response)
    return response


@blueprint.route("/sessions")
@blueprint.response(200, OwnSessionSchema(many=True))
@requires("account.use")
def list_sessions() -> list[dict[str, Any]]:
    """List the browsers in which the asker is signed in."""
    return own_sessions(current_identity())


@blueprint.route("/sessions/<uid:uid>", methods=["DELETE"])
@blueprint.response(204)
@requires("account.use")
def delete_other_session(uid: str) -> None:
    """Sign one of the asker's own browsers out."""
    actor = current_identity().actor
    write(lambda opened: end_session_by_uid(opened, uid=uid, actor=actor, now=now()))


def own_sessions(identity: Identity) -> list[dict[str, Any]]:
    """Return the asker's live sessions, the current one marked."""
    instant = now()
    idle = timedelta(minutes=current_app.extensions["settings"].idle_minutes)
    user_id = identity.actor.user_id or 0
    rows = list_live_sessions(session(), user_id, seen_after=instant - idle, now=instant)
    return [_own_session(row, identity) for row in rows]


def _own_session(row: AuthSession, identity: Identity) -> dict[str, Any]:
    shown = ("uid", "device", "ip_address", "created_at", "last_seen_at", "ends_at")
    return {name: getattr(row, name) for name in shown} | {"is_current": row.id == identity.session_id}


def _me(uid: str, email: str, actor: Actor) -> dict[str, Any]:
    return {
        "uid": uid,
        "email": email,
        "name": actor.name,
        "role": str(actor.role),
        "has_diary": actor.therapist_id is not None,
    }


def _started(started: Started) -> dict[str, Any]:
    user = started.user
    me = {"uid": user.uid, "email": user.email, "name": user.name, "role": str(user.role)}
    return {"user": me, "csrf_token": generate_csrf(), "ends_at": started.ends_at}
