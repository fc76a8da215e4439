"""What clinical roles see of a client's safety: warning signs, clearances, the last form, what callers said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from practice.accounts.ownership import own_clients
from practice.accounts.permissions import may
from practice.clients.models import Client
from practice.clients.sealing import open_record, open_records
from practice.clinic.queries import practice_zone
from practice.core.actor import Actor, Role
from practice.core.events import Event, record
from practice.core.local_time import wall_time
from practice.safety import queries
from practice.safety.catalogue import CATALOGUE, T0, Clinician, FlagKind, Tier
from practice.safety.clearing import ClearanceState, may_step
from practice.safety.models import Clearance, Flag, Screening
from practice.safety.questions import FORMS

TIER_WORDS = {"T0": "Emergency", "T1": "Blocks treatment", "T2": "Caution", "T3": "Local"}
TIER_TONES = {"T0": "bad", "T1": "bad", "T2": "warn", "T3": "info"}
STATE_WORDS = {
    "requested": "asked for",
    "received": "to be read",
    "valid": "in force",
    "refused": "refused",
    "voided": "void",
    "withdrawn": "taken back",
    "lapsed": "not answered",
}
CLINICIAN_WORDS = [(each.value, each.value.replace("_", " ")) for each in Clinician]
MANAGE = "safety.manage"


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One warning sign with what is known of it; ``may_lower`` for whoever may let it weigh less."""

    row: Flag
    kind: FlagKind
    note: str
    since: date
    may_lower: bool

    @property
    def words(self) -> str:
        """Return how heavy it weighs."""
        return TIER_WORDS[self.row.tier]

    @property
    def tone(self) -> str:
        """Return the tone of its badge."""
        return TIER_TONES[self.row.tier]


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    """One clearance, what it is about, and what may follow."""

    row: Clearance
    flags: Sequence[Flag]
    document: str
    asked_on: date
    clinician_name: str
    restrictions: str
    is_over: bool

    @property
    def words(self) -> str:
        """Return where it stands."""
        return "ran out" if self.is_over else STATE_WORDS[self.row.state]

    @property
    def about(self) -> str:
        """Return which warning signs it is about."""
        return "; ".join(CATALOGUE[flag.code].title for flag in self.flags) or "Massage in general"

    def can(self, state: str) -> bool:
        """Return whether the clearance may go there."""
        return may_step(ClearanceState(self.row.state), ClearanceState(state))


@dataclass(frozen=True, slots=True)
class SafetyPage:
    """Everything on the page; ``answers`` are those of the last form that are not the usual ones."""

    client: Client
    flags: Sequence[FlagLine]
    clearances: Sequence[ClearanceLine]
    heard: Sequence[queries.Heard]
    screening: Screening | None
    answers: Sequence[tuple[str, str]]
    said_by: str
    said_on: date | None
    zone: str
    today: date
    may_manage: bool

    def day_of(self, at: datetime) -> date:
        """Return the local day of an instant."""
        return wall_time(at, self.zone).date()


def safety_page(session: Session, client: Client, *, actor: Actor, now: datetime) -> SafetyPage:
    """Return what is known of a client's safety; the caller has asked whether it is the actor's to read."""
    rows = queries.list_open_flags(session, client.id)
    clearances = queries.list_clearances(session, client.id)
    form = queries.newest_screening(session, client.id)
    zone = practice_zone(session)
    today = wall_time(now, zone).date()
    said = _said(session, form)
    ids = {row.client_id for row in rows} | {row.client_id for row in clearances}
    ids |= {form.client_id} if form else set()
    records = open_records(session, ids) if ids else {}
    about = queries.flags_of_clearances(session, {row.id for row in clearances})
    documents = queries.documents_of(session, {row.id for row in clearances})
    return SafetyPage(
        client=client,
        flags=[_flag(row, records, zone, actor) for row in rows],
        clearances=[_clearance(row, about.get(row.id, ()), documents, records, (zone, today)) for row in clearances],
        heard=queries.list_heard(session, client.id),
        screening=form,
        answers=_answers(form, records),
        said_by=said.get("clinician", ""),
        said_on=date.fromisoformat(said["seen_on"]) if said else None,
        zone=zone,
        today=today,
        may_manage=may(actor, MANAGE),
    )


def note_reading(session: Session, client: Client, *, actor: Actor, now: datetime) -> None:
    """Write down that somebody read this: no event, no chart."""
    record(session, Event("chart.read", "client", client.uid, actor, now, {"part": "safety"}))


def _flag(row: Flag, records: Any, zone: str, actor: Actor) -> FlagLine:
    note = records[row.client_id].open(row.note, Flag.note, row.uid) if row.note else ""
    may_lower = Tier(row.tier) is not T0 or actor.role is Role.OWNER
    return FlagLine(row, CATALOGUE[row.code], note, wall_time(row.raised_at, zone).date(), may_lower)


def _clearance(
    row: Clearance, flags: Sequence[Flag], documents: Any, records: Any, where: tuple[str, date]
) -> ClearanceLine:
    def opened(sealed: bytes | None, column: Any) -> str:
        return records[row.client_id].open(sealed, column, row.uid) if sealed else ""

    zone, today = where
    is_over = row.state == ClearanceState.VALID and row.valid_until is not None and row.valid_until < today
    return ClearanceLine(
        row,
        flags,
        documents.get(row.id, ""),
        wall_time(row.requested_at, zone).date(),
        opened(row.clinician_name, Clearance.clinician_name),
        opened(row.restrictions, Clearance.restrictions),
        is_over,
    )


def _answers(form: Screening | None, records: Any) -> list[tuple[str, str]]:
    if form is None or form.answers is None:
        return []
    given = records[form.client_id].open_json(form.answers, Screening.answers, form.uid)
    questions = FORMS[form.form_version].questions
    return [
        (question.words, dict(question.choices)[given[key]])
        for key, question in questions.items()
        if key in given and given[key] != question.values[0]
    ]


def _said(session: Session, form: Screening | None) -> dict[str, str]:
    """Return who told the client that massage is safe, and when."""
    if form is None or form.attestation is None:
        return {}
    said: dict[str, str] = open_record(session, form.client_id).open_json(
        form.attestation, Screening.attestation, form.uid
    )
    return said


def inbox(session: Session, *, actor: Actor) -> list[tuple[Clearance, Client, str]]:
    """Return the clearances that wait, each with its client and where it stands."""
    rows = queries.list_inbox(session, among=own_clients(session, actor, "safety.read"))
    return [(row, client, STATE_WORDS[row.state]) for row, client in rows]
