"""What accounts read and show as JSON and as forms."""

from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields, validate

from practice.accounts.passwords import LONGEST, SHORTEST
from practice.accounts.pins import PIN_DIGITS
from practice.accounts.users import STAFF_ROLES, accepted_email
from practice.core.actor import Role
from practice.web.schemas import MAX_ID, Flag, Instant, StrictSchema, Text, WholeNumber


class EmailAddress(Text):
    """The address that somebody signs in with, in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=254, shortest=3, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        cleaned = super()._deserialize(value, attr, data, **kwargs)
        try:
            return accepted_email(cleaned)
        except ValueError as invalid:
            raise ValidationError(str(invalid)) from invalid


class Password(fields.String):
    """A password as typed: never trimmed or cleaned; bounded before anything is hashed."""

    def __init__(self, *, shortest: int = 1, **kwargs: Any) -> None:
        sentence = f"A password has {SHORTEST} to {LONGEST} characters."
        super().__init__(validate=validate.Length(min=shortest, max=LONGEST, error=sentence), load_only=True, **kwargs)


class StaffRole(fields.String):
    """One of the roles that people sign in with."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf([str(role) for role in STAFF_ROLES]), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        named = super()._deserialize(value, attr, data, **kwargs)
        return Role(named) if named in set(Role) else named


class SignInSchema(StrictSchema):
    """Email and password."""

    email = Text(longest=254, shortest=1, required=True)
    password = Password(required=True)


class SignInFormSchema(SignInSchema):
    """The sign-in page's form: with where to go on to."""

    next = fields.String()


class PasswordChangeSchema(StrictSchema):
    """The present password and the next one."""

    current = Password(required=True)
    new = Password(shortest=SHORTEST, required=True)


class Pin(fields.String):
    """Six digits that are not the first ones that anybody would try."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=_require_good_pin, load_only=True, **kwargs)


def _require_good_pin(typed: str) -> None:
    if not (typed.isascii() and typed.isdigit() and len(typed) == PIN_DIGITS):
        raise ValidationError(f"A PIN has {PIN_DIGITS} digits.")
    steps = {int(after) - int(before) for before, after in pairwise(typed)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise ValidationError("Anybody would try this first. Choose digits without such an order.")


class PinFormSchema(StrictSchema):
    """The present password and the PIN that unlocks the desk from now on."""

    pin_password = Password(required=True)
    pin = Pin(required=True)


class SigningPinFormSchema(StrictSchema):
    """The present password and the PIN that signs from now on."""

    signing_password = Password(required=True)
    signing_pin = Pin(required=True)


class UnlockSchema(StrictSchema):
    """The PIN or the password, and where to go on to."""

    secret = Password(required=True)
    next = fields.String()


class UserSchema(StrictSchema):
    """A member of staff as the owner sees him."""

    uid = fields.String(dump_only=True)
    email = EmailAddress(required=True)
    name = Text(longest=120, shortest=1, required=True)
    role = StaffRole(required=True)
    is_active = fields.Boolean(dump_only=True)
    created_at = Instant(dump_only=True)
    version = fields.Integer(dump_only=True)


class NewUserSchema(UserSchema):
    """A member of staff to be added, with the first password."""

    password = Password(shortest=SHORTEST, required=True)


class UserFormSchema(UserSchema):
    """The owner's form: with the version that was shown."""

    version = WholeNumber(1, MAX_ID, required=True)


class ChangeUserSchema(StrictSchema):
    """What of a user is to change; fields left out stay."""

    email = EmailAddress()
    name = Text(longest=120, shortest=1)
    role = StaffRole()
    is_active = Flag()


class NewPasswordSchema(StrictSchema):
    """A password that the owner gives to somebody."""

    password = Password(shortest=SHORTEST, required=True)


class MeSchema(StrictSchema):
    """Who is asking."""

    uid = fields.String()
    email = fields.String()
    name = fields.String()
    role = fields.String()
    has_diary = fields.Boolean()


class StartedSchema(StrictSchema):
    """A fresh session; send ``csrf_token`` as X-CSRFToken with every change."""

    user = fields.Nested(MeSchema)
    csrf_token = fields.String()
    ends_at = Instant()


class OwnSessionSchema(StrictSchema):
    """A browser in which the asker is signed in."""

    uid = fields.String()
    device = fields.String()
    ip_address = fields.String()
    created_at = Instant()
    last_seen_at = Instant()
    ends_at = Instant()
    is_current = fields.Boolean()
