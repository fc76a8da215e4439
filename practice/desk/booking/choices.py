"""What can be chosen in the booking panel: place, service and therapist, with the usual ones chosen already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id
from practice.clients.queries import get_client
from practice.clinic.models import Therapist
from practice.clinic.queries import list_therapists
from practice.core.actor import Actor
from practice.core.errors import RuleViolation, WayOut
from practice.desk.booking.draft import Draft
from practice.desk.queries import Usual, usual_of_client, usual_service
from practice.scheduling.free_time.facts import current_set_up
from practice.scheduling.free_time.pulse import feel_pulse
from practice.scheduling.question import LocationFacts, ServiceFacts, SetUp


class NothingToBook(RuleViolation):
    """The practice has no location or no service yet."""

    code = "nothing_to_book"
    title = "Not set up yet"


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of the panel and what is chosen; a therapist who books is bound to her own diary."""

    location: LocationFacts
    locations: Sequence[LocationFacts]
    service: ServiceFacts
    services: Sequence[ServiceFacts]
    therapists: Sequence[Therapist]
    is_bound: bool

    def complete(self, draft: Draft) -> Draft:
        """Return the draft with what was left open filled in."""
        offered = {one.uid for one in self.therapists}
        therapist = draft.therapist if draft.therapist in offered else ""
        if self.is_bound and self.therapists:
            therapist = self.therapists[0].uid
        return replace(draft, location=self.location.uid, service=self.service.uid, therapist=therapist)


def completed(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> Draft:
    """Return the draft with the place, the service and the diary that it would be booked in."""
    client = get_client(session, draft.client) if draft.client and not draft.is_new_client else None
    usual = usual_of_client(session, client.id) if client else None
    return read_choices(session, draft, usual, actor=actor, now=now).complete(draft)


def read_choices(session: Session, draft: Draft, usual: Usual | None, *, actor: Actor, now: datetime) -> Choices:
    """Return the choices of a draft; at most four statements. Raises :class:`NothingToBook`."""
    set_up = current_set_up(session, feel_pulse(session, now=now))
    locations, services = _in_use(set_up.locations.values()), _in_use(set_up.services.values())
    if not (locations and services):
        raise NothingToBook(
            "Nothing can be booked yet. Add a location and a service in Set-up first.",
            ways_out=(WayOut("open_settings", "Open Set-up", {"href": "/settings"}),),
        )
    location = next((one for one in locations if one.uid == draft.location), locations[0])
    service = _service(session, draft, usual, services, location.id)
    bound_to = own_therapist_id(session, actor, "appointment.book")
    therapists = [
        one for one in list_therapists(session) if _offers(set_up, one, service) and bound_to in {None, one.id}
    ]
    return Choices(location, locations, service, services, therapists, bound_to is not None)


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def is_active(self) -> bool: ...


Thing = TypeVar("Thing", bound=_Named)


def _in_use(things: Iterable[Thing]) -> list[Thing]:
    return sorted((one for one in things if one.is_active), key=lambda one: one.name)


def _offers(set_up: SetUp, therapist: Therapist, service: ServiceFacts) -> bool:
    return service.id in set_up.therapists[therapist.id].offers


def _service(
    session: Session, draft: Draft, usual: Usual | None, services: Sequence[ServiceFacts], location_id: int
) -> ServiceFacts:
    """Return the service chosen, else what the client had last, else what the practice books most."""
    chosen = next((one for one in services if one.uid == draft.service), None)
    if chosen is not None:
        return chosen
    usual_id = usual.service_id if usual else usual_service(session, location_id)
    return next((one for one in services if one.id == usual_id), services[0])
