"""Setting the practice up: places, rooms, services and therapists, and the diaries that come with them.

Every verb that changes what availability is computed from ends with ``bump_clinic_version``.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from practice.accounts.models import User
from practice.clinic.details import (
    LocationDetails,
    RoomDetails,
    ServiceDetails,
    TherapistDetails,
    apply_details,
)
from practice.clinic.errors import AlreadyUsed, DatesOrder, RoomNotInUse, UnknownRegion, UnknownZone, correct
from practice.clinic.models import (
    ClinicState,
    Diary,
    DiaryKind,
    Location,
    Room,
    Service,
    Therapist,
    TherapistService,
)
from practice.clinic.public_holidays import is_known_region
from practice.core.actor import Actor
from practice.core.db import Editable, new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.core.local_time import zone

Row = TypeVar("Row", bound=Editable)


_BUMPED_IN = "clinic_version_bumped_in"


def bump_clinic_version(session: Session) -> None:
    """Tell every cache of availability that the set-up has changed."""
    session.execute(update(ClinicState).values(version=ClinicState.version + 1))
    session.info[_BUMPED_IN] = session.get_transaction()


def sees_committed_set_up(session: Session) -> bool:
    """Return whether what this transaction reads of the set-up is committed, so that a cache may keep it."""
    return session.info.get(_BUMPED_IN) is not session.get_transaction() or not session.in_transaction()


def open_diary(session: Session, kind: DiaryKind) -> Diary:
    """Return a new, flushed diary: the time line of one therapist, room or client."""
    diary = Diary(kind=kind)
    session.add(diary)
    session.flush()
    return diary


def touch(row: Editable) -> None:
    """Raise the version of *row* although only rows beside it change."""
    flag_modified(row, "uid")


def record_change(
    session: Session,
    action: str,
    row: Editable,
    *,
    data: Mapping[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Collect the audit event of an act on the set-up; *data* names fields and ids, never contents."""
    record(session, Event(action, action.split(".")[1], row.uid, actor, now, data or {}))


def create_location(session: Session, *, details: LocationDetails, actor: Actor, now: datetime) -> Location:
    """Open a location; raises :class:`UnknownZone` and :class:`UnknownRegion`."""
    _require_zone(details.zone)
    _require_region(details.holiday_region)
    row = Location(uid=new_uid())
    apply_details(row, details)
    return added(session, row, "clinic.location.create", actor=actor, now=now)


def change_location(
    session: Session, *, location: Location, details: LocationDetails, version: int | None, actor: Actor, now: datetime
) -> Location:
    """Change a location; raises ``StaleVersion``, :class:`UnknownZone` and :class:`UnknownRegion`.

    Appointments made before keep the zone they were made in.
    """
    require_version(location.version, version)
    _require_zone(details.zone)
    _require_region(details.holiday_region)
    return _changed(session, location, details, "clinic.location.change", actor=actor, now=now)


def create_room(session: Session, *, details: RoomDetails, actor: Actor, now: datetime) -> Room:
    """Add a room and its diary."""
    row = Room(uid=new_uid(), diary_id=open_diary(session, DiaryKind.ROOM).id)
    apply_details(row, details)
    return added(session, row, "clinic.room.create", actor=actor, now=now)


def change_room(
    session: Session, *, room: Room, details: RoomDetails, version: int | None, actor: Actor, now: datetime
) -> Room:
    """Change a room or take it out of use; raises ``StaleVersion``. What is booked in it stays."""
    require_version(room.version, version)
    return _changed(session, room, details, "clinic.room.change", actor=actor, now=now)


def create_service(
    session: Session, *, details: ServiceDetails, therapist_ids: Collection[int] = (), actor: Actor, now: datetime
) -> Service:
    """Add a service and who offers it; raises :class:`AlreadyUsed` for its code."""
    _require_free_code(session, details.code, None)
    row = Service(uid=new_uid())
    apply_details(row, details)
    added(session, row, "clinic.service.create", actor=actor, now=now)
    _write_offers(session, {(therapist_id, row.id) for therapist_id in therapist_ids})
    return row


def change_service(
    session: Session, *, service: Service, details: ServiceDetails, version: int | None, actor: Actor, now: datetime
) -> Service:
    """Change a service; raises ``StaleVersion`` and :class:`AlreadyUsed`. What is booked keeps its length and price."""
    require_version(service.version, version)
    _require_free_code(session, details.code, service.id)
    return _changed(session, service, details, "clinic.service.change", actor=actor, now=now)


def set_offered_by(
    session: Session,
    *,
    service: Service,
    therapist_ids: Collection[int],
    version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say who offers a service, replacing what was said before; raises ``StaleVersion``."""
    require_version(service.version, version)
    session.execute(delete(TherapistService).where(TherapistService.service_id == service.id))
    _write_offers(session, {(therapist_id, service.id) for therapist_id in therapist_ids})
    touched(session, service, "clinic.service.offer", actor=actor, now=now)


def create_therapist(
    session: Session, *, details: TherapistDetails, service_ids: Collection[int] = (), actor: Actor, now: datetime
) -> Therapist:
    """Add a therapist, the diary and what is offered.

    Raises :class:`AlreadyUsed` for a user who already has a diary, :class:`DatesOrder` and :class:`RoomNotInUse`.
    """
    _require_sound_therapist(session, details, None)
    row = Therapist(uid=new_uid(), diary_id=open_diary(session, DiaryKind.THERAPIST).id)
    apply_details(row, details)
    added(session, row, "clinic.therapist.create", actor=actor, now=now)
    _write_offers(session, {(row.id, service_id) for service_id in service_ids})
    return row


def change_therapist(
    session: Session,
    *,
    therapist: Therapist,
    details: TherapistDetails,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Therapist:
    """Change a therapist; raises ``StaleVersion`` and what :func:`create_therapist` raises."""
    require_version(therapist.version, version)
    _require_sound_therapist(session, details, therapist.id)
    return _changed(session, therapist, details, "clinic.therapist.change", actor=actor, now=now)


def set_services_of(
    session: Session,
    *,
    therapist: Therapist,
    service_ids: Collection[int],
    version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a therapist offers, replacing what was said before; raises ``StaleVersion``."""
    require_version(therapist.version, version)
    session.execute(delete(TherapistService).where(TherapistService.therapist_id == therapist.id))
    _write_offers(session, {(therapist.id, service_id) for service_id in service_ids})
    touched(session, therapist, "clinic.therapist.offer", actor=actor, now=now)


def added(session: Session, row: Row, action: str, *, actor: Actor, now: datetime) -> Row:
    """Store a new row of the set-up with its event; for the verbs of this package."""
    session.add(row)
    session.flush()
    record_change(session, action, row, actor=actor, now=now)
    bump_clinic_version(session)
    return row


def touched(
    session: Session,
    row: Editable,
    action: str,
    *,
    data: Mapping[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Raise the version of *row* with an event, because rows beside it changed; for the verbs of this package."""
    touch(row)
    session.flush()
    record_change(session, action, row, data=data, actor=actor, now=now)
    bump_clinic_version(session)


def _changed(session: Session, row: Row, details: Any, action: str, *, actor: Actor, now: datetime) -> Row:
    if names := apply_details(row, details):
        session.flush()
        record_change(session, action, row, data={"changed": names}, actor=actor, now=now)
        bump_clinic_version(session)
    return row


def _require_region(region: str) -> None:
    if region and not is_known_region(region):
        raise UnknownRegion(region)


def _require_zone(name: str) -> None:
    try:
        zone(name)
    except ValueError as unknown:
        raise UnknownZone(
            f"{name} is not a time zone. Give an IANA name such as America/Toronto.",
            ways_out=correct("zone", "Choose the time zone"),
        ) from unknown


def _require_free_code(session: Session, code: str, own_id: int | None) -> None:
    holder = session.execute(select(Service.id, Service.name).where(Service.code == code)).one_or_none()
    if holder is not None and holder.id != own_id:
        raise AlreadyUsed(
            f"The code {code} belongs to {holder.name}. Choose another.",
            ways_out=correct("code", "Choose another code"),
        )


def _require_sound_therapist(session: Session, details: TherapistDetails, own_id: int | None) -> None:
    first_on, last_on = details.registered_from, details.registered_until
    if first_on is not None and last_on is not None and last_on < first_on:
        raise DatesOrder(
            "The registration ends before it starts.", ways_out=correct("registered_until", "Correct the dates")
        )
    if details.user_id is not None:
        _require_free_user(session, details.user_id, own_id)
    if details.usual_room_id is not None:
        _require_room_in_use(session, details.usual_room_id)


def _require_free_user(session: Session, user_id: int, own_id: int | None) -> None:
    if session.get(User, user_id) is None:
        raise NotFound("There is no such user.")
    holder = session.execute(select(Therapist.id, Therapist.name).where(Therapist.user_id == user_id)).one_or_none()
    if holder is not None and holder.id != own_id:
        raise AlreadyUsed(
            f"This sign-in is already linked to {holder.name}.", ways_out=correct("user", "Choose another sign-in")
        )


def _require_room_in_use(session: Session, room_id: int) -> None:
    room = session.get(Room, room_id)
    if room is None:
        raise NotFound("There is no such room.")
    if not room.is_active:
        raise RoomNotInUse(
            f"{room.name} is not in use. Choose another usual room, or none.",
            ways_out=correct("usual_room", "Choose another room"),
        )


def _write_offers(session: Session, pairs: set[tuple[int, int]]) -> None:
    if pairs:
        rows = [{"therapist_id": therapist_id, "service_id": service_id} for therapist_id, service_id in sorted(pairs)]
        session.execute(insert(TherapistService), rows)
