"""Addresses and numbers as they are compared and sent to: a lower-case mail address, an E.164 number."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from practice.clients.errors import InvalidContact, correct


def normalise_email(typed: str) -> str:
    """Return the address in lower case; raises :class:`InvalidContact`. No name server is asked."""
    try:
        return validate_email(typed, check_deliverability=False).normalized.lower()
    except EmailNotValidError as invalid:
        raise InvalidContact(
            f"“{typed}” is not a mail address. It reads like name@example.com.",
            ways_out=correct("email", "Correct the address"),
            context={"field": "email"},
        ) from invalid


def normalise_phone(typed: str, region: str) -> str:
    """Return the E.164 number, read as dialled in *region* unless it begins with +; raises :class:`InvalidContact`."""
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as unreadable:
        raise _invalid_phone(typed) from unreadable
    if not phonenumbers.is_possible_number(number):
        raise _invalid_phone(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_spellings(e164: str) -> tuple[str, str]:
    """Return a number as it is written abroad and at home, for finding it by either."""
    number = phonenumbers.parse(e164)
    return e164, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def show_phone(e164: str, region: str) -> str:
    """Return a number as people in *region* read it aloud."""
    number = phonenumbers.parse(e164)
    at_home = number.country_code == phonenumbers.country_code_for_region(region)
    kind = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, kind)


def _invalid_phone(typed: str) -> InvalidContact:
    return InvalidContact(
        f"“{typed}” is not a phone number. Give the area code, or + and the country code.",
        ways_out=correct("phone", "Correct the number"),
        context={"field": "phone"},
    )
