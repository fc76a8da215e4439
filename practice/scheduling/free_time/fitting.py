"""Which of the offered starts suit one client: those that her own visits and wishes do not forbid. Pure."""

from collections.abc import Sequence

from practice.core.local_time import to_local
from practice.scheduling.free_time.availability import OfferedStart
from practice.scheduling.free_time.case import Case
from practice.scheduling.free_time.client_rules import about_when
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import DiaryFacts, Question, TherapistFacts, shape_of


def fitting(question: Question, facts: DiaryFacts, offers: Sequence[OfferedStart]) -> list[OfferedStart]:
    """Return the offers for the client asked about, with the therapists whom she may see, preferred ones first."""
    if question.client_id is None:
        return list(offers)
    suited = (offer._replace(therapist_ids=_suited(question, facts, offer)) for offer in offers)
    return [offer for offer in suited if offer.therapist_ids and _may_come(question, facts, offer)]


def _suited(question: Question, facts: DiaryFacts, offer: OfferedStart) -> tuple[int, ...]:
    wishes = facts.set_up.wishes_of(question.client_id)
    people: list[TherapistFacts] = [facts.set_up.therapists[therapist_id] for therapist_id in offer.therapist_ids]
    allowed = [one for one in people if wishes.allow(one.id, one.gender)]
    return tuple(one.id for one in sorted(allowed, key=lambda one: wishes.rank(one.id, one.gender)))


def _may_come(question: Question, facts: DiaryFacts, offer: OfferedStart) -> bool:
    location = facts.set_up.locations[question.location_id]
    start = to_local(instant_of(offer.begins), location.zone)
    service, shape = facts.set_up.services[question.service_id], shape_of(question, facts)
    case = Case(question, facts, service, location, shape, start, offer.begins)
    return next(about_when(case), None) is None
