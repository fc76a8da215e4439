"""Performs the acts of a script through the services, in order, each at its own instant."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy.orm import Session

from practice.clients import queries as clients
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.details import ClientDetails, RelationDetails
from practice.clients.models import Client, RelationKind
from practice.clients.relations import add_relation
from practice.clients.service import add_alert, create_client, set_consent
from practice.core.actor import Actor, Role
from practice.demo.acts import Act, Deed
from practice.demo.cast import Script
from practice.demo.diary import Visit
from practice.demo.forms import ASKED_AGAIN_AFTER, ask_again, fill_in
from practice.demo.opening import Premises
from practice.demo.people import Person
from practice.demo.premises import SERVICES, THERAPISTS
from practice.scheduling.appointments.attending import arrive, complete, confirm, mark_no_show
from practice.scheduling.appointments.booking import book_time, walk_in
from practice.scheduling.appointments.cancelling import CancelledBy, cancel, waive_fee
from practice.scheduling.appointments.starting import start
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.wishes import BookingDetails, PlaceWish, TimeWish

BY_LINK = Actor(Role.LINK, name="the client's link")


@dataclass
class Stage:
    """What the replay knows while it runs: the set-up, and the uids of what it has stored."""

    script: Script
    premises: Premises
    rules: BookingRules
    client_uids: dict[str, str] = field(default_factory=dict)
    appointment_uids: dict[int, str] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def desk(self) -> Actor:
        """Return the receptionist."""
        return self.premises.actors["gwen"]

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """Return the people of the script by key."""
        return {person.key: person for person in self.script.people}

    @cached_property
    def without_forms(self) -> frozenset[str]:
        """Return who has not filled in a form: those whose visit waits for it."""
        return frozenset(visit.client for visit in self.script.visits if visit.tentative)

    def therapist(self, visit: Visit) -> Actor:
        """Return who treats at *visit*."""
        return self.premises.actors[visit.therapist]


def perform(session: Session, stage: Stage, acts: Iterable[Act]) -> None:
    """Do *acts* in their order; raises what a service raises, for a script that breaks a rule is a defect."""
    for act in acts:
        if act.deed is Deed.REGISTER:
            _register(session, stage, stage.people[act.person], act.at)
        else:
            _DEEDS[act.deed](session, stage, act)


def _register(session: Session, stage: Stage, person: Person, now: datetime) -> None:
    details = ClientDetails(
        first_name=person.first_name,
        last_name=person.last_name,
        preferred_name=person.preferred_name,
        pronouns=person.pronouns,
        born_on=person.born_on,
        language=person.language,
        email=person.email,
        phone=person.phone,
        desk_note=person.desk_note,
    )
    client = create_client(
        session, details=details, has_relation=person.guardian is not None, actor=stage.desk, now=now
    )
    stage.client_uids[person.key] = client.uid
    if person.key not in stage.without_forms:
        fill_in(session, client, actor=stage.desk, now=now)
        stage.asked_at[person.key] = now
    if person.alert is not None:
        kind, words = person.alert
        add_alert(session, client=client, kind=kind, text=words, version=None, actor=stage.desk, now=now)
    if person.guardian is not None:
        _give_guardian(session, stage, client, person.guardian.key, now)
    if person.agrees_to_mail and (person.email or person.guardian):
        set_consent(
            session,
            client=client,
            purpose=Purpose.REMINDER_EMAIL,
            text_version=CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version,
            channel="desk",
            actor=stage.desk,
            now=now,
        )


def _give_guardian(session: Session, stage: Stage, client: Client, guardian: str, now: datetime) -> None:
    adult = clients.get_client(session, stage.client_uids[guardian])
    details = RelationDetails(RelationKind.GUARDIAN, related_client_id=adult.id, gets_messages=True)
    add_relation(session, client=client, details=details, version=None, actor=stage.desk, now=now)


def _book(session: Session, stage: Stage, act: Act) -> None:
    visit = stage.script.visits[act.visit]
    wish = TimeWish(
        service=stage.premises.services[visit.service],
        location=stage.premises.location_uid,
        therapist=stage.premises.therapists[visit.therapist],
        room=_room(stage, visit),
        local_start=datetime.combine(visit.day, time.min) + timedelta(minutes=visit.minute),
    )
    details = BookingDetails(tentative_reason="forms_needed" if visit.tentative else None, series_id=_series_id(visit))
    stage.appointment_uids[act.visit] = book_time(
        session,
        wish=wish,
        client_uid=stage.client_uids[visit.client],
        details=details,
        rules=stage.rules,
        actor=stage.desk,
        now=act.at,
    ).uid


def _room(stage: Stage, visit: Visit) -> str | None:
    if not SERVICES[visit.service].needs_room:
        return None
    return stage.premises.rooms[THERAPISTS[visit.therapist].rooms[visit.day.weekday()]]


def _series_id(visit: Visit) -> str | None:
    return None if visit.series in {None, "case"} else str(uuid5(NAMESPACE_DNS, f"{visit.series}.example.com"))


def _walk_in(session: Session, stage: Stage, act: Act) -> None:
    visit = stage.script.visits[act.visit]
    wish = PlaceWish(
        service=stage.premises.services[visit.service],
        location=stage.premises.location_uid,
        therapist=stage.premises.therapists[visit.therapist],
        room=_room(stage, visit),
    )
    client_uid = stage.client_uids[visit.client]
    stage.appointment_uids[act.visit] = walk_in(
        session, wish=wish, client_uid=client_uid, rules=stage.rules, actor=stage.desk, now=act.at
    ).uid


def _confirm(session: Session, stage: Stage, act: Act) -> None:
    person = stage.people[stage.script.visits[act.visit].client]
    has_link = bool(person.email) and person.agrees_to_mail
    actor = BY_LINK if has_link else stage.desk
    confirm(session, appointment_uid=stage.appointment_uids[act.visit], actor=actor, now=act.at)


def _cancel(session: Session, stage: Stage, act: Act) -> None:
    is_course = stage.script.visits[act.visit].cancel_on is not None
    cancel(
        session,
        appointment_uid=stage.appointment_uids[act.visit],
        reason="other" if is_course else "ill",
        by=CancelledBy.CLIENT if is_course else CancelledBy.LINK,
        actor=stage.desk if is_course else BY_LINK,
        now=act.at,
    )


def _arrive(session: Session, stage: Stage, act: Act) -> None:
    arrive(session, appointment_uid=stage.appointment_uids[act.visit], actor=stage.desk, now=act.at)


def _start(session: Session, stage: Stage, act: Act) -> None:
    visit = stage.script.visits[act.visit]
    if act.at - stage.asked_at[visit.client] > ASKED_AGAIN_AFTER:
        client = clients.get_client(session, stage.client_uids[visit.client])
        ask_again(session, {client.id}, actor=stage.therapist(visit), now=act.at)
        stage.asked_at[visit.client] = act.at
    start(
        session,
        appointment_uid=stage.appointment_uids[act.visit],
        rules=stage.rules,
        actor=stage.therapist(visit),
        now=act.at,
    )


def _complete(session: Session, stage: Stage, act: Act) -> None:
    therapist = stage.therapist(stage.script.visits[act.visit])
    complete(session, appointment_uid=stage.appointment_uids[act.visit], actor=therapist, now=act.at)


def _no_show(session: Session, stage: Stage, act: Act) -> None:
    mark_no_show(
        session, appointment_uid=stage.appointment_uids[act.visit], charge_fee=True, actor=stage.desk, now=act.at
    )


def _waive_fee(session: Session, stage: Stage, act: Act) -> None:
    waive_fee(
        session,
        appointment_uid=stage.appointment_uids[act.visit],
        reason="Family emergency, called afterwards",
        actor=stage.desk,
        now=act.at,
    )


_DEEDS: Mapping[Deed, Callable[[Session, Stage, Act], None]] = {
    Deed.BOOK: _book,
    Deed.WALK_IN: _walk_in,
    Deed.CONFIRM: _confirm,
    Deed.CANCEL: _cancel,
    Deed.ARRIVE: _arrive,
    Deed.START: _start,
    Deed.COMPLETE: _complete,
    Deed.NO_SHOW: _no_show,
    Deed.WAIVE_FEE: _waive_fee,
}
