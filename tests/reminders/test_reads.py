"""What the desk reads: why no mail came, what goes out next, whom to call, whether the worker is well."""

from datetime import timedelta
from functools import partial

import pytest

from practice.clients.models import MessagesTo
from practice.clinic.queries import list_tasks
from practice.core.errors import StaleVersion
from practice.reminders import queries
from practice.reminders.call_list import CallDone, CallOutcome, list_calls, record_call
from practice.reminders.dispatching import Dispatcher
from practice.reminders.heartbeat import FOLLOWING, SENDING, beat
from practice.reminders.models import Told
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def why(clinic: Clinic, appointment: Appointment) -> dict[str, str]:
    clinic.session.rollback()
    fresh = clinic.session.get_one(Appointment, appointment.id)
    found = queries.why_no_mail(clinic.session, fresh, now=clinic.clock())
    return {f"{each.kind}{'' if each.lead is None else ' -' + str(each.lead)}": each.sentence for each in found}


def test_each_silence_has_its_sentence(clinic: Clinic, postman: Dispatcher) -> None:
    asked = clinic.client()
    cases = {
        "only held": clinic.book(
            None, state=AppointmentState.HELD, hold_ends_at=clinic.clock() + 5 * MINUTE, ahead=10 * DAY
        ),
        "without a mail": clinic.book(asked, ahead=11 * DAY, tell_client=False),
        "list of calls": clinic.book(clinic.client(email=""), ahead=12 * DAY),
    }
    for words, visit in cases.items():
        assert any(words in sentence for sentence in why(clinic, visit).values()), words


def test_a_client_who_wants_no_messages_is_left_alone(clinic: Clinic, postman: Dispatcher) -> None:
    client = clinic.client()

    def silence() -> None:
        client.messages_to = MessagesTo.NOBODY

    act(clinic.session, silence)
    visit = clinic.book(client)
    assert why(clinic, visit) == {"confirmation": "The client wants no messages."}


def test_a_reminder_without_consent_says_so(clinic: Clinic, postman: Dispatcher) -> None:
    from tests.factories import make_client

    visit = clinic.book(make_client(clinic.session))
    postman.reconcile()
    said = why(clinic, visit)
    assert said["confirmation"] == "It is waiting."
    assert said["reminder -2 days, 0:00:00"].startswith("The client has not agreed")


def test_a_mail_that_went_out_is_not_called_missing(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    visit = clinic.book(clinic.client())
    clinic.clock.advance(2 * MINUTE)
    postman.run()
    clinic.clock.now = visit.starts_at - 2 * DAY
    postman.run()
    assert why(clinic, visit)["confirmation"] == "It was accepted by the mail server."
    assert "reminder -2 days, 0:00:00" not in why(clinic, visit)


def test_a_refused_address_says_what_to_do(clinic: Clinic, postman: Dispatcher, server: ScriptedServer) -> None:
    visit = clinic.book(clinic.client())
    server.will("rcpt", 550)
    clinic.clock.advance(2 * MINUTE)
    postman.run()
    postman.reconcile()
    assert "Ask for another one" in why(clinic, visit)["confirmation"]


def test_what_goes_out_next_is_listed_in_order(clinic: Clinic, postman: Dispatcher) -> None:
    late = clinic.book(clinic.client(), ahead=20 * DAY)
    soon = clinic.book(clinic.client(), ahead=2 * DAY + 60 * MINUTE)
    postman.reconcile()
    clinic.session.rollback()
    rows = queries.list_going_out(clinic.session, now=clinic.clock())
    assert [(row.kind, row.appointment_uid) for row in rows] == [
        ("confirmation", late.uid),
        ("confirmation", soon.uid),
        ("reminder", soon.uid),
        ("reminder", soon.uid),
    ][: len(rows)]
    assert all(row.due_at <= clinic.clock() + timedelta(hours=48) for row in rows)


def test_calls_for_tomorrow_are_made_once(clinic: Clinic, postman: Dispatcher) -> None:
    client = clinic.client(email="", phone="+14165550177")
    visit = clinic.book(client, ahead=2 * DAY)
    postman.reconcile()
    assert list_calls(clinic.session, now=clinic.clock()) == []
    clinic.clock.advance(DAY)
    clinic.session.rollback()
    (call,) = list_calls(clinic.session, now=clinic.clock())
    assert (call.client_name, call.phone, call.appointment_uid) == (client.display_name, "+14165550177", visit.uid)
    assert clinic.service.name not in call.say
    assert "assage appointment" not in call.say

    def outcome(outcome: CallOutcome) -> None:
        act(
            clinic.session,
            lambda: record_call(
                clinic.session, task_uid=call.uid, outcome=outcome, actor=RECEPTIONIST, now=clinic.clock()
            ),
        )

    outcome(CallOutcome.NO_ANSWER)
    (again,) = list_calls(clinic.session, now=clinic.clock())
    assert again.last_outcome == "no_answer"
    assert again.due_at == clinic.clock() + timedelta(hours=2)
    outcome(CallOutcome.REACHED)
    assert list_calls(clinic.session, now=clinic.clock()) == []
    assert clinic.session.get_one(Told, (visit.id, visit.client_id)).starts_at == visit.starts_at
    with pytest.raises(CallDone):
        outcome(CallOutcome.REACHED)


def test_a_call_that_was_not_answered_keeps_its_later_time(clinic: Clinic, postman: Dispatcher) -> None:
    visit = clinic.book(clinic.client(email=""), ahead=2 * DAY)
    postman.reconcile()
    assert list_calls(clinic.session, now=clinic.clock()) == []
    clinic.clock.advance(DAY)
    clinic.session.rollback()
    (call,) = list_calls(clinic.session, now=clinic.clock())
    act(
        clinic.session,
        lambda: record_call(
            clinic.session, task_uid=call.uid, outcome=CallOutcome.NO_ANSWER, actor=RECEPTIONIST, now=clinic.clock()
        ),
    )
    with pytest.raises(StaleVersion):
        act(
            clinic.session,
            lambda: record_call(
                clinic.session,
                task_uid=call.uid,
                outcome=CallOutcome.NO_ANSWER,
                version=1,
                actor=RECEPTIONIST,
                now=clinic.clock(),
            ),
        )
    clinic.change(visit, "note")
    postman.reconcile()
    clinic.session.rollback()
    (again,) = list_calls(clinic.session, now=clinic.clock())
    assert again.due_at == clinic.clock() + timedelta(hours=2)


def test_a_cancelled_visit_takes_its_call_off_the_list(clinic: Clinic, postman: Dispatcher) -> None:
    visit = clinic.book(clinic.client(email=""), ahead=2 * DAY)
    postman.reconcile()
    clinic.cancel(visit)
    postman.reconcile()
    clinic.session.rollback()
    assert list_calls(clinic.session, now=clinic.clock()) == []
    assert list_tasks(clinic.session) == []


def test_a_worker_that_is_silent_or_behind_is_not_well(clinic: Clinic, postman: Dispatcher) -> None:
    now = clinic.clock()
    assert not queries.worker_health(clinic.session, now=now).is_well
    for job in (SENDING, FOLLOWING):
        assert not queries.worker_health(clinic.session, now=now).is_well
        act(clinic.session, partial(beat, clinic.session, job=job, worker="w", done=0, now=now))
    assert queries.worker_health(clinic.session, now=now).is_well
    assert not queries.worker_health(clinic.session, now=now + 2 * MINUTE).is_well
    clinic.book(clinic.client())
    postman.reconcile()
    clinic.session.rollback()
    late = queries.worker_health(clinic.session, now=now + timedelta(minutes=8))
    assert (late.overdue, late.is_well) == (1, False)


@pytest.mark.parametrize("silent", [SENDING, FOLLOWING])
def test_one_job_that_ticks_does_not_speak_for_the_other(clinic: Clinic, silent: str) -> None:
    now, later = clinic.clock(), clinic.clock() + 2 * MINUTE
    for job in (SENDING, FOLLOWING):
        beaten = now if job == silent else later
        act(clinic.session, partial(beat, clinic.session, job=job, worker="w", done=0, now=beaten))
    health = queries.worker_health(clinic.session, now=later)
    assert (health.is_alive, health.is_following) == (silent != SENDING, silent != FOLLOWING)
    assert not health.is_well
