"""A client as the desk sees her: the next visit, how to reach her, what comes, what was, and what she was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_therapist_id, require_own
from practice.accounts.permissions import Scope, may, scope_of
from practice.clients.models import Client
from practice.clients.queries import Duplicate, get_record
from practice.clients.record_page import RecordPage, record_page
from practice.clinic.queries import phone_region, practice_today
from practice.core.actor import Actor
from practice.desk.acts import Act, acts_of
from practice.desk.client.merge_page import likely_same, merged_words
from practice.desk.mail.expected import Expected, mail_expected
from practice.desk.queries import count_past_visits, list_coming_visits, list_past_visits
from practice.desk.reaching import Reached, whom_to_phone
from practice.desk.visits import GONE, Visit, late_minutes
from practice.desk.wait_list.page import EntryLine, client_lines
from practice.scheduling.appointments.cancelling import CANCEL_REASONS
from practice.scheduling.merging.queries import PastMerge, list_merges
from practice.scheduling.series.queries import places_in_series
from practice.treatment_plans.cadences import PlanPace, find_pace
from practice.web.pagination import Pagination

PAST_SHOWN = 15
WEEK = timedelta(days=7)
MAY_CALL = frozenset({"guardian", "books_for", "may_discuss"})


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit with its acts; ``is_open_to`` when the actor may open it at all."""

    visit: Visit
    acts: Sequence[Act]
    late: int
    is_open_to: bool
    series: str = ""

    @property
    def why_gone(self) -> str:
        """Return the reason of a cancellation in words."""
        return CANCEL_REASONS.get(self.visit.cancel_reason or "", "")


@dataclass(frozen=True, slots=True)
class ClientPage:
    """What the page shows. ``again`` is the visit that *same time next week* repeats."""

    record: RecordPage
    today: date
    may_edit: bool
    may_read_safety: bool
    next: Visit | None
    coming: Sequence[VisitLine]
    past: Sequence[VisitLine]
    pagination: Pagination
    expected: Sequence[Expected]
    again: Visit | None
    phone: Reached
    may_wait: bool
    may_plan: bool
    waits: Sequence[EntryLine]
    course: PlanPace | None
    likely: Sequence[Duplicate] = ()
    merges: Sequence[tuple[PastMerge, str]] = ()

    @property
    def path(self) -> str:
        """Return the page's address."""
        return f"/clients/{self.record.client.uid}"

    @property
    def callers(self) -> list[dict[str, Any]]:
        """Return who else may call about this client."""
        return [relation for relation in self.record.relations if relation["kind"] in MAY_CALL]


def client_page(session: Session, uid: str, page: int, *, actor: Actor, now: datetime) -> ClientPage:
    """Return the page of a client; raises ``NotFound``, also for one who is not the therapist's own."""
    client = get_record(session, uid)
    require_own(session, actor, "client.read", client_id=client.id)
    coming = list_coming_visits(session, client.id, now=now)
    pagination = Pagination(page, PAST_SHOWN, count_past_visits(session, client.id, now=now))
    past = list_past_visits(session, client.id, limit=PAST_SHOWN, offset=pagination.offset, now=now)
    today = practice_today(session, now)
    numbers = _numbers(session, [*coming, *past])
    return ClientPage(
        record=record_page(session, client, today=today),
        today=today,
        may_edit=may(actor, "client.edit"),
        may_read_safety=may(actor, "safety.read"),
        next=next((visit for visit in coming if visit.is_expected), None),
        coming=[_line(visit, actor, now, numbers) for visit in coming],
        past=[_line(visit, actor, now, numbers) for visit in past],
        pagination=pagination,
        expected=mail_expected(
            session, client.id, therapist_id=own_therapist_id(session, actor, "appointment.read"), now=now
        ),
        again=_to_repeat([*reversed(coming), *past], now),
        phone=whom_to_phone(session, [client.id], now=now)[client.id],
        may_wait=may(actor, "wait_list.manage"),
        may_plan=may(actor, "plan.write"),
        course=find_pace(session, client.id, now=now),
        waits=client_lines(session, client.id, now=now) if may(actor, "wait_list.read") else (),
        **_merging(session, client, actor, now),
    )


def _merging(session: Session, client: Client, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return who may be the same person and who was merged, for those who may merge."""
    if not may(actor, "client.merge"):
        return {}
    region = phone_region(session, now)
    merges = [(past, merged_words(past, region)) for past in list_merges(session, client.id, now=now)]
    return {"likely": likely_same(session, client, now=now), "merges": merges}


def _numbers(session: Session, visits: Sequence[Visit]) -> Mapping[str, str]:
    """Return of each visit of a series which one of how many it is; one statement."""
    series = places_in_series(session, {visit.series_id for visit in visits if visit.series_id})
    return {each.uid: f"{each.number} of {len(line)}" for line in series.values() for each in line}


def _line(visit: Visit, actor: Actor, now: datetime, numbers: Mapping[str, str]) -> VisitLine:
    is_open_to = scope_of(actor, "appointment.read") is Scope.ALL or visit.therapist_id == actor.therapist_id
    visit = visit if may(actor, "fee.manage") else replace(visit, fee_proposed_cents=None, fee_waived_reason=None)
    acts = acts_of(visit, now) if is_open_to else ()
    return VisitLine(visit, acts, late_minutes(visit, now), is_open_to, numbers.get(visit.uid, ""))


def _to_repeat(visits: Sequence[Visit], now: datetime) -> Visit | None:
    """Return the latest visit a week after which there is still time to come."""
    latest = next((visit for visit in visits if visit.state not in GONE), None)
    return latest if latest is not None and latest.starts_at + WEEK > now else None
