"""The set-up and its exceptions for one act that takes time; the diaries themselves are read later, under the lock."""

from sqlalchemy.orm import Session

from practice.clinic.queries import clinic_version
from practice.scheduling.facts import current_set_up, window_of
from practice.scheduling.memory import memory_of
from practice.scheduling.pulse import Pulse
from practice.scheduling.question import DiaryFacts, Question, SetUp
from practice.scheduling.set_up import load_exceptions


def read_set_up(session: Session) -> SetUp:
    """Return the practice as it is set up: one statement when this process knows the present version."""
    version = clinic_version(session)
    shelf = memory_of(session).set_ups
    if not shelf.recall({"set-up": version}):
        _learn(session)
    return current_set_up(session, _pulse(version))


def read_frame(session: Session, question: Question, set_up: SetUp) -> DiaryFacts:
    """Return the facts for *question* without the diaries, in one statement."""
    exceptions = load_exceptions(session, question.first_on, question.last_on, window_of(question, set_up))
    return DiaryFacts(set_up, exceptions)


def _learn(session: Session) -> None:
    """Let this process remember the committed set-up; a write transaction may not, for it may be rolled back."""
    with Session(session.get_bind()) as reader:
        current_set_up(reader, _pulse(clinic_version(reader)))


def _pulse(version: int) -> Pulse:
    return Pulse(version, {}, None, {})
