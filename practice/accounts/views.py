"""Pages of signing in and of one's own account."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.api import own_sessions
from practice.accounts.current import Identity, cookie_name, current_actor, current_identity
from practice.accounts.errors import SignInFailed, TooManyTries, WeakPassword, WrongPassword
from practice.accounts.models import User
from practice.accounts.policy import requires
from practice.accounts.refusal_pages import seconds_until
from practice.accounts.schemas import PasswordChangeSchema, SignInFormSchema
from practice.accounts.sessions import end_session_by_uid, end_sessions_of
from practice.accounts.sign_in import admit, change_password, sign_in, sign_out
from practice.web.database import now, session, write
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.redirects import local_target

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.get("/sign-in")
@requires("public")
def show_sign_in() -> Response:
    """Show the way in; whoever is in already is led on."""
    target = local_target(request.args.get("next"), "/")
    if current_actor().is_staff:
        return redirect(target, 303)
    return _sign_in_page(target, FormState(), has_ended=cookie_name() in request.cookies)


@blueprint.post("/sign-in")
@requires("public")
def post_sign_in() -> Response:
    """Sign in and go on to where the browser was headed."""
    target = local_target(request.form.get("next"), "/")
    typed = {"email": request.form.get("email", "")[:254]}
    try:
        form = load_form(SignInFormSchema())
        started = sign_in(form["email"], form["password"])
    except InvalidForm as invalid:
        return _sign_in_page(target, FormState(typed, invalid.errors), status=422)
    except SignInFailed as refused:
        return _sign_in_page(target, FormState(typed, refusal=refused), status=401)
    except TooManyTries as refused:
        page = _sign_in_page(target, FormState(typed, refusal=refused), status=429)
        page.headers["Retry-After"] = str(seconds_until(refused.until, now()))
        return page
    response = redirect(target, 303)
    admit(response, started)
    return response


@blueprint.post("/sign-out")
@requires("account.use")
def post_sign_out() -> Response:
    """Sign this browser out."""
    response = redirect(url_for("accounts.show_sign_in"), 303)
    sign_out(response)
    return response


@blueprint.get("/account")
@requires("account.use")
def show_account() -> Response:
    """Show who one is, where one is signed in, and let the password be changed."""
    return account_page(FormState())


@blueprint.post("/account/password")
@requires("account.use")
def post_password() -> Response:
    """Change one's own password; every other browser is signed out."""
    try:
        form = load_form(PasswordChangeSchema())
        started = change_password(form["current"], form["new"])
    except InvalidForm as invalid:
        return account_page(FormState(errors=invalid.errors), 422)
    except WrongPassword as wrong:
        return account_page(FormState(errors={"current": [wrong.sentence]}), 422)
    except WeakPassword as weak:
        return account_page(FormState(errors={"new": [weak.sentence]}), 422)
    except TooManyTries as refused:
        return account_page(FormState(errors={"current": [refused.sentence]}), 429)
    response = _to_account()
    admit(response, started)
    flash("Your password is changed. All other browsers are signed out.", "ok")
    return response


@blueprint.post("/account/sessions/<uid:uid>/end")
@requires("account.use")
def post_end_session(uid: str) -> Response:
    """Sign one of one's own browsers out."""
    actor = current_actor()
    write(lambda opened: end_session_by_uid(opened, uid=uid, actor=actor, now=now()))
    flash("That browser is signed out.", "ok")
    return _to_account()


@blueprint.post("/account/sessions/end-others")
@requires("account.use")
def post_end_other_sessions() -> Response:
    """Sign out everywhere but here."""
    identity = current_identity()

    def work(opened: Session) -> int:
        user = opened.get_one(User, identity.actor.user_id)
        return end_sessions_of(opened, user=user, actor=identity.actor, now=now(), except_id=identity.session_id)

    ended = write(work)
    flash("No other browser was signed in." if not ended else "All other browsers are signed out.", "ok")
    return _to_account()


def account_context() -> dict[str, Any]:
    """Return what the shell shows about who is signed in; nothing is read for pages that did not ask."""
    identity: Identity = g.get("identity", Identity())
    if not identity.actor.is_staff:
        return {}
    shown: dict[str, Any] = {"lock_url": "/account/lock"} if identity.session_id is not None else {}
    if identity.has_pin:
        shown["lock_minutes"] = current_app.extensions["settings"].idle_minutes
    return shown | {
        "current_user_name": identity.actor.name,
        "account_url": url_for("accounts.show_account"),
        "sign_out_url": url_for("accounts.post_sign_out"),
    }


def _sign_in_page(target: str, form: FormState, *, status: int = 200, has_ended: bool = False) -> Response:
    return render_page("accounts/sign_in.html", status=status, next=target, form=form, has_ended=has_ended)


def account_page(form: FormState, status: int = 200) -> Response:
    """Show the account with what was typed and what was wrong with it."""
    identity = current_identity()
    return render_page(
        "accounts/account.html",
        status=status,
        identity=identity,
        form=form,
        own_sessions=own_sessions(identity),
        idle_minutes=current_app.extensions["settings"].idle_minutes,
        user=session().get_one(User, identity.actor.user_id),
    )


def _to_account() -> Response:
    return redirect(url_for("accounts.show_account"), 303)
