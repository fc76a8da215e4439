"""The safety gate as a booking rule: asked whenever time is taken for a client, and again when treatment begins."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy.orm import Session

from practice.core.errors import Refusal, WayOut
from practice.core.local_time import wall_time
from practice.safety.gate import Asked, Care, Finding, judge_visit
from practice.safety.standing import Standing, read_standings
from practice.scheduling.claiming.informing import InformedRule
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, Notice, Verb
from practice.scheduling.free_time.slots import is_registered_on
from practice.scheduling.gating.assessments import assessment_in
from practice.scheduling.models import KIND_OF
from practice.scheduling.question import Question

NOT_ASKED = frozenset({Verb.HOLD, Verb.RECORD_PAST, Verb.RESIZE, Verb.CHANGE_ROOM, Verb.CONVERT})
"""Acts that treat nobody: for nobody in particular, in the past, or about a visit that stays as it is."""

_LEAVES_NOTHING_OPEN = frozenset({Verb.START, Verb.SETTLE})
"""Acts for which nothing may be missing any more."""

ASK_THERAPIST = WayOut("ask_therapist", "Ask a therapist to call the client")
SEND_FORM = WayOut("send_form", "Fill in the form here")


def read_standing(session: Session, question: Question) -> Standing | None:
    """Return what is known of the client of a question, in one statement; nothing for nobody."""
    if question.client_id is None:
        return None
    return read_standings(session, {question.client_id}, now=question.asked_at)[question.client_id]


def judge_safety(request: BookingRequest, facts: BookingFacts, known: Standing | None) -> Iterable[Refusal | Notice]:
    """Refuse what a known warning sign forbids; say what makes a booking only tentative."""
    if known is None or request.verb in NOT_ASKED:
        return ()
    return _said(request, facts, known)


def _said(request: BookingRequest, facts: BookingFacts, known: Standing) -> Iterator[Refusal | Notice]:
    zone = facts.diary.set_up.locations[request.question.location_id].zone
    judged = judge_visit(_asked(request, facts, zone), known.in_zone(zone))
    for finding in judged.refusals:
        yield Refusal(
            finding.code,
            finding.sentence,
            clinical_sentence=finding.clinical_sentence,
            ways_out=_ways_out(finding, request, facts),
        )
    for reason, finding in judged.missing:
        yield Notice(str(reason), finding.sentence, tentative_reason=str(judged.tentative_because))


def _asked(request: BookingRequest, facts: BookingFacts, zone: str) -> Asked:
    work = facts.diary.set_up.services[request.question.service_id].work
    return Asked(
        care=Care(KIND_OF[work]),
        on=request.local_start.date(),
        today=wall_time(request.asked_at, zone).date(),
        is_registered=_is_registered(request, facts),
        is_starting=request.verb in _LEAVES_NOTHING_OPEN,
    )


def _is_registered(request: BookingRequest, facts: BookingFacts) -> bool:
    """Return whether who treats is registered that day; while booking the time rules say so themselves."""
    if request.verb is not Verb.START:
        return True
    therapists = [facts.diary.set_up.therapists[each] for each in request.question.therapist_ids or ()]
    return all(is_registered_on(one, request.local_start.date()) for one in therapists)


def _ways_out(finding: Finding, request: BookingRequest, facts: BookingFacts) -> tuple[WayOut, ...]:
    if finding.code == "therapist_not_registered":
        return (WayOut("reload", "Start it with another therapist"),)
    return (*assessment_instead(request, facts), *_ABOUT[finding.code])


_ABOUT: Mapping[str, tuple[WayOut, ...]] = {
    "emergency_hold": (ASK_THERAPIST,),
    "clearance_required": (ASK_THERAPIST,),
    "screening_required": (SEND_FORM,),
    "baseline_required": (SEND_FORM,),
}


def assessment_instead(request: BookingRequest, facts: BookingFacts) -> tuple[WayOut, ...]:
    """Return the way out that books an assessment at the same time, where one is given."""
    service = assessment_in(facts.diary.set_up, request.question.location_id, request.question.therapist_ids)
    if service is None:
        return ()
    label = "Make it an assessment" if request.verb is Verb.START else "Book an assessment instead"
    return (WayOut("book_assessment", label, {"service": service.uid}),)


SAFETY_RULE = InformedRule(read_standing, judge_safety)
"""The safety gate, for the tuple that the composition roots assemble."""
