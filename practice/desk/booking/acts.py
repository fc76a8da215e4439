"""From a draft to the verb that does it: hold, book, walk in or record. Chooses between verbs, owns no rule."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id, require_own
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.errors import correct
from practice.clients.service import create_client, set_consent
from practice.clinic.models import Therapist
from practice.clinic.queries import get_location
from practice.core.actor import Actor
from practice.core.errors import NotFound, RuleViolation
from practice.desk.booking.draft import Draft
from practice.scheduling.appointments.booking import book_held, book_time, walk_in
from practice.scheduling.appointments.holding import hold_time, release_hold
from practice.scheduling.appointments.recording import PastVisit, record_past
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.errors import NEXT_TIMES, HoldExpired
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.linking.service import LinkedWish, book_linked
from practice.scheduling.models import Appointment
from practice.scheduling.ownership import require_own_client
from practice.scheduling.wishes import get_by_uid


class NotChosenYet(RuleViolation):
    """The form lacks a client or a time."""

    code = "not_chosen"
    title = "Not complete yet"


def in_own_diary(session: Session, draft: Draft, actor: Actor) -> Draft:
    """Return the draft bound to the actor's own diary if the actor may book there only.

    Raises ``NotFound`` for a time of somebody else's.
    """
    own_id = own_therapist_id(session, actor, "appointment.book")
    if own_id is None:
        return draft
    own_uid = session.get_one(Therapist, own_id).uid
    if draft.choice and draft.choice.therapist not in {"", own_uid}:
        raise NotFound("There is nothing here by that name.")
    choice = replace(draft.choice, therapist=own_uid) if draft.choice else None
    return replace(draft, therapist=own_uid, choice=choice)


def keep_time(session: Session, draft: Draft, *, rules: BookingRules, actor: Actor, now: datetime) -> Draft:
    """Return the draft with its chosen time held, and nothing else held for it.

    Raises what ``hold_time`` raises; the hold before then stays.
    """
    if draft.let_go:
        release_hold(session, hold_uid=draft.let_go, actor=actor, now=now)
    wanted = "" if _is_past(session, draft, now) else draft.asks_to_hold
    if draft.hold and draft.held_for == wanted:
        return draft
    if draft.hold:
        release_hold(session, hold_uid=draft.hold, actor=actor, now=now)
    start = draft.choice.local_start if draft.choice else None
    if not wanted or start is None:
        return replace(draft, hold="", held_for="")
    hold = hold_time(
        session,
        wish=draft.wish_at(start),
        override_reason=draft.override_reason,
        rules=rules,
        actor=actor,
        now=now,
    )
    return replace(draft, hold=hold.uid, held_for=wanted)


def book_draft(session: Session, draft: Draft, *, rules: BookingRules, actor: Actor, now: datetime) -> Appointment:
    """Book what the draft says, opening the record of a new client in the same transaction.

    Raises :class:`NotChosenYet` and what the verbs raise; nothing is written then.
    """
    if draft.choice is None:
        raise NotChosenYet("Choose a time first.", ways_out=(NEXT_TIMES,))
    client_uid = client_of(session, draft, actor=actor, now=now)
    start = draft.choice.local_start
    if draft.follow and (start is None or _is_past(session, draft, now)):
        raise NotChosenYet("Choose a time to come for two visits, or book them one by one.", ways_out=(NEXT_TIMES,))
    if start is None:
        let_go(session, draft, actor=actor, now=now)
        return walk_in(
            session,
            wish=draft.place,
            client_uid=client_uid,
            details=draft.details,
            rules=rules,
            actor=actor,
            now=now,
        )
    if _is_past(session, draft, now):
        return _record(session, draft, client_uid, start, rules=rules, actor=actor, now=now)
    return _book(session, draft, client_uid, start, rules=rules, actor=actor, now=now)


def _book(
    session: Session,
    draft: Draft,
    client_uid: str,
    start: datetime,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    if draft.hold and draft.held_for == draft.asks_to_hold and not draft.follow:
        # Without the hold the time may still be free, and that is all that the caller wants.
        with suppress(HoldExpired):
            return book_held(
                session,
                hold_uid=draft.hold,
                client_uid=client_uid,
                details=draft.details,
                rules=rules,
                actor=actor,
                now=now,
            )
    let_go(session, draft, actor=actor, now=now)
    if draft.follow:
        return _book_both(session, draft, client_uid, start, rules=rules, actor=actor, now=now)
    return book_time(
        session,
        wish=draft.wish_at(start),
        client_uid=client_uid,
        details=draft.details,
        rules=rules,
        actor=actor,
        now=now,
    )


def _book_both(
    session: Session,
    draft: Draft,
    client_uid: str,
    start: datetime,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    first = draft.wish_at(start)
    booked = book_linked(
        session,
        first=first,
        then=[LinkedWish(service=draft.follow, therapist=_who_follows(session, draft, first.therapist, actor))],
        client_uid=client_uid,
        details=draft.details,
        rules=rules,
        actor=actor,
        now=now,
    )
    return booked[0]


def _who_follows(session: Session, draft: Draft, therapist_uid: str | None, actor: Actor) -> str | None:
    """Return the therapist of the visit right after: the same one if she offers it, else anyone."""
    if therapist_uid is None or own_therapist_id(session, actor, "appointment.book") is not None:
        return therapist_uid
    set_up = read_set_up(session)
    service = get_by_uid(set_up.services, draft.follow, "service")
    offers = get_by_uid(set_up.therapists, therapist_uid, "therapist").offers
    return therapist_uid if service.id in offers else None


def _record(
    session: Session,
    draft: Draft,
    client_uid: str,
    start: datetime,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    let_go(session, draft, actor=actor, now=now)
    outcome = AppointmentState(draft.outcome) if draft.outcome else AppointmentState.COMPLETED
    return record_past(
        session,
        wish=draft.wish_at(start),
        client_uid=client_uid,
        visit=PastVisit(outcome=outcome, reason=draft.past_reason, desk_note=draft.desk_note),
        rules=rules,
        actor=actor,
        now=now,
    )


def let_go(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> Draft:
    """Give back the time held for a draft, if any, and return the draft without it."""
    if draft.hold:
        release_hold(session, hold_uid=draft.hold, actor=actor, now=now)
    return replace(draft, hold="", held_for="")


def client_of(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> str:
    """Return the uid of the client, a new record opened if the draft asks for one."""
    if not draft.is_new_client:
        if not draft.client:
            raise NotChosenYet("Choose a client first.", ways_out=correct("typed", "Find the client"))
        require_own_client(session, draft.client, actor, "appointment.book")
        return draft.client
    require_own(session, actor, "client.create")
    client = create_client(session, details=draft.new_client.details, actor=actor, now=now)
    if draft.new_client.may_mail and draft.new_client.email:
        set_consent(
            session,
            client=client,
            purpose=Purpose.REMINDER_EMAIL,
            text_version=CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version,
            channel="desk",
            actor=actor,
            now=now,
        )
    return client.uid


def _is_past(session: Session, draft: Draft, now: datetime) -> bool:
    return draft.is_past(get_location(session, draft.location).zone, now)
