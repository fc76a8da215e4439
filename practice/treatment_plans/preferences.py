"""How much a plan insists on its therapist. Pure."""

from enum import StrEnum


class Preference(StrEnum):
    """Same therapist: always, where possible, or whoever is free."""

    MUST = "must"
    PREFER = "prefer"
    ANY = "any"
