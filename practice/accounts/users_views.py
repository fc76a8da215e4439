"""The owner's pages of who may sign in."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.models import User
from practice.accounts.passwords import hash_new_password
from practice.accounts.policy import requires
from practice.accounts.queries import get_user, list_users
from practice.accounts.schemas import NewPasswordSchema, NewUserSchema, UserFormSchema
from practice.accounts.users import UserDetails, add_user, change_user, disable_user, enable_user
from practice.accounts.users_api import give_password
from practice.core.actor import Role
from practice.core.errors import PracticeError, StaleVersion
from practice.web.database import now, session, write
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page

blueprint = Blueprint("users", __name__, template_folder="templates", url_prefix="/settings/users")

ROLES = (
    (Role.RECEPTIONIST.value, "Receptionist", "Books for everybody; sees no clinical notes."),
    (Role.THERAPIST.value, "Therapist", "Sees the own diary and the own clients."),
    (Role.OWNER.value, "Owner", "Sees and sets up everything."),
)


@blueprint.get("")
@requires("user.manage")
def show_users() -> Response:
    """List everybody who may sign in, and who no longer may."""
    return render_page("accounts/users.html", users=list_users(session()), me=current_actor())


@blueprint.get("/new")
@requires("user.manage")
def show_new_user() -> Response:
    """Show the form for a new user."""
    return _new_page(FormState())


@blueprint.post("")
@requires("user.manage")
def post_user() -> Response:
    """Add a user with a first password."""
    try:
        form = load_form(NewUserSchema())
        details = UserDetails(form["email"], form["name"], form["role"])
        stored = hash_new_password(form["password"], email=details.email, name=details.name)
        actor = current_actor()
        write(lambda opened: add_user(opened, details=details, password_hash=stored, actor=actor, now=now()))
    except InvalidForm as invalid:
        return _new_page(FormState(request.form, invalid.errors), 422)
    except PracticeError as refused:
        return _new_page(FormState(request.form, refusal=refused), 422)
    flash(f"{details.name} can sign in now.", "ok")
    return _to_users()


@blueprint.get("/<uid:uid>")
@requires("user.manage")
def show_user(uid: str) -> Response:
    """Show one user."""
    row = get_user(session(), uid)
    return _user_page(row, FormState({"email": row.email, "name": row.name, "role": row.role}))


@blueprint.post("/<uid:uid>")
@requires("user.manage")
def post_change(uid: str) -> Response:
    """Change address, name and role."""

    def change() -> None:
        form = load_form(UserFormSchema())
        details = UserDetails(form["email"], form["name"], form["role"])
        actor, version = current_actor(), form["version"]
        write(lambda opened: change_user(opened, uid=uid, details=details, version=version, actor=actor, now=now()))

    return _try(uid, change, "Saved.")


@blueprint.post("/<uid:uid>/password")
@requires("user.manage")
def post_password(uid: str) -> Response:
    """Give the user a new password and sign him out everywhere."""
    return _try(
        uid,
        lambda: give_password(uid, load_form(NewPasswordSchema())["password"]),
        "The new password holds from now on. Every browser of this user is signed out.",
    )


@blueprint.post("/<uid:uid>/disable")
@requires("user.manage")
def post_disable(uid: str) -> Response:
    """Shut the user out."""
    actor = current_actor()
    return _try(
        uid,
        lambda: write(lambda opened: disable_user(opened, uid=uid, version=None, actor=actor, now=now())),
        "This user is shut out, open browsers and tokens included.",
    )


@blueprint.post("/<uid:uid>/enable")
@requires("user.manage")
def post_enable(uid: str) -> Response:
    """Let a user sign in again."""
    actor = current_actor()
    return _try(
        uid,
        lambda: write(lambda opened: enable_user(opened, uid=uid, version=None, actor=actor, now=now())),
        "This user can sign in again.",
    )


def _try(uid: str, act: Callable[[], Any], said: str) -> Response:
    """Do *act* and go back to the list, or show the user's page with what was typed and why it was refused."""
    row = get_user(session(), uid)
    stored = {"email": row.email, "name": row.name, "role": row.role}
    typed = {**stored, **{name: value for name, value in request.form.items() if name in stored}}
    try:
        act()
    except InvalidForm as invalid:
        return _user_page(row, FormState(typed, invalid.errors), 422)
    except StaleVersion as stale:
        return _user_page(get_user(session(), uid), FormState(typed, refusal=stale), 412)
    except PracticeError as refused:
        return _user_page(row, FormState(typed, refusal=refused), 422)
    flash(said, "ok")
    return _to_users()


def _new_page(form: FormState, status: int = 200) -> Response:
    return render_page("accounts/user_new.html", status=status, form=form, roles=ROLES)


def _user_page(row: User, form: FormState, status: int = 200) -> Response:
    return render_page("accounts/user.html", status=status, row=row, form=form, roles=ROLES, me=current_actor())


def _to_users() -> Response:
    return redirect(url_for("users.show_users"), 303)
