"""When two records may be one person. A shared address alone says nothing: families share them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Reason(StrEnum):
    """Why a record may be a duplicate."""

    SAME_NAME = "same_name"
    SAME_NAME_OTHER_BIRTH_DATE = "same_name_other_birth_date"
    NEAR_NAME_SAME_BIRTH_DATE = "near_name_same_birth_date"
    SAME_PHONE_SAME_FIRST_NAME = "same_phone_same_first_name"


SENTENCES = {
    Reason.SAME_NAME: "the same name",
    Reason.SAME_NAME_OTHER_BIRTH_DATE: "the same name, but another birth date",
    Reason.NEAR_NAME_SAME_BIRTH_DATE: "nearly the same name and the same birth date",
    Reason.SAME_PHONE_SAME_FIRST_NAME: "the same phone number and first name",
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two records are compared by: the folded name, the birth date and the E.164 numbers."""

    name_key: str
    born_on: date | None
    phones: frozenset[str]

    @property
    def first_name(self) -> str:
        """Return the folded first name."""
        return self.name_key.partition(" ")[2]


def duplicate_reasons(one: Likeness, other: Likeness) -> tuple[Reason, ...]:
    """Return why both may be one person; empty when nothing says so."""
    reasons: list[Reason] = []
    is_same_date = one.born_on is not None and one.born_on == other.born_on
    if one.name_key == other.name_key:
        differs = not is_same_date and None not in {one.born_on, other.born_on}
        reasons.append(Reason.SAME_NAME_OTHER_BIRTH_DATE if differs else Reason.SAME_NAME)
    elif is_same_date and within_one_edit(one.name_key, other.name_key):
        reasons.append(Reason.NEAR_NAME_SAME_BIRTH_DATE)
    if one.phones & other.phones and one.first_name == other.first_name:
        reasons.append(Reason.SAME_PHONE_SAME_FIRST_NAME)
    return tuple(reasons)


def within_one_edit(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether one character changed, left out, added or swapped with its neighbour makes both equal."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = _common_prefix(short, long)
    if len(short) == len(long):
        swapped = [*short[:start], *reversed(short[start : start + 2]), *short[start + 2 :]]
        return short[start + 1 :] == long[start + 1 :] or swapped == list(long)
    return short[start:] == long[start + 1 :]


def _common_prefix(one: Sequence[str], other: Sequence[str]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
