"""Valid-by-default rows, made through the services inside ``transact``; keywords override what matters to a test."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import count
from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from practice.clients.details import ClientDetails, RelationDetails
from practice.clients.models import Client, RelationKind
from practice.clients.relations import add_relation
from practice.clients.service import create_client
from practice.clinic import queries
from practice.clinic.details import LocationDetails, RoomDetails, ServiceDetails, TherapistDetails
from practice.clinic.hours import Span
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.opening import set_opening_hours
from practice.clinic.service import create_location, create_room, create_service, create_therapist
from practice.clinic.working_hours import Week, replace_week
from practice.core.actor import Actor, Role
from practice.core.db import new_uid
from practice.core.transact import transact
from practice.safety.models import Screening
from practice.safety.questions import FORM
from tests.conftest import NOW

T = TypeVar("T")
OWNER = Actor(Role.OWNER, name="Olive Owner")
RECEPTIONIST = Actor(Role.RECEPTIONIST, name="Rita Receptionist")

OPEN_ALL_DAY = tuple((weekday, 7 * 60, 21 * 60) for weekday in range(7))
WORKING_WEEK = tuple((weekday, opens, closes) for weekday in range(5) for opens, closes in ((540, 750), (780, 1020)))
"""Monday to Friday 09:00 to 12:30 and 13:00 to 17:00."""

Hours = Sequence[tuple[int, int, int]]
_numbers: Iterator[int] = count(1)


def act(session: Session, work: Callable[[], T]) -> T:
    """Run *work* in one transaction, ending the reads made on *session* before."""
    if session.in_transaction():
        session.commit()
    return transact(session, work)


def make_location(session: Session, *, hours: Hours = OPEN_ALL_DAY, **over: object) -> Location:
    """A location in Toronto, open every day from 07:00 to 21:00."""
    details = LocationDetails(
        **{"name": f"Harbour {next(_numbers)}", "address": "12 Harbour St, Toronto", "zone": "America/Toronto"} | over
    )

    def work() -> Location:
        location = create_location(session, details=details, actor=OWNER, now=NOW)
        set_opening_hours(
            session, location=location, spans=[Span(*span) for span in hours], version=None, actor=OWNER, now=NOW
        )
        return location

    return act(session, work)


def make_room(session: Session, location: Location | None = None, **over: object) -> Room:
    """A room without features, at the first location there is."""
    place = location or _first_location(session)
    details = RoomDetails(**{"location_id": place.id, "name": f"Room {next(_numbers)}"} | over)
    return act(session, lambda: create_room(session, details=details, actor=OWNER, now=NOW))


def make_service(session: Session, *, therapists: Sequence[Therapist] | None = None, **over: object) -> Service:
    """A 60 minute hands-on service, offered by all therapists there are unless some are named."""
    number = next(_numbers)
    values = {"code": f"RELAX-{number}", "name": f"Relaxation {number}", "duration_minutes": 60, "price_cents": 11000}
    offering = queries.list_therapists(session) if therapists is None else therapists
    therapist_ids = [therapist.id for therapist in offering]
    details = ServiceDetails(**values | over)
    return act(
        session,
        lambda: create_service(session, details=details, therapist_ids=therapist_ids, actor=OWNER, now=NOW),
    )


def make_therapist(
    session: Session,
    *,
    location: Location | None = None,
    services: Sequence[Service] | None = None,
    hours: Hours = WORKING_WEEK,
    **over: object,
) -> Therapist:
    """A registered therapist who works Monday to Friday with a lunch break and offers all services there are."""
    number = next(_numbers)
    place = location or _first_location(session)
    offered = queries.list_services(session) if services is None else services
    values = {"name": f"Tara Therapist {number}", "registration_number": f"R{number:05d}", "colour": number % 8 + 1}
    details = TherapistDetails(**values | over)
    spans = [Span(*span, place.id) for span in hours]

    def work() -> Therapist:
        therapist = create_therapist(
            session, details=details, service_ids=[service.id for service in offered], actor=OWNER, now=NOW
        )
        replace_week(session, therapist=therapist, week=Week(spans), version=None, actor=OWNER, now=NOW)
        return therapist

    return act(session, work)


def make_client(
    session: Session, *, relations: Sequence[RelationDetails] = (), is_screened: bool = True, **over: object
) -> Client:
    """A client with a phone number and a mail address of her own, and a signed form in which all is well."""
    number = next(_numbers)
    values = {
        "first_name": "Clara",
        "last_name": f"Client{number}",
        "born_on": date(1979, 3, 14),
        "email": f"clara{number}@example.com",
        "phone": f"+1416555{number % 10000:04d}",
    }
    details = ClientDetails(**values | over)

    def work() -> Client:
        client = create_client(session, details=details, has_relation=bool(relations), actor=RECEPTIONIST, now=NOW)
        for relation in relations:
            add_relation(session, client=client, details=relation, version=None, actor=RECEPTIONIST, now=NOW)
        if is_screened:
            session.execute(insert(Screening).values(client_id=client.id, **_signed_form()))
        return client

    return act(session, work)


def _signed_form() -> dict[str, object]:
    """A form on paper: signed, with a doctor's word, in one statement."""
    at = {"submitted_at": NOW, "signed_at": NOW}
    return at | {"uid": new_uid(), "form_version": FORM.version, "source": "paper", "is_baseline": True}


def guardian(person: Client, **over: object) -> RelationDetails:
    """A relation that makes *person* the guardian who gets the messages."""
    return RelationDetails(
        **{"kind": RelationKind.GUARDIAN, "related_client_id": person.id, "gets_messages": True} | over
    )


def _first_location(session: Session) -> Location:
    return next(iter(queries.list_locations(session)), None) or make_location(session)
