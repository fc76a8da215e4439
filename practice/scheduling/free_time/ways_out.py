"""What leads out of a refused start: the nearest offered times, a colleague, another room, or a search."""

from dataclasses import replace
from datetime import datetime

from practice.core.errors import Refusal, WayOut
from practice.core.local_time import local_start, wall_time
from practice.scheduling.free_time import words
from practice.scheduling.free_time.availability import OfferedStart, offered_starts
from practice.scheduling.free_time.fitting import fitting
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import DiaryFacts, Question

MOST_TIMES = 3


def with_ways_out(
    question: Question, facts: DiaryFacts, begins: int, refusals: tuple[Refusal, ...]
) -> tuple[Refusal, ...]:
    """Return the refusals, each carrying the acts that lead out as far as the facts at hand show them."""
    ways = (*_same_time(question, facts, begins), *_other_times(question, facts, begins))
    return tuple(
        replace(refusal, ways_out=(*refusal.ways_out, *ways, search(question, facts, begins, refusal)))
        for refusal in refusals
    )


def with_search(
    question: Question, facts: DiaryFacts, begins: int, refusals: tuple[Refusal, ...]
) -> tuple[Refusal, ...]:
    """Return the refusals, each with a search for other times: where the diaries are not known."""
    return tuple(replace(each, ways_out=(*each.ways_out, search(question, facts, begins, each))) for each in refusals)


def _same_time(question: Question, facts: DiaryFacts, begins: int) -> list[WayOut]:
    """Offer the same start with another room, else with a colleague."""
    if question.room_id is not None:
        other_room = _offered_at(replace(question, room_id=None), facts, begins)
        if other_room is not None:
            return [choose("choose_room", question, facts, other_room)]
    if question.therapist_ids is None or question.own_only:
        return []
    colleague = _offered_at(replace(question, therapist_ids=_known_people(facts), room_id=None), facts, begins)
    return [] if colleague is None else [choose("choose_therapist", question, facts, colleague)]


def _known_people(facts: DiaryFacts) -> tuple[int, ...]:
    """Return the therapists whose diaries were loaded: nothing can be promised for the others."""
    return tuple(one.id for one in facts.set_up.therapists.values() if one.diary_id in facts.taken)


def _fitting(question: Question, facts: DiaryFacts) -> list[OfferedStart]:
    return fitting(question, facts, offered_starts(question, facts))


def _offered_at(question: Question, facts: DiaryFacts, begins: int) -> OfferedStart | None:
    then = offered_starts(question, facts, only_at=begins)
    return next(iter(fitting(question, facts, then)), None)


def _other_times(question: Question, facts: DiaryFacts, begins: int) -> list[WayOut]:
    """Offer three starts: the nearest of the same day, then the next ones after it, else the last ones before."""
    zone = facts.set_up.locations[question.location_id].zone
    wanted_on = wall_time(instant_of(begins), zone).date()

    def rank(offer: OfferedStart) -> tuple[bool, bool, int]:
        is_elsewhen = wall_time(instant_of(offer.begins), zone).date() != wanted_on
        return is_elsewhen, is_elsewhen and offer.begins < begins, abs(offer.begins - begins)

    others = sorted((offer for offer in _fitting(question, facts) if offer.begins != begins), key=rank)
    return [choose("choose_time", question, facts, offer) for offer in others[:MOST_TIMES]]


def search(question: Question, facts: DiaryFacts, begins: int, refusal: Refusal) -> WayOut:
    """Return the search for other times, from the day on which the reason ends if it does."""
    zone = facts.set_up.locations[question.location_id].zone
    moments = (instant_of(begins), question.asked_at, refusal.until or question.asked_at)
    wanted_on = max(wall_time(moment, zone).date() for moment in moments)
    values = {"service": facts.set_up.services[question.service_id].uid, "from": wanted_on.isoformat()}
    return WayOut("next_times", "Show the next free times", values)


def choose(act: str, question: Question, facts: DiaryFacts, offer: OfferedStart) -> WayOut:
    """Return the act that takes an offered start instead of the refused one."""
    zone = facts.set_up.locations[question.location_id].zone
    local = local_start(instant_of(offer.begins), zone)
    therapist = facts.set_up.therapists[offer.therapist_ids[0]]
    values = {"local_start": local.isoformat(timespec="minutes"), "therapist": therapist.uid}
    if local.fold:
        values["is_second_occurrence"] = "true"
    if offer.room_id is not None:
        values["room"] = facts.set_up.rooms[offer.room_id].uid
    return WayOut(act, _label(act, local, therapist.name, facts, offer), values)


def _label(act: str, local: datetime, name: str, facts: DiaryFacts, offer: OfferedStart) -> str:
    if act == "choose_room" and offer.room_id is not None:
        return f"{facts.set_up.rooms[offer.room_id].name} instead"
    if act == "choose_therapist":
        return f"{name} at {local:%H:%M}"
    again = " (after the clocks go back)" if local.fold else ""
    return f"{local:%H:%M} on {words.day(local.date())}{again}"
