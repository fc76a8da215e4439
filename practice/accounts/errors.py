"""Refusals of signing in, of accounts and of links."""

from datetime import datetime

from practice.core.errors import RELOAD, NotAllowed, NotFound, Refusal, RuleViolation, WayOut

NOTHING_HERE = "There is nothing here, or it is not for you. Search for the client or go back to Today."

TO_TODAY = WayOut("open_today", "Go to Today", {"href": "/"})
TO_SEARCH = WayOut("search_client", "Search for a client", {"href": "/clients"})
TRY_AGAIN = WayOut("try_again", "Try again")
SIGN_IN = WayOut("sign_in", "Sign in", {"href": "/sign-in"})


class RoleNotAllowed(NotAllowed):
    """The action is refused to the actor's role, whatever the object."""

    code = "role_not_allowed"

    def __init__(self, action: str) -> None:
        super().__init__(
            "Your role does not allow this. Ask the owner, or go on from Today.", ways_out=(TO_TODAY, TO_SEARCH)
        )
        self.action = action


class ForeignObject(NotFound):
    """The object is somebody else's; answers exactly as a missing one does, but is audited."""

    def __init__(self, action: str) -> None:
        super().__init__(NOTHING_HERE)
        self.action = action


class FormTokenRefused(NotAllowed):
    """The request did not prove that it came from a page of ours."""

    code = "csrf_failed"
    title = "Reload the page"

    def __init__(self) -> None:
        super().__init__(
            "This page has been open too long or was opened elsewhere. Reload it, then do it again.",
            ways_out=(RELOAD,),
        )


class SignInFailed(NotAllowed):
    """Email and password do not belong together; never says which of them is wrong."""

    code = "sign_in_failed"
    title = "Not signed in"

    def __init__(self) -> None:
        super().__init__(
            "Email and password do not fit together. Check both, then try again.",
            ways_out=(SIGN_IN,),
        )


class TooManyTries(NotAllowed):
    """Too many attempts on one account, from one address or in all; ends by itself at ``until``."""

    code = "too_many_tries"
    title = "Wait a little"

    def __init__(self, until: datetime, minutes: int) -> None:
        wait = "a minute" if minutes <= 1 else f"{minutes} minutes"
        super().__init__(f"That was tried too often. Wait {wait}, then try again.", ways_out=(SIGN_IN,))
        self.until = until

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return (Refusal(self.code, self.sentence, until=self.until, ways_out=self.ways_out),)


class EmailTaken(RuleViolation):
    """Another user signs in with this address."""

    code = "email_taken"
    title = "Address in use"


class LastOwner(RuleViolation):
    """The practice would be left without anybody who can manage it."""

    code = "last_owner"
    title = "Somebody must stay owner"


class WeakPassword(RuleViolation):
    """The new password is not accepted; the sentence says why."""

    code = "weak_password"
    title = "Choose another password"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=(TRY_AGAIN,))


class WrongPassword(RuleViolation):
    """The current password, asked again before something important, is not right."""

    code = "wrong_password"
    title = "Password not right"

    def __init__(self) -> None:
        super().__init__("The present password is not right. Check it and try again.", ways_out=(TRY_AGAIN,))


class NotUnlocked(RuleViolation):
    """Neither the PIN nor the password of whoever locked this session."""

    code = "not_unlocked"
    title = "Still locked"

    def __init__(self) -> None:
        super().__init__("That is neither your PIN nor your password. Try again.", ways_out=(TRY_AGAIN,))


class StepUpNeeded(RuleViolation):
    """A signature asks for the signing PIN, which holds for five minutes on one device."""

    code = "step_up_needed"
    title = "Your signing PIN"

    def __init__(self) -> None:
        super().__init__(
            "Type your signing PIN to sign.", ways_out=(WayOut("correct", "Type the PIN", {"field": "signing_pin"}),)
        )


class WrongSigningPin(RuleViolation):
    """The PIN does not sign for this user."""

    code = "wrong_signing_pin"
    title = "PIN not right"

    def __init__(self) -> None:
        super().__init__(
            "That is not your signing PIN. Nothing was signed.",
            ways_out=(WayOut("correct", "Type the PIN again", {"field": "signing_pin"}),),
        )


class NoSigningPin(RuleViolation):
    """The user has not chosen a signing PIN yet."""

    code = "no_signing_pin"
    title = "No signing PIN yet"

    def __init__(self) -> None:
        super().__init__(
            "Choose a signing PIN on your account first.",
            ways_out=(WayOut("open_settings", "Choose a signing PIN", {"href": "/account"}),),
        )


class PinsAlike(RuleViolation):
    """The PIN that unlocks and the PIN that signs must differ."""

    code = "pins_alike"
    title = "Choose another PIN"

    def __init__(self) -> None:
        super().__init__("The PIN that unlocks the desk and the PIN that signs must differ.", ways_out=(TRY_AGAIN,))


class LinkEnded(NotFound):
    """The link was real but has ended; the sentence says what to do instead."""

    code = "link_ended"
    title = "This link has ended"
