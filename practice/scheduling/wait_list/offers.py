"""Making an offer (an expiring hold with a name on it) and accepting it: each takes time through the one claim."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import DiaryKind
from practice.core.actor import SYSTEM, Actor
from practice.core.events import Event, record
from practice.core.failpoints import failpoint
from practice.core.intervals import Interval
from practice.core.local_time import to_local
from practice.scheduling.appointments.booking import become_booking
from practice.scheduling.appointments.history import Act, note
from practice.scheduling.appointments.holding import reread_hold
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.informing import inform
from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.claiming.making import new_appointment, placing_of, question_about, stand_as_judged
from practice.scheduling.claiming.places import Place
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, BookingRules, Notice, Verb, judge
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.errors import HoldExpired, refused
from practice.scheduling.free_time.facts import load_facts
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import SetUp
from practice.scheduling.wait_list.deciding import Decision
from practice.scheduling.wait_list.ending import close_offer, get_offer, lock_offer, require_open
from practice.scheduling.wait_list.entries import close_entry, lock_entry
from practice.scheduling.wait_list.errors import NotWaiting, OfferEnded
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.states import EntryState, OfferChannel, OfferState
from practice.scheduling.wishes import TimeWish


def make_offer(
    session: Session, *, decision: Decision, rules: BookingRules, actor: Actor = SYSTEM, now: datetime
) -> WaitListOffer:
    """Hold a time for one who waits, until the decision's end; the mail follows from the offer being there.

    Every rule is asked now, with the client and the client's notice, so that what is offered may be accepted.
    Raises ``TimeTaken``, ``BookingConflict``, ``BookingRefused`` and :class:`NotWaiting`; nothing is written then.
    """
    entry = session.get_one(WaitListEntry, decision.entry_id, populate_existing=True)
    client = session.get_one(Client, entry.client_id)
    hold = _hold(session, entry, decision, rules=rules, actor=actor, now=now)
    require_allowed(session, hold, client, is_by_client=True, rules=rules, actor=actor, now=now)
    locked = select(WaitListEntry).where(WaitListEntry.id == entry.id).with_for_update()
    entry = session.scalars(locked, execution_options={"populate_existing": True}).one()
    if entry.state != EntryState.WAITING:
        raise NotWaiting(EntryState(entry.state))
    entry.state = EntryState.OFFERED
    offer = _write(session, entry, hold, decision, actor=actor, now=now)
    failpoint("offer.before_commit")
    return offer


def _hold(
    session: Session, entry: WaitListEntry, decision: Decision, *, rules: BookingRules, actor: Actor, now: datetime
) -> Appointment:
    set_up = read_set_up(session)
    wish = wish_of(set_up, entry, decision)
    placing = placing_of(session, Verb.HOLD, wish, wish.local_start, actor=actor, now=now)
    placing = replace(placing, question=replace(placing.question, by_link=True))
    held: list[Appointment] = []

    def write(place: Place) -> Appointment:
        hold = new_appointment(place, AppointmentState.HELD, actor=actor, now=now)
        hold.hold_ends_at = decision.expires_at
        # The mail belongs to the offer; the held time itself is nobody's news.
        hold.change_seq = hold.reconciled_seq = 0
        session.add(hold)
        held.append(hold)
        return hold

    take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    return held[0]


def wish_of(set_up: SetUp, entry: WaitListEntry, decision: Decision) -> TimeWish:
    """Return the time that a decision names, in the words of the verbs that take time."""
    location = set_up.locations[entry.location_id]
    starts_at = instant_of(decision.opening.begins)
    return TimeWish(
        service=set_up.services[entry.service_id].uid,
        location=location.uid,
        therapist=set_up.therapists[decision.therapist_id].uid,
        local_start=to_local(starts_at, location.zone).replace(tzinfo=None),
    )


def _write(
    session: Session, entry: WaitListEntry, hold: Appointment, decision: Decision, *, actor: Actor, now: datetime
) -> WaitListOffer:
    session.flush()
    offer = WaitListOffer(
        entry_id=entry.id,
        hold_id=hold.id,
        channel=OfferChannel.EMAIL,
        state=OfferState.OPEN,
        offered_at=now,
        offered_by_id=actor.user_id,
        expires_at=decision.expires_at,
        why=list(decision.why),
        among=decision.among,
        **place_of(hold),
    )
    session.add(offer)
    session.flush()
    record(session, Event("wait_list.offer", "wait_list_offer", offer.uid, actor, now, {"among": decision.among}))
    return offer


def place_of(appointment: Appointment) -> dict[str, object]:
    """Return what an offer keeps of a time."""
    names = ("therapist_id", "room_id", "local_start", "zone", "starts_at", "ends_at")
    return {name: getattr(appointment, name) for name in names}


def require_allowed(
    session: Session,
    hold: Appointment,
    client: Client,
    *,
    is_by_client: bool,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Sequence[Notice]:
    """Return what there is to know of this client in the held time, which counts as free; raise what the rules refuse.

    Hours, absences and closures are asked again: an offer lives for hours, and much may change in them.
    """
    question = replace(
        question_about(hold, actor=actor, now=now), client_id=client.kept_id, room_id=hold.room_id, by_link=is_by_client
    )
    request = BookingRequest(
        verb=Verb.BOOK,
        actor=actor,
        asked_at=now,
        question=question,
        local_start=hold.local_start,
        client_id=client.kept_id,
    )
    facts = BookingFacts(load_facts(session, question), has_whole_day=True)
    verdict = judge(inform(session, rules, question), request, facts)
    if verdict.refusals:
        raise refused(verdict.refusals)
    return verdict.notices


@dataclass(frozen=True, slots=True)
class Accepted:
    """The offer and the appointment that it became."""

    offer: WaitListOffer
    appointment: Appointment


def accept_offer(session: Session, *, offer_uid: str, rules: BookingRules, actor: Actor, now: datetime) -> Accepted:
    """Book the time that is held for an offer; the entry is closed.

    Raises ``NotFound``, :class:`OfferEnded` when it was answered, has run out or was taken back, ``TimeTaken``
    when the client is elsewhere then, and what the rules refuse.
    """
    offer = get_offer(session, offer_uid)
    require_open(offer, now=now)
    hold = _load_hold(session, offer)
    entry = offer.entry
    client = session.get_one(Client, entry.client_id)
    lies_on = diaries_of(hold)

    def decide(_occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        _require_still_open(session, hold, offer, now=now)
        notices = require_allowed(
            session, hold, client, is_by_client=not actor.is_staff, rules=rules, actor=actor, now=now
        )
        become_booking(hold, client, AppointmentState.BOOKED, actor=actor, now=now)
        stand_as_judged(hold, notices)
        return [Wanted(hold, client.time_diary_id, DiaryKind.CLIENT)]

    claim(
        session,
        diary_ids=lies_on | {client.time_diary_id, *read_set_up(session).wishes_of(client.kept_id).apart},
        around=(Interval(hold.starts_at, hold.ends_at),),
        decide=decide,
        now=now,
        touching=lies_on,
    )
    note(session, hold, Act(Verb.BOOK), None, actor=actor, now=now)
    close_offer(session, offer, OfferState.ACCEPTED, actor=actor, now=now)
    close_entry(lock_entry(session, entry.uid), EntryState.BOOKED, now=now)
    return Accepted(offer, hold)


def _load_hold(session: Session, offer: WaitListOffer) -> Appointment:
    wanted = select(Appointment).where(Appointment.id == offer.hold_id).options(*WITH_EVERYBODY)
    hold = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if hold is None:
        raise OfferEnded(OfferState.WITHDRAWN)
    return hold


def _require_still_open(session: Session, hold: Appointment, offer: WaitListOffer, *, now: datetime) -> None:
    """Read the held time and the offer again under their locks: of many answers at once one is the first."""
    try:
        reread_hold(session, hold, now=now)
    except HoldExpired as gone:
        require_open(lock_offer(session, offer), now=now)
        raise OfferEnded(OfferState.WITHDRAWN) from gone
    require_open(lock_offer(session, offer), now=now)
