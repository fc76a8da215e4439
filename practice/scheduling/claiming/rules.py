"""Booking rules: what is asked and what is known in, refusals and notices out.

Pure. Every verb that books or moves judges with the tuple that the composition roots assemble, features above
adding their own rules to ours.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from practice.core.actor import Actor
from practice.core.errors import Refusal
from practice.scheduling.free_time.beside import client_time_refusals
from practice.scheduling.free_time.client_rules import ABOUT_WHEN, ABOUT_WHOM
from practice.scheduling.free_time.explain import refusals_at, time_refusals
from practice.scheduling.overrides import as_seen_by
from practice.scheduling.question import DiaryFacts, Question, candidates


class Verb(StrEnum):
    """The acts that rules judge."""

    HOLD = "hold"
    BOOK = "book"
    WALK_IN = "walk_in"
    RECORD_PAST = "record_past"
    RESCHEDULE = "reschedule"
    RESIZE = "resize"
    CONVERT = "convert"
    CHANGE_ROOM = "change_room"
    CHANGE_CLIENT = "change_client"
    SWAP = "swap"
    START = "start"
    SETTLE = "settle"
    UNDO = "undo"


AT_ITS_TIME = frozenset({Verb.START, Verb.SETTLE, Verb.UNDO})
"""Acts on a visit at the time that it has or had: nobody asks whether the client may come then."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before going on; it refuses nothing. One with ``tentative_reason`` books only tentatively."""

    code: str
    sentence: str
    tentative_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequest:
    """One act that would take time.

    ``question`` names the service, the place, the therapists and the room; ``local_start`` is wall time there.
    ``waived`` are codes of rules about something that this act leaves as it was; ``has_time`` says that the time
    is not in question at all, because it was judged when it was held.
    """

    verb: Verb
    actor: Actor
    asked_at: datetime
    question: Question
    local_start: datetime
    client_id: int | None = None
    waived: frozenset[str] = frozenset()
    has_time: bool = False


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What rules may know: the practice as it is set up and the diaries around the time asked for.

    ``has_whole_day`` says that the diaries were read for all of the local day, so that ways out can be shown.
    """

    diary: DiaryFacts
    has_whole_day: bool = False


BookingRule = Callable[[BookingRequest, BookingFacts], Iterable[Refusal | Notice]]
"""Returns why an act is refused, and what else the person who asks should know."""

BookingRules = tuple[BookingRule, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules together say."""

    refusals: tuple[Refusal, ...] = ()
    notices: tuple[Notice, ...] = ()

    def standing(self, *, is_overridden: bool) -> tuple[Refusal, ...]:
        """Return the refusals that hold, those that staff may override left out if they did."""
        return tuple(refusal for refusal in self.refusals if not (is_overridden and refusal.overridable))


def tentative_because(notices: Iterable[Notice]) -> str | None:
    """Return why a booking can only be tentative, if it can."""
    return next((notice.tentative_reason for notice in notices if notice.tentative_reason), None)


def judge(rules: BookingRules, request: BookingRequest, facts: BookingFacts) -> Verdict:
    """Return everything that *rules* say about *request*, in their order, as the one who asks may override it."""
    said = [each for rule in rules for each in rule(request, facts)]
    return Verdict(
        as_seen_by(request.actor.role, (each for each in said if isinstance(each, Refusal))),
        tuple(each for each in said if isinstance(each, Notice)),
    )


def time_rule(request: BookingRequest, facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse what availability would not offer: the same rules, one by one."""
    if request.has_time:
        return ()
    refusals_of = time_refusals if facts.has_whole_day else refusals_at
    refusals = refusals_of(request.question, facts.diary, request.local_start)
    return [refusal for refusal in refusals if refusal.code not in request.waived]


ABOUT_THE_START = frozenset({"off_grid", "notice", "horizon", "past"}) | ABOUT_WHEN
"""Rules about a start that stays where it is."""

ABOUT_THE_CLIENT = ABOUT_WHEN | ABOUT_WHOM
"""Rules about a client who stays with the therapist she has, at the time she has."""

ABOUT_THE_WORK = frozenset({"day_full", "week_full", "rest_needed", "travel_time"})
"""Rules about a therapist whose work stays as it is."""


def client_rule(request: BookingRequest, facts: BookingFacts) -> Iterable[Refusal | Notice]:
    """Refuse what the client's own visits and wishes forbid; say when somebody else would be preferred."""
    if request.verb in AT_ITS_TIME:
        return
    found = client_time_refusals(
        request.question, facts.diary, request.local_start, are_diaries_known=facts.has_whole_day
    )
    yield from (refusal for refusal in found if refusal.code not in request.waived)
    yield from _not_preferred(request.question, facts.diary)


def _not_preferred(question: Question, facts: DiaryFacts) -> Iterable[Notice]:
    wishes = facts.set_up.wishes_of(question.client_id)
    people = candidates(question, facts.set_up)
    preferred = sorted(facts.set_up.therapists[each].name for each in wishes.prefer if each in facts.set_up.therapists)
    if preferred and all(wishes.rank(one.id, one.gender) for one in people):
        yield Notice("preferred_therapist", f"The client prefers {' or '.join(preferred)}.")


SCHEDULING_RULES: BookingRules = (time_rule, client_rule)
"""The rules of this package, first in every tuple."""
