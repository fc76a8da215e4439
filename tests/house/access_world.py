"""A practice in which Theo has a client, an appointment and a diary and Olga has none of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.links import link_token, make_link
from practice.accounts.models import AuthSession, User
from practice.accounts.sessions import Browser, start_session
from practice.accounts.step_up import StepUp
from practice.accounts.tokens import create_token
from practice.clients.models import Client, Strength
from practice.clients.preferences import PreferenceDetails, add_preference, keep_apart
from practice.clients.queries import get_record
from practice.clients.relations import add_relation
from practice.clients.service import add_alert
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.opening import ClosureDetails, add_closure
from practice.clinic.tasks import open_task
from practice.clinic.working_hours import TimeOffDetails, add_time_off
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.transact import transact
from practice.reminders.calendar_addresses import CalendarOf, renew_address
from practice.reminders.kinds import MessageKind, MessageState
from practice.reminders.links import CLIENT, OFFER, STOP_OFFERS, ensure_links
from practice.reminders.models import Message
from practice.safety.catalogue import usual
from practice.safety.clearances import receive_document, request_clearance
from practice.safety.flagging import raise_flag
from practice.safety.heard import note_heard
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm, record_screening
from practice.scheduling.absences.models import GroundAct, HitAnswer
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.wishes import BlockWish
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.merging.service import merge_clients
from practice.scheduling.models import Appointment, Block, BlockKind, ParkedCall
from practice.scheduling.telling import TELL_STOPPED
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.offers import place_of
from practice.treatment_plans.details import EpisodeDetails, GoalDetails, VersionDetails
from practice.treatment_plans.diagnosis import Cause, CauseSource, Side
from practice.treatment_plans.drafting import add_goal, draft_plan
from practice.treatment_plans.episodes import open_episode
from practice.treatment_plans.models import Episode, TreatmentPlan
from practice.treatment_plans.prescribing import prescribe
from practice.visits.activities import add_activity
from practice.visits.measures import Timing
from practice.visits.measuring import Number, record_measures
from practice.visits.models import Visit
from practice.visits.notes.consent import ELEMENTS, WRITTEN, Consent, Standing
from practice.visits.notes.consenting import record_visit_consent
from practice.visits.notes.drafting import save_draft
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.signing import sign_note
from practice.visits.opening import open_visit
from practice.visits.vital_signs import record_vitals
from practice.visits.vitals import Reading
from tests.cast import Member, make_cast, make_user
from tests.conftest import NOW
from tests.factories import OWNER, guardian, make_client, make_location, make_room, make_service, make_therapist

T = TypeVar("T")

MISSING = "00000000-0000-4000-8000-000000000000"
FORGED = f"{MISSING}.{'A' * 43}"


@dataclass
class World:
    """The rows that objects hang on, and a bearer token for each member of staff."""

    app: Flask
    session: Session
    cast: dict[str, User]
    location: Location
    room: Room
    service: Service
    theo: Therapist
    tokens: dict[str, str] = field(default_factory=dict)
    made: int = 0


def build_world(app: Flask) -> World:
    """Return a fresh world in the app's database."""
    session: Session = app.extensions["sessions"]()
    cast = make_cast(app.extensions["sessions"], now=NOW)
    location = make_location(session)
    room = make_room(session, location)
    theo = make_therapist(session, location=location, name="Theo Tran", user_id=cast["theo"].id)
    make_therapist(session, location=location, name="Olga Orlova", user_id=cast["olga"].id)
    service = make_service(session)
    world = World(app, session, cast, location, room, service, theo)
    for name, user in cast.items():
        world.tokens[name] = _act(
            world, lambda user=user: create_token(session, user=user, name="walk", actor=SYSTEM, now=NOW)
        )
    return world


def _act(world: World, work: Callable[[], T]) -> T:
    world.session.rollback()
    return transact(world.session, work)


def make_appointment(world: World) -> Appointment:
    """A booked hour of Theo's with a client of his own; each call takes another day."""
    world.made += 1
    client = make_client(world.session)
    starts_at: datetime = NOW + timedelta(days=world.made)

    def work() -> Appointment:
        row = Appointment(
            client_id=client.id,
            service_id=world.service.id,
            therapist_id=world.theo.id,
            room_id=world.room.id,
            location_id=world.location.id,
            state=AppointmentState.BOOKED,
            local_start=starts_at.replace(tzinfo=None) - timedelta(hours=5),
            zone="America/Toronto",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            duration_minutes=60,
            buffer_before_minutes=0,
            buffer_after_minutes=0,
            price_cents=11000,
            created_at=NOW,
        )
        world.session.add(row)
        world.session.flush()
        return row

    return _act(world, work)


def make_block(world: World) -> Block:
    """An hour that Theo keeps free; each call takes another day."""
    world.made += 1
    local = datetime(2027, 1, 1, 10) + timedelta(days=world.made)
    wish = BlockWish(kind=BlockKind.MEETING, local_start=local, minutes=60, therapists=(world.theo.uid,))
    return _act(world, lambda: keep_free(world.session, wish=wish, actor=OWNER, now=NOW))[0]


def _client(world: World) -> dict[str, str]:
    return {"uid": _client_of(world).uid, "purpose": "reminder_email"}


def _client_of(world: World) -> Client:
    row = world.session.get_one(Client, make_appointment(world).client_id)
    return get_record(world.session, row.uid)


def make_plan(world: World) -> TreatmentPlan:
    """A draft for a client of Theo's, with a goal and an exercise."""
    client = _client_of(world)
    details = VersionDetails(service=world.service.uid, therapist=world.theo.uid)

    def work() -> TreatmentPlan:
        by = {"actor": OWNER, "now": NOW}
        side = EpisodeDetails(side=Side.LEFT)
        episode = open_episode(world.session, client_uid=client.uid, details=side, **by)
        about = {"episode_uid": episode.uid, "therapist_uid": world.theo.uid, "template": "SUBACUTE"}
        return draft_plan(world.session, details=details, **about, **by)

    return _act(world, work)


def _goal(world: World) -> dict[str, str]:
    plan = make_plan(world)
    details = GoalDetails(text="Walk the dog", measure="PSFS", is_functional=True)
    goal = _act(world, lambda: add_goal(world.session, plan_uid=plan.uid, details=details, actor=OWNER, now=NOW))
    return {"uid": plan.uid, "part": goal.uid}


def _exercise(world: World) -> dict[str, str]:
    plan = make_plan(world)
    named = {"plan_uid": plan.uid, "code": "WALK", "side": Side.LEFT}
    row = _act(world, lambda: prescribe(world.session, **named, actor=OWNER, now=NOW))
    return {"uid": plan.uid, "part": row.uid}


def _merge(world: World) -> dict[str, str]:
    kept, merged = _client_of(world).uid, make_client(world.session).uid
    row = _act(world, lambda: merge_clients(world.session, kept_uid=kept, merged_uid=merged, actor=OWNER, now=NOW))
    return {"uid": kept, "part": row.uid}


def _contact(world: World) -> dict[str, str]:
    row = _client_of(world)
    return {"uid": row.uid, "part": row.contacts[0].uid}


def _alert(world: World) -> dict[str, str]:
    uid = _client_of(world).uid

    def work() -> str:
        row = get_record(world.session, uid)
        return add_alert(
            world.session, client=row, kind="access", text="Needs the lift", version=None, actor=OWNER, now=NOW
        ).uid

    return {"uid": uid, "part": _act(world, work)}


def _preference(world: World) -> dict[str, str]:
    uid = _client_of(world).uid

    def work() -> str:
        wish = PreferenceDetails(Strength.PREFER, gender="female")
        row = get_record(world.session, uid)
        return add_preference(world.session, client=row, details=wish, version=None, actor=OWNER, now=NOW).uid

    return {"uid": uid, "part": _act(world, work)}


def _pair(world: World) -> dict[str, str]:
    uid, person = _client_of(world).uid, make_client(world.session)

    def work() -> str:
        row = get_record(world.session, uid)
        return keep_apart(world.session, client=row, other=person, actor=OWNER, now=NOW).uid

    return {"uid": uid, "part": _act(world, work)}


def _relation(world: World) -> dict[str, str]:
    uid, person = _client_of(world).uid, make_client(world.session)

    def work() -> str:
        row = get_record(world.session, uid)
        return add_relation(world.session, client=row, details=guardian(person), version=None, actor=OWNER, now=NOW).uid

    return {"uid": uid, "part": _act(world, work)}


def _hold(world: World) -> dict[str, str]:
    uid = make_appointment(world).uid

    def work() -> str:
        row = world.session.scalars(select(Appointment).where(Appointment.uid == uid)).one()
        row.state, row.client_id = AppointmentState.HELD, None
        row.held_by_id, row.hold_ends_at = world.cast["theo"].id, NOW + timedelta(minutes=5)
        return uid

    return {"uid": _act(world, work)}


def _parked_call(world: World) -> dict[str, str]:
    def work() -> str:
        for open_call in world.session.scalars(select(ParkedCall).where(ParkedCall.closed_at.is_(None))):
            open_call.closed_at = NOW
        row = ParkedCall(user_id=world.cast["rita"].id, label="Unnamed caller", created_at=NOW)
        world.session.add(row)
        world.session.flush()
        return row.uid

    return {"uid": _act(world, work)}


def _extra_user(world: World) -> dict[str, str]:
    world.made += 1
    member = Member(f"extra{world.made}@example.com", "Extra", Role.RECEPTIONIST)
    return {"uid": make_user(world.app.extensions["sessions"], member, now=NOW).uid}


def _own_session(world: World) -> dict[str, str]:
    session_cookie(world, "theo")
    return {"uid": world.session.scalars(select(AuthSession.uid).order_by(AuthSession.id.desc()).limit(1)).one()}


def session_cookie(world: World, name: str) -> str:
    """The cookie of a fresh session of one of the cast."""
    world.session.rollback()
    user = world.session.get_one(User, world.cast[name].id)
    return _act(
        world,
        lambda: (
            start_session(
                world.session,
                user_id=user.id,
                proven_hash=user.password_hash,
                browser=Browser("Elsewhere"),
                lasts=timedelta(hours=12),
                now=world.app.extensions["clock"](),
            ).token
        ),
    )


def _time_off(world: World) -> dict[str, str]:
    world.made += 1
    away_from = NOW + timedelta(days=30 + 2 * world.made)
    details = TimeOffDetails(away_from, away_from + timedelta(days=1))
    row = _act(world, lambda: add_time_off(world.session, therapist=world.theo, details=details, actor=OWNER, now=NOW))
    return {"uid": row.uid}


def _closure(world: World) -> dict[str, str]:
    world.made += 1
    day = NOW.date() + timedelta(days=200 + world.made)
    details = ClosureDetails(first_on=day, last_on=day, name="Stocktaking")
    return {"uid": _act(world, lambda: add_closure(world.session, details=details, actor=OWNER, now=NOW)).uid}


def _task(world: World) -> dict[str, str]:
    world.made += 1
    row = _act(
        world,
        lambda: open_task(
            world.session,
            kind="call",
            subject_kind="client",
            subject_id=1,
            due_at=NOW,
            dedupe_key=f"walk-{world.made}",
            now=NOW,
        ),
    )
    return {"uid": row.uid}


def manage_token(world: World) -> str:
    """The token of a genuine link to an appointment."""
    appointment = make_appointment(world)
    link = _act(
        world,
        lambda: make_link(
            world.session,
            purpose="manage",
            subject_kind="appointment",
            subject_id=appointment.id,
            expires_at=None,
            now=NOW,
        ),
    )
    return link_token(world.app.extensions["settings"].link_key, link)


def _message(world: World) -> dict[str, str]:
    appointment = make_appointment(world)

    def work() -> Message:
        row = Message(
            dedupe_key=f"walk-{world.made}",
            kind=MessageKind.CONFIRMATION,
            subject_kind="appointment",
            subject_id=appointment.id,
            client_id=appointment.client_id,
            to_address="clara@example.com",
            due_at=NOW,
            expires_at=NOW,
            state=MessageState.SENT,
            message_id=f"<walk-{world.made}@example.com>",
            created_at=NOW,
        )
        world.session.add(row)
        return row

    return {"uid": _act(world, work).uid}


def _told(world: World) -> dict[str, str]:
    world.made += 1
    client = make_client(world.session)
    row = _act(
        world,
        lambda: open_task(
            world.session,
            kind=TELL_STOPPED,
            subject_kind="client",
            subject_id=client.id,
            due_at=NOW,
            dedupe_key=f"walk-told-{world.made}",
            now=NOW,
        ),
    )
    return {"uid": row.uid}


def _call(world: World) -> dict[str, str]:
    appointment = make_appointment(world)
    task = _act(
        world,
        lambda: open_task(
            world.session,
            kind="call_reminder",
            subject_kind="appointment",
            subject_id=appointment.id,
            due_at=NOW,
            dedupe_key=f"walk-call-{appointment.id}",
            now=NOW,
        ),
    )
    return {"uid": task.uid}


def make_offer(world: World) -> WaitListOffer:
    """A time of Theo's that is held for a client of his own until tomorrow."""
    appointment = make_appointment(world)

    def work() -> WaitListOffer:
        client_id, appointment.state, appointment.client_id = appointment.client_id, AppointmentState.HELD, None
        appointment.hold_ends_at = NOW + timedelta(hours=3)
        entry = WaitListEntry(
            client_id=client_id,
            service_id=appointment.service_id,
            location_id=appointment.location_id,
            first_on=NOW.date(),
            urgency="soon",
            state="offered",
            created_at=NOW,
        )
        world.session.add(entry)
        world.session.flush()
        row = WaitListOffer(
            entry_id=entry.id,
            hold_id=appointment.id,
            channel="email",
            state="open",
            offered_at=NOW,
            expires_at=NOW + timedelta(hours=3),
            **place_of(appointment),
        )
        world.session.add(row)
        world.session.flush()
        return row

    return _act(world, work)


def _entry(world: World) -> dict[str, str]:
    return {"uid": world.session.get_one(WaitListEntry, make_offer(world).entry_id).uid}


def _ground_act(world: World) -> dict[str, str]:
    answer = _hit_answer(world)["uid"]
    row = world.session.scalars(select(HitAnswer).where(HitAnswer.uid == answer)).one()
    return {"uid": world.session.get_one(GroundAct, row.act_id).uid}


def _hit_answer(world: World) -> dict[str, str]:
    """A visit of Theo's that is left to a call."""
    appointment = make_appointment(world)

    def work() -> HitAnswer:
        act = GroundAct(kind="away", title="Theo away", therapist_id=world.theo.id, at=NOW)
        world.session.add(act)
        world.session.flush()
        row = HitAnswer(act_id=act.id, appointment_id=appointment.id, answer="call")
        world.session.add(row)
        return row

    return {"uid": _act(world, work).uid}


def make_visit(world: World) -> Visit:
    """A visit of a client of Theo's who has come."""
    appointment = make_appointment(world)

    def work() -> Visit:
        row = world.session.get_one(Appointment, appointment.id)
        row.state, row.arrived_at = AppointmentState.ARRIVED, NOW
        world.session.flush()
        return open_visit(world.session, appointment_uid=row.uid, actor=OWNER, now=NOW)

    return _act(world, work)


def _signed(world: World) -> dict[str, str]:
    """A visit of Theo's that is over, with its signed note."""
    visit = make_visit(world)
    theo = Actor(Role.THERAPIST, user_id=world.cast["theo"].id, therapist_id=world.theo.id, name="Theo")
    by = {"visit": visit, "actor": theo, "now": NOW}

    def work() -> NoteEntry:
        row = world.session.get_one(Appointment, visit.appointment_id)
        row.state, row.ended_at = AppointmentState.COMPLETED, NOW - timedelta(hours=1)
        consent = Consent(frozenset(ELEMENTS), WRITTEN, covers_buttock=True)
        record_visit_consent(world.session, consent=consent, standing=Standing(), **by)
        save_draft(world.session, said={"subjective": "Better."}, version=0, **by)
        return sign_note(world.session, proof=StepUp(theo.user_id or 0, NOW), **by)

    return {"uid": visit.uid, "part": _act(world, work).uid}


def _visited(world: World) -> dict[str, str]:
    return {"uid": world.session.get_one(Appointment, make_visit(world).appointment_id).uid}


def _reading(world: World) -> dict[str, str]:
    visit = make_visit(world)
    reading = Reading(systolic=120, diastolic=80)
    row, _ = _act(
        world,
        lambda: record_vitals(world.session, visit=visit, reading=reading, timing=Timing.PRE, actor=OWNER, now=NOW),
    )
    return {"uid": visit.uid, "part": row.uid}


def _measured(world: World) -> dict[str, str]:
    visit = make_visit(world)
    numbers = [Number("NPRS_LEG", "now", 7)]
    rows, _ = _act(world, lambda: record_measures(world.session, visit=visit, numbers=numbers, actor=OWNER, now=NOW))
    return {"uid": visit.uid, "part": rows[0].uid}


def _activity(world: World) -> dict[str, str]:
    client = _client_of(world)
    row = _act(
        world, lambda: add_activity(world.session, client_id=client.id, words="Walk to the shop", actor=OWNER, now=NOW)
    )
    return {"uid": client.uid, "part": row.uid}


def stop_token(world: World) -> str:
    """The token of a genuine link that stops a client's reminders."""
    _, stop = _act(world, lambda: ensure_links(world.session, [], [_client_of(world).id], now=NOW))
    return link_token(world.app.extensions["settings"].link_key, next(iter(stop.values())))


def feed_token(world: World) -> str:
    """The token of a genuine link to a client's calendar."""
    client = _client_of(world)
    link = _act(
        world,
        lambda: renew_address(world.session, owner=CalendarOf(CLIENT, client.id), actor=OWNER, now=NOW),
    )
    return link_token(world.app.extensions["settings"].link_key, link)


def offer_token(world: World, purpose: str) -> str:
    """The token of a genuine link to an offer."""
    offer = make_offer(world)
    ends = NOW + timedelta(days=1)
    link = _act(
        world,
        lambda: make_link(
            world.session, purpose=purpose, subject_kind=OFFER, subject_id=offer.id, expires_at=ends, now=NOW
        ),
    )
    return link_token(world.app.extensions["settings"].link_key, link)


def _plan(world: World) -> dict[str, str]:
    """A draft for a client of Theo's."""
    client_uid = world.session.get_one(Client, make_appointment(world).client_id).uid
    details = EpisodeDetails(side=Side.LEFT, causes=(Cause.DISC,), source=CauseSource.CLIENT_SAYS)
    by = {"actor": SYSTEM, "now": NOW}
    episode = _act(world, lambda: open_episode(world.session, client_uid=client_uid, details=details, **by))
    plan = _act(
        world,
        lambda: draft_plan(
            world.session,
            episode_uid=episode.uid,
            therapist_uid=world.theo.uid,
            template="SUBACUTE",
            details=VersionDetails(service=world.service.uid, therapist=world.theo.uid),
            **by,
        ),
    )
    return {"uid": plan.uid}


Maker = Callable[[World], dict[str, str]]


def _flag(world: World) -> dict[str, str]:
    uid, client_id = _own_client(world)
    more = {"source": "person", "actor": OWNER, "now": NOW}
    row = _act(world, lambda: raise_flag(world.session, client_id=client_id, raised=usual("EPILEPSY"), **more))
    return {"uid": uid, "part": row.uid}


def _clearance(world: World) -> dict[str, str]:
    uid, client_id = _own_client(world)
    row = _act(world, lambda: request_clearance(world.session, client_id=client_id, actor=OWNER, now=NOW))
    return {"uid": uid, "part": row.uid}


def _screening(world: World) -> dict[str, str]:
    uid, client_id = _own_client(world)
    form = FilledForm({key: question.values[0] for key, question in FORM.questions.items()}, "paper", is_signed=False)
    row, _ = _act(world, lambda: record_screening(world.session, client_id=client_id, form=form, actor=OWNER, now=NOW))
    return {"uid": uid, "part": row.uid}


def _document(world: World) -> dict[str, str]:
    made = _clearance(world)
    pdf = b"%PDF-1.7 %%EOF"
    row = _act(world, lambda: receive_document(world.session, uid=made["part"], content=pdf, actor=OWNER, now=NOW))
    return {"uid": made["uid"], "part": row.uid}


def _heard(world: World) -> dict[str, str]:
    uid, client_id = _own_client(world)
    row = _act(world, lambda: note_heard(world.session, client_id=client_id, words="numb", actor=OWNER, now=NOW))
    return {"uid": uid, "part": row.uid}


def _own_client(world: World) -> tuple[str, int]:
    uid = _client(world)["uid"]
    return uid, world.session.scalars(select(Client.id).where(Client.uid == uid)).one()


MAKERS: dict[str, Maker] = {
    "flag": _flag,
    "clearance": _clearance,
    "screening": _screening,
    "document": _document,
    "heard": _heard,
    "location": lambda world: {"uid": world.location.uid},
    "set_up": lambda world: {"kind": "rooms", "uid": world.room.uid},
    "room": lambda world: {"uid": world.room.uid},
    "service": lambda world: {"uid": world.service.uid},
    "therapist": lambda world: {"uid": world.theo.uid, "on": "2026-11-30"},
    "day": lambda _world: {"raw_day": "2026-11-30"},
    "problem": lambda _world: {"code": "time_taken"},
    "user": lambda world: {"uid": world.cast["rita"].uid},
    "hold": _hold,
    "entry": _entry,
    "offer": lambda world: {"uid": make_offer(world).uid},
    "parked_call": _parked_call,
    "extra_user": _extra_user,
    "own_session": _own_session,
    "time_off": _time_off,
    "ground_act": _ground_act,
    "hit_answer": _hit_answer,
    "closure": _closure,
    "task": _task,
    "told": _told,
    "message": _message,
    "text": lambda _world: {"name": "reminder", "language": "en"},
    "call": _call,
    "client": _client,
    "goal": _goal,
    "exercise": _exercise,
    "merge": _merge,
    "contact": _contact,
    "alert": _alert,
    "relation": _relation,
    "preference": _preference,
    "pair": _pair,
    "appointment": lambda world: {"uid": make_appointment(world).uid},
    "block": lambda world: {"uid": make_block(world).uid},
    "visit": lambda world: {"uid": make_visit(world).uid},
    "visited": _visited,
    "plan": _plan,
    "episode": lambda world: {"uid": world.session.get_one(Episode, make_plan(world).episode_id).uid},
    "activity": _activity,
    "reading": _reading,
    "signed": _signed,
    "measured": _measured,
    "measure_code": lambda _world: {"code": "NPRS_LEG"},
}
"""Values for the rule of one object of Theo's, made anew for every request, since a request may destroy it."""

BODIES: dict[tuple[str, str], Callable[[World], dict[str, object]]] = {
    ("POST", "/absences/out-today"): lambda world: {"therapist_uid": world.theo.uid},
    ("POST", "/api/v1/absences/out-today"): lambda world: {"therapist_uid": world.theo.uid},
    ("POST", "/api/v1/absences/preview"): lambda world: {
        "kind": "away",
        "therapist_uid": world.theo.uid,
        "first_on": "2026-11-30",
    },
    ("POST", "/api/v1/absences/calls/<uid:uid>"): lambda _: {"end": "no_answer"},
    ("PUT", "/api/v1/therapists/<uid:uid>/busy-times"): lambda _: {"calendar": "BEGIN:VCALENDAR\nEND:VCALENDAR"},
    ("PATCH", "/api/v1/blocks/<uid:uid>"): lambda world: {
        "kind": "lunch",
        "local_start": "2027-01-01T12:00",
        "minutes": 30,
        "therapist_uids": [world.theo.uid],
    },
    ("POST", "/api/v1/appointments/<uid:uid>/cancellation"): lambda _: {"reason": "ill"},
    ("POST", "/api/v1/appointments/<uid:uid>/error-mark"): lambda _: {"reason": "wrong client"},
    ("POST", "/api/v1/appointments/<uid:uid>/fee-waiver"): lambda _: {"reason": "regular client"},
    ("POST", "/api/v1/appointments/<uid:uid>/no-show"): lambda _: {"charge_fee": False},
    ("POST", "/api/v1/appointments/<uid:uid>/shortening"): lambda _: {"minutes": 30},
    ("POST", "/api/v1/appointments/<uid:uid>/reservation"): lambda _: {"reason": "other"},
    ("PATCH", "/api/v1/appointments/<uid:uid>/linked"): lambda _: {},
    ("POST", "/api/v1/appointments/<uid:uid>/linked/cancellation"): lambda _: {"reason": "ill"},
    ("PATCH", "/api/v1/appointments/<uid:uid>/series"): lambda _: {"scope": "this"},
    ("POST", "/api/v1/appointments/<uid:uid>/series/cancellation"): lambda _: {"scope": "all", "reason": "ill"},
    ("POST", "/api/v1/clients/<uid:uid>/activities"): lambda _: {"words": "Walk to the shop"},
    ("POST", "/api/v1/visits/<uid:uid>/not-treated"): lambda _: {"reason": "emergency"},
    ("POST", "/api/v1/visits/<uid:uid>/vitals/<uid:part>/correction"): lambda _: {"reason": "wrong arm"},
    ("POST", "/api/v1/visits/<uid:uid>/measures"): lambda _: {
        "measures": [{"code": "NPRS_LEG", "part": "now", "value": 7}]
    },
    ("POST", "/api/v1/visits/<uid:uid>/measures/<uid:part>/correction"): lambda _: {"value": 6, "reason": "misheard"},
    ("POST", "/api/v1/visits/<uid:uid>/body-map"): lambda _: {"painted": []},
    ("POST", "/api/v1/clients/<uid:uid>/flags"): lambda _: {"code": "EPILEPSY"},
    ("PATCH", "/api/v1/clients/<uid:uid>/flags/<uid:part>"): lambda _: {"tier": None, "reason": "a mistake"},
    ("POST", "/api/v1/clients/<uid:uid>/screening"): lambda _: {"answers": {}, "is_signed": False},
    ("POST", "/api/v1/clients/<uid:uid>/heard"): lambda _: {"words": "numb since Sunday"},
    ("POST", "/api/v1/clients/<uid:uid>/clearances/<uid:part>/reading"): lambda _: {
        "clinician": "physician",
        "clinician_name": "Dr Pell",
        "dated_on": "2026-11-24",
        "valid_from": "2026-11-24",
        "valid_until": "2026-12-24",
    },
    ("POST", "/api/v1/clients/<uid:uid>/clearances/<uid:part>/end"): lambda _: {"state": "withdrawn", "reason": "no"},
    ("POST", "/api/v1/clients/<uid:uid>/episodes"): lambda _: {"side": "left"},
    ("PUT", "/api/v1/episodes/<uid:uid>"): lambda _: {"side": "left"},
    ("POST", "/api/v1/episodes/<uid:uid>/plans"): lambda world: {
        "treating_uid": world.theo.uid,
        "template": "ACUTE",
        "service_uid": world.service.uid,
    },
    ("POST", "/api/v1/plans/<uid:uid>/hold"): lambda _: {"reason": "client"},
    ("POST", "/api/v1/plans/<uid:uid>/discharge"): lambda _: {"outcome": "moved"},
    ("POST", "/api/v1/plans/<uid:uid>/referral"): lambda _: {"reason": "a letter"},
    ("POST", "/api/v1/plans/<uid:uid>/reassessments"): lambda _: {
        "after_number": 1,
        "decided": "too_early",
        "decision": "continue",
    },
    ("POST", "/api/v1/plans/<uid:uid>/draft"): lambda world: {"service_uid": world.service.uid, "reason": "more"},
    ("PUT", "/api/v1/plans/<uid:uid>/draft"): lambda world: {"service_uid": world.service.uid},
    ("PUT", "/api/v1/plans/<uid:uid>/draft/baseline"): lambda _: {"leg": 7, "back": 5, "psfs": 3.3},
    ("POST", "/api/v1/plans/<uid:uid>/goals"): lambda _: {"text": "Walk the dog"},
    ("PATCH", "/api/v1/plans/<uid:uid>/goals/<uid:part>"): lambda _: {"state": "achieved"},
    ("POST", "/api/v1/plans/<uid:uid>/exercises"): lambda _: {"code": "WALK", "side": "left"},
    ("PATCH", "/api/v1/plans/<uid:uid>/exercises/<uid:part>"): lambda _: {"state": "paused"},
    ("POST", "/api/v1/plans/<uid:uid>/consent"): lambda _: {
        "text_version": "2026-11",
        "mode": "verbal",
        "discussed": True,
    },
    ("POST", "/api/v1/plans/<uid:uid>/course"): lambda world: {
        "visits": [{"number": 1, "local_start": "2026-11-30T10:00", "therapist_uid": world.theo.uid}],
        "seen": "x",
    },
    ("POST", "/api/v1/visits/<uid:uid>/reactions"): lambda _: {"kind": "bruise", "severity": 1},
    ("POST", "/api/v1/visits/<uid:uid>/notes/<uid:part>/addenda"): lambda _: {"text": "Also.", "reason": "forgotten"},
    ("POST", "/api/v1/visits/<uid:uid>/notes/<uid:part>/error-mark"): lambda _: {"reason": "wrong client"},
    ("POST", "/api/v1/notes/signatures"): lambda world: {"visit_uids": [_signed(world)["uid"]]},
    ("POST", "/api/v1/appointments/<uid:uid>/swap"): lambda world: {
        "other_uid": make_appointment(world).uid,
        "what": "times",
    },
}
"""What a route must be sent before it looks at the object; every other route is sent an empty body."""


def stranger_bodies(world: World, client_uid: str) -> dict[str, dict[str, object]]:
    """Return {path: body} of what Olga might send to make *client_uid* her own client by booking her."""
    olga = world.session.scalars(select(Therapist).where(Therapist.user_id == world.cast["olga"].id)).one()
    common = {"client_uid": client_uid, "service_uid": world.service.uid, "therapist_uid": olga.uid}
    return {
        "/api/v1/appointments": {**common, "local_start": "2026-11-25T10:00"},
        "/api/v1/series": {
            **common,
            "local_start": "2026-11-25T10:00",
            "rule": {"weekdays": [2], "count": 2},
        },
        "/api/v1/appointments/linked": {
            "client_uid": client_uid,
            "visits": [
                {
                    "service_uid": world.service.uid,
                    "therapist_uid": olga.uid,
                    **({} if number else {"local_start": "2026-11-25T10:00"}),
                }
                for number in range(2)
            ],
        },
        "/api/v1/appointments/walk-ins": dict(common),
        "/api/v1/appointments/past-visits": {
            **common,
            "local_start": "2026-11-23T10:00",
            "outcome": "completed",
            "reason": "forgotten",
        },
    }


LINK_MAKERS: dict[str, Maker] = {
    "manage_link": lambda world: {"token": manage_token(world)},
    "feed_link": lambda world: {"token": feed_token(world)},
    "stop_link": lambda world: {"token": stop_token(world)},
    "offer_link": lambda world: {"token": offer_token(world, OFFER)},
    "offers_stop": lambda world: {"token": offer_token(world, STOP_OFFERS)},
}
"""Values that only the holder of a link has; everybody else tries a forged one."""

NOBODYS = {
    "kind": "rooms",
    "uid": MISSING,
    "part": MISSING,
    "purpose": "reminder_email",
    "token": FORGED,
    "on": "2026-11-30",
}
