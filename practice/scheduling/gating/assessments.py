"""Which service a visit becomes when it may only be an assessment. Pure."""

from collections.abc import Collection

from practice.scheduling.diary_time import Work
from practice.scheduling.question import ServiceFacts, SetUp, is_given_at


def assessment_in(set_up: SetUp, location_id: int, therapist_ids: Collection[int] | None) -> ServiceFacts | None:
    """Return the shortest assessment that a location gives, and that one of the therapists (None: any) offers."""
    people = [one for key, one in set_up.therapists.items() if therapist_ids is None or key in therapist_ids]
    offered = {service_id for one in people if one.is_active for service_id in one.offers}
    fitting = [
        service
        for service in set_up.services.values()
        if service.work == Work.ASSESSMENT
        and service.is_active
        and service.id in offered
        and is_given_at(service, location_id)
    ]
    return min(fitting, key=lambda service: (service.shape.duration, service.id), default=None)
