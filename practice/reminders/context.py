"""What many visits' plans share, read in a constant number of statements: policy, people, consents, working days."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from practice.clients.consents import Purpose
from practice.clients.models import Client, Consent
from practice.clients.recipients import Recipient, WhyNone, message_recipient
from practice.clinic.models import Closure, OpeningHours, PracticeSettings
from practice.clinic.queries import get_settings, practice_today
from practice.clinic.quiet_hours import QuietHours, WorkingDays
from practice.reminders.facts import Addressee, FormWish, LastTold, Policy, Truth, Visit
from practice.reminders.form_wishes import form_wishes
from practice.reminders.kinds import Why
from practice.reminders.models import SuppressedAddress, Told
from practice.reminders.planned import Plan
from practice.reminders.told import told_of
from practice.reminders.unheard import unheard_keys
from practice.reminders.wanted import plan_farewell, plan_messages
from practice.scheduling.absences.holding import list_kept_times
from practice.scheduling.absences.kept_times import KeptTimes
from practice.scheduling.absences.models import TO_CALL, GroundAct, HitAnswer
from practice.scheduling.models import Appointment
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
    told: Mapping[int, Mapping[int, LastTold]]
    """By appointment and client: whose it was once may have been told too."""
    settings: PracticeSettings
    policy: Policy
    recipients: Mapping[int, Recipient]
    addressees: Mapping[int, Addressee]
    working_days: Mapping[int, WorkingDays]
    in_question: frozenset[int] = frozenset()
    kept: Mapping[int, KeptTimes] = field(default_factory=dict)
    acts_of_absences: frozenset[str] = frozenset()
    forms: Mapping[int, FormWish] = field(default_factory=dict)
    unheard: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def plan(self, appointment_id: int, now: datetime) -> Plan:
        """Return what one visit wants to say: to whom it belongs, and to whom it belonged."""
        facts = self.facts[appointment_id]
        visit, told = self.visit(facts), dict(self.told.get(appointment_id, {}))
        own = told.pop(facts.client_id or 0, None)
        plan = plan_messages(visit, own, self._addressee(facts.client_id), self.policy, now)
        for former in told.values():
            plan += plan_farewell(visit, former, self._addressee(former.client_id), self.policy, now)
        return plan

    def told_to(self, appointment_id: int, client_id: int | None) -> LastTold | None:
        """Return what one client was last told of a visit."""
        return self.told.get(appointment_id, {}).get(client_id or 0)

    def _addressee(self, client_id: int | None) -> Addressee:
        return self.addressees.get(client_id or 0, _NOBODY)

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
            self.forms.get(facts.id),
            self.unheard.get(facts.id, frozenset()),
        )


def truth_of(facts: AppointmentFacts) -> Truth:
    """Return what the client of an appointment must know."""
    return Truth(facts.starts_at, facts.zone, facts.location_id, facts.therapist_name)


def look(session: Session, appointment_ids: Collection[int], *, now: datetime) -> Outlook:
    """Return the outlook on these appointments; the number of statements does not depend on how many they are."""
    facts = appointment_facts(session, appointment_ids)
    today = practice_today(session, now)
    settings = get_settings(session, today)
    told = _last_told(session, appointment_ids)
    client_ids = {each.client_id for each in facts.values() if each.client_id is not None}
    client_ids |= {client_id for tellings in told.values() for client_id in tellings}
    recipients = message_recipient(session, client_ids, on=today)
    return Outlook(
        facts,
        told,
        settings,
        policy_of(settings),
        recipients,
        _addressees(session, recipients),
        _working_days(session, today),
        _in_question(session, appointment_ids),
        list_kept_times(session, appointment_ids, now=now),
        _acts_of_absences(session, {each.act_id for each in facts.values() if each.act_id is not None}),
        form_wishes(session, facts.values(), counts_for=timedelta(days=settings.screening_days), now=now),
        unheard_keys(session, appointment_ids, now=now),
    )


def policy_of(settings: PracticeSettings) -> Policy:
    """Return the rules for messages that the practice's settings hold."""
    return Policy(
        timedelta(seconds=settings.confirmation_grace_seconds),
        timedelta(seconds=settings.change_grace_seconds),
        tuple(timedelta(hours=hours) for hours in settings.reminder_hours),
        QuietHours(settings.quiet_from_minute, settings.quiet_until_minute),
        tuple(timedelta(hours=hours) for hours in settings.form_reminder_hours),
    )


def _in_question(session: Session, appointment_ids: Collection[int]) -> frozenset[int]:
    """Return the visits about which somebody must still call, because an absence hit them."""
    rows = select(HitAnswer.appointment_id).where(HitAnswer.appointment_id.in_(appointment_ids), *TO_CALL)
    return frozenset(session.scalars(rows))


def _acts_of_absences(session: Session, act_ids: Collection[str]) -> frozenset[str]:
    """Return which of these acts changed the ground that visits stood on."""
    return frozenset(session.scalars(select(GroundAct.uid).where(GroundAct.uid.in_(act_ids))))


def _last_told(session: Session, appointment_ids: Collection[int]) -> dict[int, dict[int, LastTold]]:
    """Return what was said, by appointment and client; two records of one person count as the visit's own."""
    teller, owner = aliased(Client), aliased(Client)
    is_own = func.coalesce(teller.merged_into_id, teller.id) == func.coalesce(owner.merged_into_id, owner.id)
    rows = (
        select(Told, case((is_own, Appointment.client_id), else_=Told.client_id))
        .join(Appointment, Appointment.id == Told.appointment_id)
        .join(teller, teller.id == Told.client_id)
        .outerjoin(owner, owner.id == Appointment.client_id)
        .where(Told.appointment_id.in_(appointment_ids))
        .order_by(Told.at)
        .execution_options(populate_existing=True)
    )
    found: dict[int, dict[int, LastTold]] = {}
    for row, client_id in session.execute(rows):
        found.setdefault(row.appointment_id, {})[client_id] = told_of(row, client_id)
    return found


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
