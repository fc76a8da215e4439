"""Locking the desk and unlocking it: over the page that is open, or on a page of its own."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor, current_identity
from practice.accounts.errors import NotUnlocked, PinsAlike, TooManyTries, WrongPassword
from practice.accounts.locking import lock_session, set_pin
from practice.accounts.policy import requires, sign_in_address
from practice.accounts.refusal_pages import on_too_many_tries
from practice.accounts.schemas import PinFormSchema, SigningPinFormSchema, UnlockSchema
from practice.accounts.signing_pins import choose_signing_pin
from practice.accounts.unlocking import choose_pin, unlock
from practice.accounts.views import account_page
from practice.core.errors import PracticeError
from practice.web.database import now, write
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page, wants_fragment
from practice.web.redirects import local_target

blueprint = Blueprint("locking", __name__, template_folder="templates")


@blueprint.post("/account/lock")
@requires("account.use")
def post_lock() -> Response:
    """Lock this browser's session."""
    identity = current_identity()
    if (session_id := identity.session_id) is not None:
        write(lambda opened: lock_session(opened, session_id=session_id, actor=identity.actor, now=now()))
    return Response(status=204) if wants_fragment() else redirect(url_for("locking.show_unlock"), 303)


@blueprint.get("/unlock")
@requires("public")
def show_unlock() -> Response:
    """Ask for the PIN or the password; whoever is not locked out is led on."""
    target = local_target(request.args.get("next"), "/")
    if current_identity().locked is None:
        return _leave(target)
    return _page(target, FormState())


@blueprint.post("/unlock")
@requires("public")
def post_unlock() -> Response:
    """Unlock and go on; the page under the lock stays as it was."""
    target = local_target(request.form.get("next"), "/")
    locked = current_identity().locked
    if locked is None:
        return _leave(target)
    try:
        unlock(locked, load_form(UnlockSchema())["secret"])
    except InvalidForm as invalid:
        return _page(target, FormState(errors=invalid.errors), 422)
    except NotUnlocked as refused:
        return _page(target, FormState(errors={"secret": [refused.sentence]}), 422)
    except TooManyTries as refused:
        page = _page(target, FormState(errors={"secret": [refused.sentence]}), 422 if wants_fragment() else 429)
        page.headers["Retry-After"] = on_too_many_tries(refused).headers["Retry-After"]
        return page
    return Response(status=204, headers={"HX-Trigger": "desk:unlocked"}) if wants_fragment() else redirect(target, 303)


@blueprint.post("/account/pin")
@requires("account.use")
def post_pin() -> Response:
    """Choose the PIN that unlocks the desk; the password says that it is oneself."""
    try:
        form = load_form(PinFormSchema())
        choose_pin(form["pin_password"], form["pin"])
    except InvalidForm as invalid:
        return account_page(FormState(errors=invalid.errors), 422)
    except PinsAlike as refused:
        return account_page(FormState(errors={"pin": [refused.sentence]}), 422)
    except (WrongPassword, TooManyTries) as refused:
        return _not_chosen(refused, "pin_password")
    flash("Your PIN is set. The desk is locked when nobody has used it for a while.", "ok")
    return redirect(url_for("accounts.show_account"), 303)


@blueprint.post("/account/signing-pin")
@requires("account.use")
def post_signing_pin() -> Response:
    """Choose the PIN that signs; the password says that it is oneself."""
    try:
        form = load_form(SigningPinFormSchema())
        choose_signing_pin(form["signing_password"], form["signing_pin"])
    except InvalidForm as invalid:
        return account_page(FormState(errors=invalid.errors), 422)
    except PinsAlike as refused:
        return account_page(FormState(errors={"signing_pin": [refused.sentence]}), 422)
    except (WrongPassword, TooManyTries) as refused:
        return _not_chosen(refused, "signing_password")
    flash("Your signing PIN is set.", "ok")
    return redirect(url_for("accounts.show_account"), 303)


@blueprint.post("/account/pin/remove")
@requires("account.use")
def post_remove_pin() -> Response:
    """Do without a PIN: an idle browser is signed out again."""
    identity = current_identity()
    write(lambda opened: set_pin(opened, uid=identity.user_uid, pin_hash=None, actor=identity.actor, now=now()))
    flash("Your PIN is removed. A browser that nobody uses is signed out.", "ok")
    return redirect(url_for("accounts.show_account"), 303)


def _not_chosen(refused: PracticeError, field: str) -> Response:
    status = 429 if isinstance(refused, TooManyTries) else 422
    return account_page(FormState(errors={field: [refused.sentence]}), status)


def _leave(target: str) -> Response:
    address = target if current_actor().is_staff else sign_in_address(target)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _page(target: str, form: FormState, status: int = 200) -> Response:
    locked = current_identity().locked
    fragment = "accounts/_lock_says.html" if wants_fragment() else "accounts/unlock.html"
    return render_page(fragment, status=status, next=target, form=form, locked=locked)
