"""What many visits' plans share, read in a constant number of statements: policy, people, consents, working days."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.consents import Purpose
from practice.clients.models import Client, Consent
from practice.clients.recipients import Recipient, WhyNone, message_recipient
from practice.clinic.models import Closure, OpeningHours, PracticeSettings
from practice.clinic.queries import get_settings, practice_today
from practice.clinic.quiet_hours import QuietHours, WorkingDays
from practice.reminders.facts import Addressee, LastTold, Policy, Truth, Visit
from practice.reminders.kinds import Why
from practice.reminders.models import SuppressedAddress, Told
from practice.reminders.wanted import Plan, plan_messages
from practice.scheduling.absences.holding import list_kept_times
from practice.scheduling.absences.kept_times import KeptTimes
from practice.scheduling.absences.models import TO_CALL, GroundAct, HitAnswer
from practice.scheduling.telling import AppointmentFacts, appointment_facts

_WHY_NO_ADDRESS = {
    WhyNone.NOBODY_WANTED: Why.NOBODY,
    WhyNone.NO_RELATION: Why.NO_ADDRESS,
    WhyNone.NO_ADDRESS: Why.NO_ADDRESS,
}
_NOBODY = Addressee(None, None, Why.NOBODY)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Some visits with everything that their plans depend on; rows are read once and shared."""

    facts: Mapping[int, AppointmentFacts]
    told: Mapping[int, LastTold]
    settings: PracticeSettings
    policy: Policy
    recipients: Mapping[int, Recipient]
    addressees: Mapping[int, Addressee]
    working_days: Mapping[int, WorkingDays]
    in_question: frozenset[int] = frozenset()
    kept: Mapping[int, KeptTimes] = field(default_factory=dict)
    acts_of_absences: frozenset[str] = frozenset()

    def plan(self, appointment_id: int, now: datetime, *, told: LastTold | None = None) -> Plan:
        """Return one visit's plan; *told* replaces what the database says the client was told last."""
        facts = self.facts[appointment_id]
        addressee = self.addressees.get(facts.client_id or 0, _NOBODY)
        return plan_messages(self.visit(facts), told or self.told.get(appointment_id), addressee, self.policy, now)

    def visit(self, facts: AppointmentFacts) -> Visit:
        """Return an appointment as the planning sees it."""
        return Visit(
            facts.id,
            facts.client_id,
            facts.state,
            truth_of(facts),
            facts.booked_at,
            facts.changed_at,
            facts.confirmed_at,
            facts.tell_client,
            self.working_days.get(facts.location_id, WorkingDays()),
            facts.id in self.in_question,
            self.kept.get(facts.id),
            facts.act_id in self.acts_of_absences,
        )


def truth_of(facts: AppointmentFacts) -> Truth:
    """Return what the client of an appointment must know."""
    return Truth(facts.starts_at, facts.zone, facts.location_id, facts.therapist_name)


def look(session: Session, appointment_ids: Collection[int], *, now: datetime) -> Outlook:
    """Return the outlook on these appointments; the number of statements does not depend on how many they are."""
    facts = appointment_facts(session, appointment_ids)
    today = practice_today(session, now)
    settings = get_settings(session, today)
    client_ids = {each.client_id for each in facts.values() if each.client_id is not None}
    recipients = message_recipient(session, client_ids, on=today)
    return Outlook(
        facts,
        _last_told(session, appointment_ids),
        settings,
        policy_of(settings),
        recipients,
        _addressees(session, recipients),
        _working_days(session, today),
        _in_question(session, appointment_ids),
        list_kept_times(session, appointment_ids, now=now),
        _acts_of_absences(session, {each.act_id for each in facts.values() if each.act_id is not None}),
    )


def policy_of(settings: PracticeSettings) -> Policy:
    """Return the rules for messages that the practice's settings hold."""
    return Policy(
        timedelta(seconds=settings.confirmation_grace_seconds),
        timedelta(seconds=settings.change_grace_seconds),
        tuple(timedelta(hours=hours) for hours in settings.reminder_hours),
        QuietHours(settings.quiet_from_minute, settings.quiet_until_minute),
    )


def _in_question(session: Session, appointment_ids: Collection[int]) -> frozenset[int]:
    """Return the visits about which somebody must still call, because an absence hit them."""
    rows = select(HitAnswer.appointment_id).where(HitAnswer.appointment_id.in_(appointment_ids), *TO_CALL)
    return frozenset(session.scalars(rows))


def _acts_of_absences(session: Session, act_ids: Collection[str]) -> frozenset[str]:
    """Return which of these acts changed the ground that visits stood on."""
    return frozenset(session.scalars(select(GroundAct.uid).where(GroundAct.uid.in_(act_ids))))


def _last_told(session: Session, appointment_ids: Collection[int]) -> dict[int, LastTold]:
    rows = session.execute(select(Told).where(Told.appointment_id.in_(appointment_ids))).scalars()
    return {
        row.appointment_id: LastTold(
            row.client_id,
            Truth(row.starts_at, row.zone, row.location_id, row.therapist_name),
            row.is_cancelled,
            row.at,
        )
        for row in rows
    }


def _addressees(session: Session, recipients: Mapping[int, Recipient]) -> dict[int, Addressee]:
    consents = _reminder_consents(session, recipients)
    addresses = {each.address for each in recipients.values() if each.address is not None}
    suppressed = suppressed_addresses(session, addresses)
    return {
        client_id: _addressee(recipient, recipient.address in suppressed, consents.get(client_id))
        for client_id, recipient in recipients.items()
    }


def _addressee(recipient: Recipient, is_suppressed: bool, consent: bool | None) -> Addressee:
    """Return who is addressed; *consent* is None when nobody ever asked for it, False once it was withdrawn."""
    if recipient.address is None or is_suppressed:
        why = Why.SUPPRESSED if recipient.why_none is None else _WHY_NO_ADDRESS[recipient.why_none]
        return Addressee(None, recipient.phone, why, wants_reminders=consent is not False)
    return Addressee(recipient.address, recipient.phone, wants_reminders=consent is True)


def _reminder_consents(session: Session, client_ids: Collection[int]) -> dict[int, bool]:
    in_force = func.max(Consent.given_at).filter(Consent.withdrawn_at.is_(None))
    # The consent of the kept record rules for those that were merged into it.
    rows = (
        select(Client.id, in_force.is_not(None))
        .join(Consent, Consent.client_id == func.coalesce(Client.merged_into_id, Client.id))
        .where(Client.id.in_(client_ids), Consent.purpose == Purpose.REMINDER_EMAIL)
        .group_by(Client.id)
    )
    return {client_id: bool(is_given) for client_id, is_given in session.execute(rows)}


def suppressed_addresses(session: Session, addresses: Collection[str]) -> set[str]:
    """Return those addresses that refused mail for good."""
    if not addresses:
        return set()
    rows = select(SuppressedAddress.address).where(SuppressedAddress.address.in_(addresses))
    return set(session.execute(rows).scalars())


def _working_days(session: Session, today: date) -> dict[int, WorkingDays]:
    weekdays: dict[int, set[int]] = {}
    for location_id, weekday in session.execute(select(OpeningHours.location_id, OpeningHours.weekday).distinct()):
        weekdays.setdefault(location_id, set()).add(weekday)
    closures = session.execute(select(Closure).where(Closure.last_on >= today)).scalars().all()
    return {
        location_id: WorkingDays(frozenset(days), _closed_days(closures, location_id, today))
        for location_id, days in weekdays.items()
    }


def _closed_days(closures: Collection[Closure], location_id: int, today: date) -> frozenset[date]:
    return frozenset(
        first + timedelta(days=day)
        for closure in closures
        if closure.location_id in {None, location_id}
        for first in [max(closure.first_on, today)]
        for day in range((closure.last_on - first).days + 1)
    )
