"""Members of staff over JSON, for the owner."""

from typing import Any

from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.models import User
from practice.accounts.passwords import hash_new_password
from practice.accounts.policy import requires
from practice.accounts.queries import get_user, list_users
from practice.accounts.schemas import ChangeUserSchema, NewPasswordSchema, NewUserSchema, UserSchema
from practice.accounts.users import UserDetails, add_user, change_user, disable_user, enable_user, set_password
from practice.core.actor import Actor, Role
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.database import now, session, write

blueprint = ApiBlueprint("api_users", __name__, url_prefix="/api/v1", description="Members of staff")

Body = dict[str, Any]
Read = tuple[User, int, dict[str, str]]


@blueprint.route("/users")
class Users(MethodView):
    """Everybody who may sign in, and who no longer may."""

    @blueprint.response(200, UserSchema(many=True))
    @requires("user.manage")
    def get(self) -> list[User]:
        """List all users."""
        return list(list_users(session()))

    # No Idempotency-Key here: it would keep a fast hash of a body that holds a password. The address is unique.
    @blueprint.arguments(NewUserSchema)
    @blueprint.response(201, UserSchema)
    @requires("user.manage")
    def post(self, body: Body) -> Read:
        """Add a user with a first password."""
        details = UserDetails(body["email"], body["name"], body["role"])
        stored = hash_new_password(body["password"], email=details.email, name=details.name)
        actor = current_actor()
        user = write(lambda opened: add_user(opened, details=details, password_hash=stored, actor=actor, now=now()))
        return user, 201, {"ETag": etag(user.version), "Location": f"/api/v1/users/{user.uid}"}


@blueprint.route("/users/<uid:uid>")
class OneUser(MethodView):
    """One member of staff."""

    @blueprint.response(200, UserSchema)
    @requires("user.manage")
    def get(self, uid: str) -> Read:
        """Return the user."""
        return _with_etag(get_user(session(), uid))

    @blueprint.arguments(ChangeUserSchema)
    @blueprint.response(200, UserSchema)
    @requires("user.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change what is given; ``is_active`` false shuts the user out from the next request on."""
        version, actor = if_match_version(), current_actor()
        return _with_etag(write(lambda opened: apply_change(opened, uid, body, version, actor)))


@blueprint.route("/users/<uid:uid>/password", methods=["PUT"])
@blueprint.arguments(NewPasswordSchema)
@blueprint.response(204)
@requires("user.manage")
def put_password(body: Body, uid: str) -> None:
    """Give the user a new password and sign him out everywhere."""
    give_password(uid, body["password"])


def apply_change(opened: Session, uid: str, body: Body, version: int | None, actor: Actor) -> User:
    """Change the named fields, then let in or shut out if that is asked for."""
    row = get_user(opened, uid)
    details = UserDetails(body.get("email", row.email), body.get("name", row.name), body.get("role", Role(row.role)))
    user = change_user(opened, uid=uid, details=details, version=version, actor=actor, now=now())
    if body.get("is_active") is False:
        return disable_user(opened, uid=uid, version=None, actor=actor, now=now())
    if body.get("is_active") is True:
        return enable_user(opened, uid=uid, version=None, actor=actor, now=now())
    return user


def give_password(uid: str, password: str) -> None:
    """Hash outside the transaction, then store; raises ``WeakPassword``."""
    row, actor = get_user(session(), uid), current_actor()
    stored = hash_new_password(password, email=row.email, name=row.name)
    write(lambda opened: set_password(opened, uid=uid, password_hash=stored, actor=actor, now=now()))


def _with_etag(user: User) -> Read:
    return user, 200, {"ETag": etag(user.version)}
