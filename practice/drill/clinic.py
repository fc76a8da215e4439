"""The clinic of the drill: two places in two zones, therapists who work every day, and as many clients as asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.details import ClientDetails
from practice.clients.models import Client
from practice.clients.service import create_client, set_consent
from practice.clinic.details import LocationDetails, PolicyDetails, RoomDetails, ServiceDetails, TherapistDetails
from practice.clinic.hours import Span
from practice.clinic.models import Location
from practice.clinic.opening import set_opening_hours
from practice.clinic.policies import set_policies
from practice.clinic.service import create_location, create_room, create_service, create_therapist
from practice.clinic.working_hours import Week, replace_week
from practice.core.actor import Actor, Role
from practice.core.local_time import wall_time
from practice.drill.model import Person, World
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm, record_screening

DESK = Actor(Role.RECEPTIONIST, name="Desk of the drill")
OWNER = Actor(Role.OWNER, name="Owner of the drill")

PLACES = (("Harbour", "America/Toronto"), ("Hafen", "Europe/Berlin"))
OPENS, CLOSES = 7, 21
HOURS = (8, 10, 12, 14, 16, 18, 20)
POLICIES = PolicyDetails(name="Drill", sender_alias="Drill", safety_policy="risk_based", screening_days=365)


@dataclass(frozen=True, slots=True)
class Helper:
    """A therapist where she works: what a wish names, and the wall clock of the place."""

    uid: str
    service_uid: str
    location_uid: str
    zone: str


def open_clinic(session: Session, *, therapists: int, now: datetime) -> Sequence[Helper]:
    """Store places, rooms, therapists and a service at each place; everybody works from seven to nine every day."""
    on = wall_time(now, PLACES[0][1]).date()
    set_policies(session, details=POLICIES, effective_on=on, version=None, actor=OWNER, now=now)
    places = [_open_place(session, name, zone, now) for name, zone in PLACES]
    people = [_add_therapist(session, places[number % len(places)], number, now) for number in range(therapists)]
    details = ServiceDetails(code="VISIT", name="Visit", duration_minutes=60, price_cents=10000)
    ids = [therapist_id for therapist_id, _uid, _place in people]
    service = create_service(session, details=details, therapist_ids=ids, actor=OWNER, now=now)
    return [Helper(uid, service.uid, place.uid, place.zone) for _id, uid, place in people]


def _open_place(session: Session, name: str, zone: str, now: datetime) -> Location:
    details = LocationDetails(name=name, address=f"1 {name} St", zone=zone, phone="+14165550100")
    place = create_location(session, details=details, actor=OWNER, now=now)
    spans = [Span(weekday, OPENS * 60, CLOSES * 60) for weekday in range(7)]
    set_opening_hours(session, location=place, spans=spans, version=None, actor=OWNER, now=now)
    return place


def _add_therapist(session: Session, place: Location, number: int, now: datetime) -> tuple[int, str, Location]:
    room = create_room(session, details=RoomDetails(place.id, f"Room {number}"), actor=OWNER, now=now)
    details = TherapistDetails(
        name=f"Therapist {number}", registration_number=f"D{number:04d}", usual_room_id=room.id, colour=number % 10 + 1
    )
    row = create_therapist(session, details=details, service_ids=[], actor=OWNER, now=now)
    spans = [Span(weekday, OPENS * 60, CLOSES * 60, place.id) for weekday in range(7)]
    replace_week(session, therapist=row, week=Week(spans), version=None, actor=OWNER, now=now)
    return row.id, row.uid, place


def add_person(session: Session, world: World, chance: Random, *, now: datetime) -> None:
    """Store one client: nine of ten with an address, most agree to reminders, most have given their form."""
    number = len(world.people) + 1
    address = f"c{number}@example.com" if chance.random() < 0.9 else ""
    details = ClientDetails(f"Client{number}", "Drill", email=address, phone=f"+1416555{number % 10000:04d}")
    client = create_client(session, details=details, actor=DESK, now=now)
    agrees = chance.random() < 0.92
    if agrees:
        give_consent(session, client, now=now)
    if chance.random() < 0.9:
        answers = {key: question.values[0] for key, question in FORM.questions.items()}
        form = FilledForm(answers=answers, source="paper")
        record_screening(session, client_id=client.id, form=form, actor=DESK, now=now)
    world.people.append(Person(client.uid, address, agrees, [now]))


def give_consent(session: Session, client: Client, *, now: datetime) -> None:
    """Note that a client agrees to reminders."""
    set_consent(
        session,
        client=client,
        purpose=Purpose.REMINDER_EMAIL,
        text_version=CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version,
        channel="desk",
        actor=DESK,
        now=now,
    )
