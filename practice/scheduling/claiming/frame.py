"""The set-up and its exceptions for one act that takes time; the diaries themselves are read later, under the lock."""

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.clinic.models import ClinicState
from practice.clinic.queries import clinic_version
from practice.scheduling.free_time.facts import current_exceptions, current_set_up, window_of
from practice.scheduling.free_time.pulse import Pulse
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Question, SetUp

_VERSION = select(ClinicState.version).where(ClinicState.id == 1).scalar_subquery()
_BY_UID = select(Client, _VERSION).where(Client.uid == bindparam("client_uid"))
_BY_ID = select(Client, _VERSION).where(Client.id == bindparam("client_id"))
"""Built once: every booking begins with the one, and some end with the other."""

_USED = "set_up_used"
"""Under which a session keeps the set-up that its act was judged by."""


def read_set_up(session: Session) -> SetUp:
    """Return the practice as it is set up; one statement when this process knows the present version."""
    return _set_up(session, clinic_version(session))


def read_client_and_set_up(session: Session, client_uid: str) -> tuple[Client, SetUp]:
    """Return a client (the one merged into, if she was merged) and the set-up, in one statement as a rule."""
    found = session.execute(_BY_UID, {"client_uid": client_uid}).one_or_none()
    if found is None or found[0].merged_into_id is not None:
        return get_client(session, client_uid), read_set_up(session)
    return found[0], _set_up(session, found[1])


def client_and_set_up_of(session: Session, booked: Appointment) -> tuple[Client, SetUp]:
    """Return the client for whom time was just taken and the set-up by which it was judged.

    No statement when the act that took it left both at hand, else one.
    """
    client: Client | None = inspect(booked).dict.get("client")
    used: SetUp | None = session.info.get(_USED)
    if client is not None and used is not None:
        return client, used
    client, version = session.execute(_BY_ID, {"client_id": booked.client_id}).one()
    return client, _set_up(session, version)


def _set_up(session: Session, version: int) -> SetUp:
    set_up = current_set_up(session, _pulse(version))
    session.info[_USED] = set_up
    return set_up


def read_frame(session: Session, question: Question, set_up: SetUp) -> DiaryFacts:
    """Return the facts for *question* without the diaries; no statement when this process remembers the day."""
    within = window_of(question, set_up)
    return DiaryFacts(set_up, current_exceptions(session, question, within, _pulse(set_up.version)))


def _pulse(version: int) -> Pulse:
    return Pulse(version, {}, None, {})
