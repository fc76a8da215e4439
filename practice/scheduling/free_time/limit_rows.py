"""Limits, ways between places and clients' wishes: the columns that the set-up reads, and rows made into values."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from practice.clients.models import BlockPair, Client, Preference, Strength
from practice.clinic.limit_models import BookingLimits, TherapistLimits, TravelTime
from practice.scheduling.free_time.packing import json_rows
from practice.scheduling.limits import ClientLimits, Limits, Wishes

Row = Sequence[Any]

LIMIT_COLUMNS: tuple[tuple[Any, ...], ...] = (
    (
        BookingLimits.visits_a_day,
        BookingLimits.visits_a_week,
        BookingLimits.hands_on_minutes_a_day,
        BookingLimits.hands_on_minutes_a_week,
        BookingLimits.rest_after_minutes,
        BookingLimits.rest_minutes,
        BookingLimits.gap_days_hands_on,
        BookingLimits.gap_days_assessment,
        BookingLimits.gap_days_phone,
        BookingLimits.client_visits_a_day,
        BookingLimits.travel_minutes,
    ),
    (
        TherapistLimits.therapist_id,
        TherapistLimits.visits_a_day,
        TherapistLimits.visits_a_week,
        TherapistLimits.hands_on_minutes_a_day,
        TherapistLimits.hands_on_minutes_a_week,
        TherapistLimits.rest_after_minutes,
    ),
    (TravelTime.location_id, TravelTime.other_location_id, TravelTime.minutes),
)

_ONE, _OTHER = aliased(Client), aliased(Client)
_KEPT_ONE, _KEPT_OTHER = aliased(Client), aliased(Client)

WISHES = select(
    json_rows(
        func.coalesce(Client.merged_into_id, Client.id),
        Preference.strength,
        Preference.therapist_id,
        Preference.gender,
    )
).join_from(Preference, Client, Client.id == Preference.client_id)

PAIRS = (
    select(
        json_rows(
            func.coalesce(_ONE.merged_into_id, _ONE.id),
            _ONE.diary_id,
            _KEPT_ONE.diary_id,
            BlockPair.therapist_id,
            func.coalesce(_OTHER.merged_into_id, _OTHER.id),
            _OTHER.diary_id,
            _KEPT_OTHER.diary_id,
        )
    )
    .join_from(BlockPair, _ONE, _ONE.id == BlockPair.client_id)
    .outerjoin(_KEPT_ONE, _KEPT_ONE.id == _ONE.merged_into_id)
    .outerjoin(_OTHER, _OTHER.id == BlockPair.other_client_id)
    .outerjoin(_KEPT_OTHER, _KEPT_OTHER.id == _OTHER.merged_into_id)
)
"""A record that a merge retired stands for the one that it was merged into; its own diary still counts."""


def limits_of(practice: Row, own: Iterable[Row]) -> dict[int, Limits]:
    """Return the limits of each therapist, key 0 being those who have none of their own."""
    general = list(practice[:5])
    limits = {0: _limits(general, practice)}
    for therapist_id, *theirs in own:
        chosen = [usual if special is None else special for usual, special in zip(general, theirs, strict=True)]
        limits[therapist_id] = _limits(chosen, practice)
    return limits


def _limits(most: Sequence[Any], practice: Row) -> Limits:
    return Limits._make([*most, practice[5]])


def client_limits_of(practice: Row) -> ClientLimits:
    """Return what holds for every client."""
    return ClientLimits(*practice[6:10])


def travel_between(locations: Sequence[int], practice: Row, noted: Iterable[Row]) -> dict[int, dict[int, int]]:
    """Return the minutes from each location to every other that is not next door."""
    pairs = {(one, other): minutes for one, other, minutes in noted}
    usual = practice[10]
    apart: dict[int, dict[int, int]] = {}
    for one in locations:
        for other in locations:
            minutes = pairs.get((min(one, other), max(one, other)), usual)
            if one != other and minutes:
                apart.setdefault(one, {})[other] = minutes
    return apart


_BY_THERAPIST = {Strength.MUST: "must", Strength.NEVER: "never", Strength.PREFER: "prefer"}
_BY_GENDER = {Strength.MUST: "must_be", Strength.NEVER: "never_be", Strength.PREFER: "prefer_being"}


def wishes_of(preferences: Iterable[Row], pairs: Iterable[Row]) -> dict[int, Wishes]:
    """Return the wishes of every client who has any."""
    found: dict[int, dict[str, set[Any]]] = {}
    for client_id, strength, therapist_id, gender in preferences:
        field = (_BY_GENDER if therapist_id is None else _BY_THERAPIST)[Strength(strength)]
        _note(found, client_id, field, gender if therapist_id is None else therapist_id)
    for one_id, one_diary, one_kept, therapist_id, other_id, other_diary, other_kept in pairs:
        if therapist_id is not None:
            _note(found, one_id, "blocked", therapist_id)
        else:
            _note(found, one_id, "apart", other_diary, other_kept)
            _note(found, other_id, "apart", one_diary, one_kept)
    return {key: Wishes(**{name: frozenset(each) for name, each in sets.items()}) for key, sets in found.items()}


def _note(found: dict[int, dict[str, set[Any]]], client_id: int, field: str, *values: Any) -> None:
    told = {each for each in values if each is not None}
    found.setdefault(client_id, {}).setdefault(field, set()).update(told)
