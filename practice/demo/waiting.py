"""The demo's wait list: people who wait, one who is being offered a time, and what became of earlier offers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from practice.clinic.quiet_hours import NO_QUIET_HOURS
from practice.core.transact import transact
from practice.demo.people import Person
from practice.demo.replay import BY_LINK
from practice.demo.stage import Stage
from practice.reminders.offers import reachable_by_mail
from practice.scheduling.wait_list.board import Look, read_board
from practice.scheduling.wait_list.deciding import Decision, next_offer
from practice.scheduling.wait_list.ending import decline_offer
from practice.scheduling.wait_list.entries import EntryDetails, add_entry, withdraw_entry
from practice.scheduling.wait_list.models import WaitListOffer
from practice.scheduling.wait_list.offers import accept_offer, make_offer
from practice.scheduling.wait_list.states import Urgency

T = TypeVar("T")

HOURLY = "RELAX-60"
AFTERNOONS = "MAINT-45"
_NOTES = ("Could come at once", "Back from a trip", "Asked twice already", "Prefers mornings", "Will call again", "")


def fill_wait_list(session: Session, stage: Stage, now: datetime) -> None:
    """Leave the list as a busy week does: an offer accepted, one declined, one open, some who wait, one who left."""
    by_mail = [person for person in stage.script.people if _is_known(stage, person) and person.email][-4:]
    by_phone = [person for person in stage.script.people if _is_known(stage, person) and not person.email][-2:]
    for number, person in enumerate([*by_mail, *by_phone]):
        asked_at = now - timedelta(days=16 - 2 * number, minutes=17 * number)
        _wait(session, stage, person, number, asked_at)
    accepted, declined = (_offer(session, stage, now - timedelta(minutes=minutes)) for minutes in (36, 24))
    if accepted is not None:
        _do(session, lambda: _accept(session, stage, accepted, now - timedelta(minutes=30)))
    if declined is not None:
        at = now - timedelta(minutes=15)
        _do(session, lambda: decline_offer(session, offer_uid=declined, actor=BY_LINK, now=at))
    _offer(session, stage, now - timedelta(minutes=9))


def _do(session: Session, work: Callable[[], T]) -> T:
    done = transact(session, work)
    session.expunge_all()
    return done


def _is_known(stage: Stage, person: Person) -> bool:
    return person.key in stage.client_uids and person.guardian is None


def _wait(session: Session, stage: Stage, person: Person, number: int, asked_at: datetime) -> None:
    is_short = number == 3  # wants two days' notice of a time within one: only the telephone helps
    details = EntryDetails(
        service=stage.premises.services[AFTERNOONS if number % 2 else HOURLY],
        location=stage.premises.location_uid,
        therapists=(stage.premises.therapists["ines"],) if number in {1, 4} else (),
        last_on=stage.script.today + timedelta(days=1) if is_short else None,
        urgency=tuple(Urgency)[number % len(Urgency)],
        notice_minutes=48 * 60 if is_short else 120,
        desk_note=_NOTES[number],
    )
    uid = stage.client_uids[person.key]
    entry = _do(session, lambda: add_entry(session, client_uid=uid, details=details, actor=stage.desk, now=asked_at))
    if number == 2:
        left_at = asked_at + timedelta(days=3)
        _do(session, lambda: withdraw_entry(session, entry_uid=entry.uid, actor=stage.desk, now=left_at))


def _offer(session: Session, stage: Stage, at: datetime) -> str | None:
    """Make the next offer as the worker would have made it, whatever the hour; return its uid if there is one."""
    decision = _do(session, lambda: _decide(session, at))
    if decision is None:
        return None
    offer: WaitListOffer = _do(session, lambda: make_offer(session, decision=decision, rules=stage.rules, now=at))
    return offer.uid


def _decide(session: Session, at: datetime) -> Decision | None:
    board = read_board(
        session, Look(), reach=lambda opened, client_ids: reachable_by_mail(opened, client_ids, now=at), now=at
    )
    return next_offer(replace(board, night=NO_QUIET_HOURS))


def _accept(session: Session, stage: Stage, offer_uid: str, at: datetime) -> None:
    accept_offer(session, offer_uid=offer_uid, rules=stage.rules, actor=BY_LINK, now=at)
