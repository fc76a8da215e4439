"""Two records side by side before they become one: what wins, what stays readable, what must be moved first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.contacts import show_phone
from practice.clients.models import Client, ContactKind
from practice.clients.queries import ClientHit, Duplicate, find_duplicates, get_record
from practice.clients.shown import details_of_client, likeness_of
from practice.clinic.queries import phone_region
from practice.scheduling.merging.queries import MergePreview, PastMerge, Side, preview_merge
from practice.web.formatting import Style, full_date


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both records say; the kept one's wins."""

    label: str
    kept: str
    merged: str

    @property
    def differs(self) -> bool:
        """Return whether the records disagree."""
        return self.kept != self.merged


@dataclass(frozen=True, slots=True)
class MergePage:
    """What the page shows; without *preview* it asks for the other record."""

    client: Client
    likely: Sequence[Duplicate]
    hits: Sequence[ClientHit]
    preview: MergePreview | None
    lines: Sequence[Line]


def likely_same(session: Session, client: Client, *, now: datetime) -> list[Duplicate]:
    """Return records that may be the same person as one whose contacts are loaded."""
    likeness = likeness_of(details_of_client(client), region=phone_region(session, now))
    return find_duplicates(session, likeness, own_id=client.id)


def merge_page(session: Session, uid: str, *, other: str, hits: Sequence[ClientHit], now: datetime) -> MergePage:
    """Return the page of merging into a record; raises what ``preview_merge`` raises."""
    client = get_record(session, uid)
    if not other:
        found = [hit for hit in hits if hit.id != client.id]
        return MergePage(client, likely_same(session, client, now=now), found, None, ())
    preview = preview_merge(session, kept_uid=client.uid, merged_uid=other, now=now)
    region = phone_region(session, now)
    kept, merged = (_said(side, region) for side in (preview.kept, preview.merged))
    return MergePage(client, (), (), preview, [Line(label, kept[label], merged[label]) for label in kept])


def merged_words(past: PastMerge, region: str) -> str:
    """Return what the retired record said of the person, for whoever looks for it."""
    client = past.merged
    contacts = [_contact(contact.kind, contact.value, contact.normalised, region) for contact in client.contacts]
    born = [f"born {full_date(client.born_on, Style())}"] if client.born_on else []
    return " · ".join([*born, *contacts])


def _said(side: Side, region: str) -> dict[str, str]:
    client = side.client
    contacts = [_contact(contact.kind, contact.value, contact.normalised, region) for contact in client.contacts]
    return {
        "Name": f"{client.first_name} {client.last_name}",
        "Called": client.preferred_name,
        "Born": full_date(client.born_on, Style()) if client.born_on else "",
        "Reached at": ", ".join(contacts),
        "Reminders by mail": "agreed" if side.consent else "not agreed",
        "Note": client.desk_note,
        "Coming visits": "; ".join(visit.words for visit in side.coming),
    }


def _contact(kind: str, value: str, normalised: str, region: str) -> str:
    return show_phone(normalised, region) if kind == ContactKind.PHONE else value
