"""Which messages a visit wants: a pure function of what is true, what the client was last told and the policy.

Nothing is pushed: a crash, an edited policy or a visit moved twice heals itself at the next look.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from practice.clinic.quiet_hours import CALLS_MINUTE
from practice.core.local_time import instant_at, to_local
from practice.reminders.facts import Addressee, LastTold, Policy, Visit
from practice.reminders.form_asks import ask_for_form, call_for_form
from practice.reminders.kinds import Channel, MessageKind, Why
from practice.reminders.planned import (
    RECENTLY,
    Omitted,
    Plan,
    Wanted,
    by_day,
    change_due,
    digest_of,
    key_of,
    mail_for,
    quiet_due,
    stamp,
    useful_until,
)
from practice.scheduling.lifecycle import AppointmentState

CALL_US_LEAD = timedelta(days=5)
"""A visit that still lacks something asks the client to call this long before."""

UNDECIDED_BELOW = timedelta(hours=24)
"""Within this time the desk must decide about a tentative visit, so no reminder promises it."""

_SILENT = {
    AppointmentState.HELD: Why.HELD,
    AppointmentState.ARRIVED: Why.HAPPENED,
    AppointmentState.IN_PROGRESS: Why.HAPPENED,
    AppointmentState.COMPLETED: Why.HAPPENED,
    AppointmentState.NO_SHOW: Why.HAPPENED,
}
CALLED_OFF = frozenset({AppointmentState.CANCELLED, AppointmentState.ENTERED_IN_ERROR})


def plan_messages(visit: Visit, told: LastTold | None, addressee: Addressee, policy: Policy, now: datetime) -> Plan:
    """Return what *visit* wants at *now*.

    A message is sent if and only if its key is in this plan when its turn comes, so the plan is both the
    schedule and the last check.
    """
    if told is not None and told.client_id != visit.client_id:
        told = None
    if (why := _silence(visit, addressee)) is not None:
        return Plan(omitted=(Omitted(_news_kind(visit, told), why),))
    news = _news(visit, told, policy, now)
    if addressee.address is None:
        return _plan(_as_calls(news, visit, addressee, now), visit, now)
    if visit.state in CALLED_OFF:
        return _plan([news], visit, now)
    informed_at = _informed_at(visit, told, news, now)
    reminders = _reminders(visit, informed_at, addressee, policy, now)
    form = ask_for_form(visit, informed_at, addressee, policy, now)
    return _plan([news, *reminders, *form, *_times(visit, now)], visit, now)


def plan_farewell(visit: Visit, told: LastTold, addressee: Addressee, policy: Policy, now: datetime) -> Plan:
    """Return what somebody wants to hear whose visit was given to another client.

    Nothing, unless a mail had promised the visit: then that it is theirs no longer.
    """
    if told.is_cancelled or told.truth.starts_at <= now:
        return Plan()
    if not visit.tell_client or addressee.why_no_address is Why.NOBODY:
        return Plan(omitted=(Omitted(MessageKind.PASSED_ON, Why.NOBODY if visit.tell_client else Why.DO_NOT_TELL),))
    due_at = change_due(visit, policy, told.truth.starts_at)
    key = f"appointment:{visit.id}:{told.client_id}:{MessageKind.PASSED_ON}:{stamp(told.at)}"
    until = useful_until(due_at, told.truth.starts_at)
    news = _in_time(Wanted(MessageKind.PASSED_ON, Channel.EMAIL, key, due_at, until, told.client_id), now)
    if isinstance(news, Wanted) and addressee.address is None:
        news = _as_call(news) if addressee.phone else Omitted(news.kind, Why.UNREACHABLE)
    return Plan(wanted=(news,)) if isinstance(news, Wanted) else Plan(omitted=(news,))


def _times(visit: Visit, now: datetime) -> list[Wanted | Omitted]:
    """Return the mail that lets a client choose among kept times: at once, also at night, while they are kept."""
    kept = visit.kept
    if kept is None or kept.until <= now:
        return []
    return [mail_for(visit, MessageKind.TIMES, kept.uid, kept.offered_at, kept.until)]


def _plan(messages: list[Wanted | Omitted], visit: Visit, now: datetime) -> Plan:
    if visit.state is AppointmentState.TENTATIVE and visit.truth.starts_at > now:
        messages = [*messages, _decision(visit)]
    return Plan(
        tuple(message for message in messages if isinstance(message, Wanted)),
        tuple(message for message in messages if isinstance(message, Omitted)),
    )


def _decision(visit: Visit) -> Wanted:
    """Return the desk's task to convert, move or release a visit that is still tentative the day before."""
    starts_at = visit.truth.starts_at
    key = key_of(visit, MessageKind.DECIDE, stamp(starts_at))
    return Wanted(MessageKind.DECIDE, Channel.DESK, key, starts_at - UNDECIDED_BELOW, starts_at)


def _silence(visit: Visit, addressee: Addressee) -> Why | None:
    if visit.state in _SILENT:
        return _SILENT[visit.state]
    if not visit.tell_client:
        return Why.DO_NOT_TELL
    if addressee.why_no_address is Why.NOBODY:
        return Why.NOBODY
    return None


def _news_kind(visit: Visit, told: LastTold | None) -> MessageKind:
    if visit.state in CALLED_OFF:
        return MessageKind.CANCELLED
    return MessageKind.CONFIRMATION if told is None or told.is_cancelled else MessageKind.MOVED


def _news(visit: Visit, told: LastTold | None, policy: Policy, now: datetime) -> Wanted | Omitted:
    """Return the one message that closes the gap between what is true and what was told."""
    kind = _news_kind(visit, told)
    if kind is MessageKind.CANCELLED:
        return _cancellation(visit, told, policy, now)
    if visit.truth.starts_at <= now:
        return Omitted(kind, Why.OVER)
    if told is None or told.is_cancelled:
        return _in_time(_confirmation(visit, told, policy), now)
    if told.truth == visit.truth and told.is_certain:
        return Omitted(kind, Why.UP_TO_DATE)
    return _in_time(_move(visit, told, policy), now)


def _in_time(news: Wanted, now: datetime) -> Wanted | Omitted:
    return Omitted(news.kind, Why.TOO_LATE) if news.expires_at <= now else news


def _confirmation(visit: Visit, told: LastTold | None, policy: Policy) -> Wanted:
    occasion = "first" if told is None else stamp(told.at)
    due_at = visit.changed_at + policy.confirmation_grace
    return mail_for(visit, MessageKind.CONFIRMATION, occasion, due_at, useful_until(due_at, visit.truth.starts_at))


def _move(visit: Visit, told: LastTold, policy: Policy) -> Wanted:
    due_at = change_due(visit, policy, min(told.truth.starts_at, visit.truth.starts_at))
    # The key names both ends: two moves make one mail, and a third one back and forth is again a new one.
    occasion = f"{stamp(told.at)}:{digest_of(visit.truth)}"
    return mail_for(visit, MessageKind.MOVED, occasion, due_at, useful_until(due_at, visit.truth.starts_at))


def _cancellation(visit: Visit, told: LastTold | None, policy: Policy, now: datetime) -> Wanted | Omitted:
    if told is None:
        return Omitted(MessageKind.CANCELLED, Why.NEVER_TOLD)
    if told.is_cancelled and told.is_certain:
        return Omitted(MessageKind.CANCELLED, Why.UP_TO_DATE)
    if told.truth.starts_at <= now:
        return Omitted(MessageKind.CANCELLED, Why.OVER)
    due_at = change_due(visit, policy, told.truth.starts_at)
    expires_at = useful_until(due_at, told.truth.starts_at)
    return _in_time(mail_for(visit, MessageKind.CANCELLED, stamp(told.at), due_at, expires_at), now)


def _informed_at(visit: Visit, told: LastTold | None, news: Wanted | Omitted, now: datetime) -> datetime:
    """Return when the client knows the visit as it stands; a reminder before that has nothing to add.

    Of news that does not arrive nobody knows: then a reminder is the first to say it.
    """
    if isinstance(news, Wanted):
        return visit.changed_at if news.dedupe_key in visit.unheard else max(news.due_at, now)
    return visit.changed_at if told is None else told.at


@dataclass(frozen=True, slots=True)
class _Ask:
    kind: MessageKind
    lead: timedelta
    due_at: datetime


def _reminders(
    visit: Visit, informed_at: datetime, addressee: Addressee, policy: Policy, now: datetime
) -> list[Wanted | Omitted]:
    found: list[Wanted | Omitted] = []
    previous = informed_at
    asks = _asks(visit, policy)
    for ask, following in zip_longest(asks, asks[1:]):
        expires_at = _reminder_expiry(visit, ask, following)
        why = _needless(visit, addressee, ask, previous) or (Why.TOO_LATE if expires_at <= now else None)
        if why is not None:
            found.append(Omitted(ask.kind, why, ask.lead))
            continue
        occasion = f"{stamp(visit.truth.starts_at)}:{int(ask.lead.total_seconds()) // 60}"
        wanted = mail_for(visit, ask.kind, occasion, ask.due_at, expires_at)
        found.append(by_day(visit, wanted, policy, now, ask.lead))
        previous = ask.due_at
    return found


def _asks(visit: Visit, policy: Policy) -> list[_Ask]:
    leads = [(MessageKind.REMINDER, lead) for lead in policy.reminder_leads]
    if visit.state is AppointmentState.TENTATIVE:
        leads.append((MessageKind.CALL_US, CALL_US_LEAD))
    asks = [_Ask(kind, lead, quiet_due(visit, lead, policy)) for kind, lead in leads]
    return sorted(asks, key=lambda ask: (ask.due_at, -ask.lead))


def _needless(visit: Visit, addressee: Addressee, ask: _Ask, previous: datetime) -> Why | None:
    if ask.kind is MessageKind.REMINDER and not addressee.wants_reminders:
        return Why.NO_CONSENT
    if visit.is_in_question:
        return Why.IN_QUESTION
    if visit.state is AppointmentState.TENTATIVE and ask.lead < UNDECIDED_BELOW:
        return Why.UNDECIDED
    if ask.due_at <= previous:
        return Why.IN_EARLIER_MESSAGE
    if visit.confirmed_at is not None and ask.due_at - previous < RECENTLY:
        return Why.CONFIRMED_RECENTLY
    return None


def _reminder_expiry(visit: Visit, ask: _Ask, following: _Ask | None) -> datetime:
    if following is not None and following.due_at > ask.due_at:
        return following.due_at
    return useful_until(ask.due_at, visit.truth.starts_at)


def _as_calls(news: Wanted | Omitted, visit: Visit, addressee: Addressee, now: datetime) -> list[Wanted | Omitted]:
    """Return calls in place of mails: one for a change, one before the visit, none to confirm the booking.

    Whoever books by telephone hears the time there and then.
    """
    why = addressee.why_no_address or Why.NO_ADDRESS
    if addressee.phone is None:
        return [Omitted(news.kind, Why.UNREACHABLE)]
    if isinstance(news, Omitted):
        change: Wanted | Omitted = news
    elif news.kind is MessageKind.CONFIRMATION:
        change = Omitted(news.kind, why)
    else:
        change = _as_call(news)
    if visit.state in CALLED_OFF or visit.truth.starts_at <= now:
        return [change]
    return [change, _reminder_call(visit, addressee), *call_for_form(visit, now)]


def _reminder_call(visit: Visit, addressee: Addressee) -> Wanted | Omitted:
    day = to_local(visit.truth.starts_at, visit.truth.zone).date()
    due_at = instant_at(visit.working_days.before(day), CALLS_MINUTE, visit.truth.zone)
    if not addressee.wants_reminders:
        return Omitted(MessageKind.REMINDER, Why.NO_CONSENT)
    if due_at <= visit.booked_at:
        return Omitted(MessageKind.REMINDER, Why.IN_EARLIER_MESSAGE)
    key = key_of(visit, "call", stamp(visit.truth.starts_at))
    return Wanted(MessageKind.REMINDER, Channel.PHONE, key, due_at, visit.truth.starts_at)


def _as_call(mail: Wanted) -> Wanted:
    return replace(mail, channel=Channel.PHONE, dedupe_key=f"{mail.dedupe_key}:call")
