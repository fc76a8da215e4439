"""After a therapist stopped the visits of a client the desk says how she is told: by phone, or by one mail."""

import pytest
from sqlalchemy import select

from practice.clinic.models import StaffTask
from practice.safety.catalogue import usual
from practice.scheduling.telling import TELL_STOPPED
from practice.treatment_plans.stopping import raise_flag
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import Course


@pytest.fixture
def course(session) -> Course:
    course = Course(Scene(session))
    course.visit = course.scene.book(at(10))
    course.do(raise_flag, client_id=course.client.id, raised=usual("CES_SADDLE"), source="person")
    session.rollback()
    return course


@pytest.fixture
def rita(client_as):
    return client_as("rita")


def task_of(course) -> StaffTask:
    course.session.rollback()
    course.session.expire_all()
    return course.session.scalars(select(StaffTask).where(StaffTask.kind == TELL_STOPPED)).one()


def test_the_list_says_what_is_to_be_done_and_not_why(course, rita):
    page = rita.get("/calls").text
    assert "must be told that the coming visits are cancelled" in page
    assert "saddle" not in page.lower()


@pytest.mark.parametrize(("how", "by_mail", "outcome"), [("phone", False, "reached"), ("mail", True, "mailed")])
def test_one_key_settles_it_and_a_mail_leaves_only_if_it_was_chosen(course, rita, how, by_mail, outcome):
    task = task_of(course)
    answer = rita.post(f"/tasks/{task.uid}/told", data={"version": task.version, "how": how})
    assert (answer.status_code, answer.location) == (303, "/calls")
    assert (task_of(course).state, task_of(course).outcome) == ("done", outcome)
    assert course.scene.reload(course.visit).tell_client is by_mail


def test_it_is_told_once(course, rita):
    task = task_of(course)
    rita.post(f"/tasks/{task.uid}/told", data={"version": task.version, "how": "phone"})
    again = rita.post(f"/tasks/{task.uid}/told", data={"version": task_of(course).version, "how": "mail"})
    assert again.status_code == 409
    assert "Somebody has finished this task already." in again.text
    assert course.scene.reload(course.visit).tell_client is False


@pytest.mark.parametrize("said", [{}, {"how": "pigeon"}])
def test_another_way_is_asked_for_again(course, rita, said):
    task = task_of(course)
    assert rita.post(f"/tasks/{task.uid}/told", data={"version": task.version, **said}).status_code == 422
    assert task_of(course).state == "open"


def test_another_task_is_none_of_this(course, rita):
    other = course.session.scalars(select(StaffTask).where(StaffTask.kind != TELL_STOPPED)).first()
    answer = rita.post(f"/tasks/{other.uid}/told", data={"version": other.version, "how": "phone"})
    assert answer.status_code == 404
