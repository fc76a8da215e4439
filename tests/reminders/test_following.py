"""What changes beside an appointment reaches its messages: addresses, consents, policies, a new day."""

from dataclasses import replace
from datetime import timedelta

from practice.clients.consents import Purpose
from practice.clients.service import withdraw_consent
from practice.clinic.details import PolicyDetails, details_of
from practice.clinic.policies import set_policies
from practice.clinic.queries import get_settings, list_tasks, practice_today
from practice.reminders.dispatching import Dispatcher
from practice.reminders.following import follow_changes
from practice.scheduling.models import Appointment
from tests.factories import OWNER, RECEPTIONIST, act
from tests.reminders.conftest import Clinic

DAY = timedelta(days=1)


def follow(clinic: Clinic, postman: Dispatcher) -> int:
    while act(clinic.session, lambda: follow_changes(clinic.session, worker="w", now=clinic.clock())):
        continue
    return postman.reconcile()


def test_a_consent_withdrawn_takes_the_reminders_back(clinic: Clinic, postman: Dispatcher) -> None:
    client = clinic.client()
    visit = clinic.book(client)
    follow(clinic, postman)
    act(
        clinic.session,
        lambda: withdraw_consent(
            clinic.session,
            client=client,
            purpose=Purpose.REMINDER_EMAIL,
            channel="desk",
            actor=RECEPTIONIST,
            now=clinic.clock(),
        ),
    )
    assert follow(clinic, postman) == 1
    assert clinic.states(visit) == ["confirmation queued", "reminder superseded", "reminder superseded"]
    assert {message.why for message in clinic.messages(visit)} == {"", "no_consent"}
    clinic.consent(client)
    follow(clinic, postman)
    assert clinic.states(visit) == ["confirmation queued", "reminder queued", "reminder queued"]


def test_an_address_taken_away_turns_reminders_into_one_call(clinic: Clinic, postman: Dispatcher) -> None:
    client = clinic.client()
    visit = clinic.book(client)
    follow(clinic, postman)
    clinic.edit_email(client, "")
    follow(clinic, postman)
    assert set(clinic.states(visit)) == {"confirmation superseded", "reminder superseded"}
    (call,) = list_tasks(clinic.session)
    assert (call.kind, call.subject_id) == ("call_reminder", visit.id)
    clinic.edit_email(client, "back@example.com")
    follow(clinic, postman)
    assert clinic.states(visit) == ["confirmation queued", "reminder queued", "reminder queued"]
    clinic.session.rollback()
    assert list_tasks(clinic.session) == []
    clinic.edit_email(client, "")
    follow(clinic, postman)
    clinic.session.rollback()
    assert [task.uid for task in list_tasks(clinic.session)] == [call.uid]


def test_a_new_policy_moves_the_reminders_of_visits_to_come(clinic: Clinic, postman: Dispatcher) -> None:
    visit = clinic.book(clinic.client())
    follow(clinic, postman)
    today = practice_today(clinic.session, clinic.clock())
    policies = replace(details_of(PolicyDetails, get_settings(clinic.session, today)), reminder_hours=[24])
    act(
        clinic.session,
        lambda: set_policies(
            clinic.session, details=policies, effective_on=today, version=None, actor=OWNER, now=clinic.clock()
        ),
    )
    assert follow(clinic, postman) == 1
    due = {message.due_at for message in clinic.messages(visit) if message.state == "queued"}
    assert visit.starts_at - DAY in due
    assert len(due) == 2


def test_a_policy_comes_into_force_on_its_day_without_an_act(clinic: Clinic, postman: Dispatcher) -> None:
    visit = clinic.book(clinic.client())
    today = practice_today(clinic.session, clinic.clock())
    policies = replace(details_of(PolicyDetails, get_settings(clinic.session, today)), reminder_hours=[24])
    act(
        clinic.session,
        lambda: set_policies(
            clinic.session, details=policies, effective_on=today + DAY, version=None, actor=OWNER, now=clinic.clock()
        ),
    )
    follow(clinic, postman)
    before = clinic.states(visit)
    clinic.clock.advance(DAY)
    follow(clinic, postman)
    assert before == ["confirmation queued", "reminder queued", "reminder queued"]
    assert sorted(clinic.states(visit)[1:]) == ["reminder queued", "reminder superseded", "reminder superseded"]


def test_history_is_left_alone(clinic: Clinic, postman: Dispatcher) -> None:
    past = clinic.book(clinic.client(), ahead=-DAY)
    follow(clinic, postman)
    clinic.clock.advance(DAY)
    follow(clinic, postman)
    clinic.session.rollback()
    assert clinic.session.get_one(Appointment, past.id, populate_existing=True).reconciled_seq == 1
    assert clinic.messages(past) == []


def test_what_happens_to_others_asks_for_nothing(clinic: Clinic, postman: Dispatcher) -> None:
    clinic.book(clinic.client())
    follow(clinic, postman)
    for _ in range(5):
        clinic.client()
    assert follow(clinic, postman) == 0
