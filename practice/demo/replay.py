"""Performs the acts of a script through the services, in order, each at its own instant."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy.orm import Session

from practice.clients import queries as clients
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.details import ClientDetails, RelationDetails
from practice.clients.models import Client, RelationKind
from practice.clients.relations import add_relation
from practice.clients.service import add_alert, create_client, set_consent
from practice.clinic.models import ServiceKind
from practice.core.actor import Actor, Role
from practice.demo.acts import Act, Deed
from practice.demo.cases import CASES, LOST
from practice.demo.diary import Visit
from practice.demo.forms import ASKED_AGAIN_AFTER, ask_again, fill_in
from practice.demo.noting import note_relaxation
from practice.demo.people import Person
from practice.demo.premises import SERVICES, THERAPISTS
from practice.demo.stage import Stage
from practice.demo.treating import Treatment
from practice.demo.turns import appointment_ids, care_of, take_turn
from practice.scheduling.appointments.attending import arrive, complete, confirm, mark_no_show
from practice.scheduling.appointments.booking import book_time, walk_in
from practice.scheduling.appointments.cancelling import CancelledBy, cancel, waive_fee
from practice.scheduling.appointments.starting import start
from practice.scheduling.wishes import BookingDetails, PlaceWish, TimeWish

BY_LINK = Actor(Role.LINK, name="the client's link")


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
    _lose(session, stage, act)


def _arrive(session: Session, stage: Stage, act: Act) -> None:
    arrive(session, appointment_uid=stage.appointment_uids[act.visit], actor=stage.desk, now=act.at)


def _start(session: Session, stage: Stage, act: Act) -> None:
    visit = stage.script.visits[act.visit]
    if act.at - stage.asked_at[visit.client] > ASKED_AGAIN_AFTER:
        client = clients.get_client(session, stage.client_uids[visit.client])
        ask_again(session, {client.id}, actor=stage.therapist(visit), now=act.at)
        stage.asked_at[visit.client] = act.at
    if (treatment := _treatment(session, stage, act)) is not None:
        stage.delivered[visit.client] = stage.delivered.get(visit.client, 0) + 1
        treatment.before(stage.appointment_uids[act.visit], stage.delivered[visit.client])
    start(
        session,
        appointment_uid=stage.appointment_uids[act.visit],
        rules=stage.rules,
        actor=stage.therapist(visit),
        now=act.at,
    )


def _treatment(session: Session, stage: Stage, act: Act) -> Treatment | None:
    """Return the treatment of a client whom the demo follows."""
    visit = stage.script.visits[act.visit]
    if visit.client not in CASES or act.visit not in stage.courses[visit.client]:
        return None
    client_uid, care = stage.client_uids[visit.client], care_of(stage, visit.client)
    return Treatment(session, visit.client, client_uid, care=care, actor=stage.therapist(visit), now=act.at)


def _lose(session: Session, stage: Stage, act: Act) -> None:
    """Give the session of a visit that did not take place the visit that took its place."""
    client = stage.script.visits[act.visit].client
    treatment = _treatment(session, stage, act)
    places = stage.courses.get(client, ())
    again = LOST.get(client, {}).get(places.index(act.visit)) if treatment else None
    if treatment is not None and again is not None:
        lost_id, again_id = appointment_ids(session, stage, (act.visit, places[again]))
        treatment.lose(lost_id, again_id)


def _complete(session: Session, stage: Stage, act: Act) -> None:
    visit = stage.script.visits[act.visit]
    uid = stage.appointment_uids[act.visit]
    complete(session, appointment_uid=uid, actor=stage.therapist(visit), now=act.at)
    is_past = visit.day < stage.script.today
    if (treatment := _treatment(session, stage, act)) is None:
        if is_past and SERVICES[visit.service].kind is not ServiceKind.PHONE:
            note_relaxation(session, uid, actor=stage.therapist(visit), now=act.at)
        return
    number = stage.delivered[visit.client]
    if number == 1:
        treatment.open_plan(_session_ids(session, stage, visit.client))
    treatment.after(uid, number, is_signed=is_past)


def _no_show(session: Session, stage: Stage, act: Act) -> None:
    mark_no_show(
        session, appointment_uid=stage.appointment_uids[act.visit], charge_fee=True, actor=stage.desk, now=act.at
    )
    _lose(session, stage, act)


def _session_ids(session: Session, stage: Stage, client: str) -> list[int]:
    """Return the appointments that the sessions of a course have at first."""
    instead = set(LOST.get(client, {}).values())
    numbers = [number for place, number in enumerate(stage.courses[client]) if place not in instead]
    return appointment_ids(session, stage, numbers)


def _turn(session: Session, stage: Stage, act: Act) -> None:
    take_turn(session, stage, act.person, act.turn, act.at)


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
    Deed.TURN: _turn,
}
