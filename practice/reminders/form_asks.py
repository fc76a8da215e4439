"""Asking for a form: once when a visit needs it, again before the visit, never after it was answered. Pure.

It follows the mail that tells of the visit, so that nobody is asked about a visit she has not heard of.
"""

from datetime import datetime, timedelta

from practice.reminders.facts import Addressee, FormWish, Policy, Visit
from practice.reminders.kinds import Channel, MessageKind, Why
from practice.reminders.planned import (
    NEAR,
    RECENTLY,
    Omitted,
    Wanted,
    by_day,
    change_due,
    key_of,
    mail_for,
    quiet_due,
    stamp,
    useful_until,
)

AFTER_NEWS = timedelta(minutes=1)
"""The mail that tells of the visit leaves first."""

ASKED_ANEW = timedelta(days=14)
"""Another visit asks again only when the last mail that asked is older than this."""

CALL_LEAD = timedelta(hours=48)
"""Who has no address is called about the form this long before the visit."""


def ask_for_form(
    visit: Visit, informed_at: datetime, addressee: Addressee, policy: Policy, now: datetime
) -> list[Wanted | Omitted]:
    """Return the mails that ask for the form of *visit*: the first by day and soon, the others at their leads.

    *informed_at* is when the client knows of the visit. The first needs no consent to reminders, for without a form
    nobody is treated; the others do.
    """
    wish = visit.form
    if wish is None or visit.truth.starts_at <= now:
        return []
    if visit.is_in_question:
        return [Omitted(MessageKind.FORM, Why.IN_QUESTION)]
    due_at = max(change_due(visit, policy, visit.truth.starts_at), wish.since, informed_at + AFTER_NEWS)
    first = _first(visit, wish, due_at, policy, now)
    previous = due_at if isinstance(first, Wanted) else wish.asked_before or due_at
    return [first, *_again(visit, previous, addressee, policy, now)]


def _first(visit: Visit, wish: FormWish, due_at: datetime, policy: Policy, now: datetime) -> Wanted | Omitted:
    asked = wish.asked_before
    if asked is not None and now - asked < ASKED_ANEW:
        return Omitted(MessageKind.FORM, Why.FORM_ASKED_BEFORE)
    expires_at = useful_until(due_at, visit.truth.starts_at)
    if expires_at <= now:
        return Omitted(MessageKind.FORM, Why.TOO_LATE)
    wanted = mail_for(visit, MessageKind.FORM, wish.occasion, due_at, expires_at)
    is_near = visit.truth.starts_at - wish.since <= NEAR
    return wanted if is_near else by_day(visit, wanted, policy, now)


def _again(
    visit: Visit, previous: datetime, addressee: Addressee, policy: Policy, now: datetime
) -> list[Wanted | Omitted]:
    found: list[Wanted | Omitted] = []
    for lead in sorted(policy.form_leads, reverse=True):
        due_at = quiet_due(visit, lead, policy)
        expires_at = useful_until(due_at, visit.truth.starts_at)
        if (why := _needless(addressee, due_at, previous, expires_at <= now)) is not None:
            found.append(Omitted(MessageKind.FORM, why, lead))
            continue
        occasion = f"{stamp(visit.truth.starts_at)}:{lead // timedelta(minutes=1)}"
        wanted = mail_for(visit, MessageKind.FORM, occasion, due_at, expires_at)
        found.append(by_day(visit, wanted, policy, now, lead))
        previous = due_at
    return found


def _needless(addressee: Addressee, due_at: datetime, previous: datetime, is_late: bool) -> Why | None:
    if not addressee.wants_reminders:
        return Why.NO_CONSENT
    if due_at - previous < RECENTLY:
        return Why.IN_EARLIER_MESSAGE
    return Why.TOO_LATE if is_late else None


def call_for_form(visit: Visit, now: datetime) -> list[Wanted | Omitted]:
    """Return the call in place of those mails, for somebody without an address: one, two days before the visit."""
    starts_at = visit.truth.starts_at
    if visit.form is None or starts_at <= now:
        return []
    due_at = max(visit.form.since, starts_at - CALL_LEAD)
    key = key_of(visit, f"{MessageKind.FORM}:call", f"{visit.form.occasion}:{stamp(starts_at)}")
    return [Wanted(MessageKind.FORM, Channel.PHONE, key[:120], due_at, starts_at)]
