"""Staff tasks: one per dedupe key, finished once."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from practice.clinic import queries
from practice.clinic.errors import TaskDone
from practice.clinic.models import StaffTask
from practice.clinic.tasks import assign_task, finish_task, open_task, withdraw_task
from practice.core.errors import StaleVersion
from tests.conftest import NOW
from tests.factories import RECEPTIONIST, act


def make_task(session: Session, key: str = "call-1", due_in_hours: int = 1) -> StaffTask:
    return act(
        session,
        lambda: open_task(
            session,
            kind="call",
            subject_kind="appointment",
            subject_id=1,
            due_at=NOW + timedelta(hours=due_in_hours),
            dedupe_key=key,
            now=NOW,
        ),
    )


def test_a_task_is_opened_once_per_key(session: Session) -> None:
    assert make_task(session).uid == make_task(session).uid
    assert len(queries.list_tasks(session)) == 1


def test_the_most_urgent_comes_first_and_lists_can_be_narrowed(session: Session) -> None:
    late, soon = make_task(session, "late", 5), make_task(session, "soon", 1)
    assert [task.uid for task in queries.list_tasks(session)] == [soon.uid, late.uid]
    assert queries.list_tasks(session, kind="mail") == []
    assert [task.uid for task in queries.list_tasks(session, due_before=NOW + timedelta(hours=2))] == [soon.uid]


def test_a_task_is_finished_once_and_says_how(session: Session) -> None:
    task = make_task(session)
    act(session, lambda: finish_task(session, task=task, outcome="reached", actor=RECEPTIONIST, now=NOW))
    assert (task.state, task.outcome, task.done_at) == ("done", "reached", NOW)
    with pytest.raises(TaskDone) as refused:
        act(session, lambda: finish_task(session, task=task, outcome="reached", actor=RECEPTIONIST, now=NOW))
    assert refused.value.ways_out


def test_a_version_seen_earlier_does_not_finish_a_task(session: Session) -> None:
    task = make_task(session)
    act(session, lambda: assign_task(session, task=task, role="owner", user_id=None, actor=RECEPTIONIST, now=NOW))
    with pytest.raises(StaleVersion):
        act(session, lambda: finish_task(session, task=task, outcome="x", version=1, actor=RECEPTIONIST, now=NOW))


def test_a_task_whose_reason_is_gone_is_withdrawn(session: Session) -> None:
    task = make_task(session)
    act(session, lambda: withdraw_task(session, task=task, actor=RECEPTIONIST, now=NOW))
    assert queries.list_tasks(session) == []
