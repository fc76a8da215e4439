"""What must be true of the diaries after any act, read from the tables alone; each function fails with what is wrong."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.audit.verification import verify_chain
from practice.clients.models import Client
from practice.clinic.models import Room, Therapist
from practice.core.local_time import to_utc
from practice.scheduling.appointments.history import TRACKED, snapshot
from practice.scheduling.lifecycle import OCCUPIES_TIME
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from tests.scheduling.scene import overlapping_pairs


def appointments(session: Session) -> dict[str, Appointment]:
    """Return every appointment by its uid."""
    return {row.uid: row for row in session.scalars(select(Appointment))}


def require_no_overlap(session: Session) -> None:
    """No lane of a diary is taken twice, and nobody is in two places, under whichever of her records."""
    assert overlapping_pairs(session) == 0
    kept = {row.id: row.merged_into_id or row.id for row in session.scalars(select(Client))}
    by_person: dict[int, list[Appointment]] = defaultdict(list)
    for row in session.scalars(select(Appointment).order_by(Appointment.starts_at)):
        if row.state in OCCUPIES_TIME and row.client_id is not None:
            by_person[kept[row.client_id]].append(row)
    for visits in by_person.values():
        for one, other in pairwise(visits):
            assert one.ends_at <= other.starts_at, f"one person, two visits: {one.uid} and {other.uid}"


def require_time_where_it_belongs(session: Session) -> None:
    """Each visit has its time on the diaries of its people and its room, and nothing else has any."""
    diaries = {kind: dict(session.execute(select(kind.id, kind.diary_id)).all()) for kind in (Therapist, Room, Client)}
    kept = dict(session.execute(select(Client.id, Client.kept_diary_id).where(Client.kept_diary_id.is_not(None))).all())
    lies: dict[int, set[tuple[int, datetime, datetime]]] = defaultdict(set)
    for line in session.scalars(select(Allocation).where(Allocation.appointment_id.is_not(None))):
        lies[line.appointment_id].add((line.diary_id, line.starts_at, line.ends_at))
    for row in session.scalars(select(Appointment)):
        found = lies.pop(row.id, set())
        if row.state not in OCCUPIES_TIME:
            assert not found, f"{row.uid} is {row.state} and still has time"
            continue
        must = {diaries[Therapist][row.therapist_id]} | ({diaries[Room][row.room_id]} if row.room_id else set())
        own = set() if row.client_id is None else {diaries[Client][row.client_id]}
        also = {kept[row.client_id]} if row.client_id in kept else own
        # Merged again, a record keeps its time on the diaries of all that stand for the same person.
        person = {diary for each, diary in diaries[Client].items() if kept.get(each, diary) in also}
        places = {diary for diary, *_ in found}
        assert must | also <= places <= must | also | own | person, f"{row.uid} lies on {places}, not on {must | also}"
        assert {line[1:] for line in found} == {(row.starts_at, row.ends_at)}, f"{row.uid} lies at other times"
    assert not lies, "time without a visit"


def require_promised_times(session: Session) -> None:
    """The instants of a visit that takes time are those of the wall time that was promised."""
    for row in session.scalars(select(Appointment)):
        if row.state in OCCUPIES_TIME:
            stands = {to_utc(row.local_start.replace(fold=fold), row.zone) for fold in (0, 1)}
            assert row.starts_at in stands, f"{row.uid}: {row.local_start} {row.zone} is not {row.starts_at}"
            assert (row.ends_at - row.starts_at).total_seconds() == 60 * row.duration_minutes


def require_whole_history(session: Session) -> None:
    """Put together in their order, the acts on a visit come to what it is; each knew what was before it."""
    rows = {row.id: row for row in appointments(session).values() if row.state != "held"}
    told: dict[int, dict[str, object]] = {}
    for act in session.scalars(select(AppointmentChange).order_by(AppointmentChange.id)):
        known = told.setdefault(act.appointment_id, {})
        for name, value in act.before.items():
            assert known.get(name) == value, f"{act.verb} did not know {name}: {known.get(name)} was {value}"
        known.update({name: value for name, value in act.after.items() if name in TRACKED})
    assert told.keys() >= rows.keys(), "a visit without a history"
    for number, row in rows.items():
        missing = {name: value for name, value in snapshot(row).items() if told[number].get(name) != value}
        assert not missing, f"{row.uid}: the history does not tell {missing}"


def require_sound_offers(session: Session, now: datetime) -> None:
    """Who was offered something has exactly one open offer, its time held until then; who accepted has the visit."""
    rows = {row.id: row for row in appointments(session).values()}
    offers: Mapping[int, list[WaitListOffer]] = defaultdict(list)
    for offer in session.scalars(select(WaitListOffer)):
        if offer.state == "open":
            offers[offer.entry_id].append(offer)
            if (hold := rows.get(offer.hold_id or 0)) is None:
                assert offer.expires_at <= now, "an open offer without its time"
                continue
            assert hold.state == "held"
            if offer.expires_at > now:
                assert (offer.starts_at, offer.local_start) == (hold.starts_at, hold.local_start)
        if offer.state == "accepted":
            assert offer.hold_id in rows, "an accepted offer without its visit"
    for entry in session.scalars(select(WaitListEntry)):
        assert len(offers[entry.id]) == (entry.state == "offered"), f"{entry.state} with {len(offers[entry.id])} offers"


def require_sound_chain(session: Session, key: str) -> None:
    """Nobody altered the log, and it ends where its head says."""
    assert verify_chain(session, key=key).fault is None


TRUTHS = (
    require_no_overlap,
    require_time_where_it_belongs,
    require_promised_times,
    require_whole_history,
)
