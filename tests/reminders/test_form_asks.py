"""The form that a visit needs: asked for once it is known, again before the visit, and no more once it was answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from practice.clinic.models import ServiceKind
from practice.core.clock import SettableClock
from practice.core.errors import PracticeError
from practice.reminders.call_list import list_calls
from practice.reminders.dispatching import Dispatcher
from practice.reminders.facts import FormWish
from practice.reminders.kinds import MessageKind, Why
from practice.reminders.wanted import plan_messages
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm
from practice.scheduling.appointments.asking import ask_form
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import AppointmentState
from practice.treatment_plans.taking_forms import take_form
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic
from tests.reminders.test_following import follow
from tests.reminders.test_wanted import BY_MAIL, BY_PHONE, POLICY, VISIT, at, mails, told_of, why
from tests.smtp_server import ScriptedServer

NEEDS = FormWish("first", at(1, "10:00"))
ASKS = {"state": AppointmentState.TENTATIVE, "tentative_reason": "forms_needed"}
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("told_at", "now", "form", "expected"),
    [
        # told of the visit at, now, what is asked -> when the mails that ask leave
        (None, (1, "10:00"), NEEDS, ["01 10:05", "13 14:00", "14 14:00"]),  # after the confirmation
        (None, (1, "12:00"), NEEDS, ["01 12:01", "13 14:00", "14 14:00"]),  # which is late: so is this
        ((1, "10:02"), (1, "10:03"), NEEDS, ["01 10:05", "13 14:00", "14 14:00"]),
        ((1, "10:02"), (3, "09:00"), replace(NEEDS, asked_before=at(1, "10:05")), ["13 14:00", "14 14:00"]),
        ((1, "10:02"), (12, "21:30"), FormWish("asked:x", at(12, "21:30")), ["12 21:30", "14 14:00"]),
        ((1, "10:02"), (14, "09:00"), FormWish("asked:x", at(14, "09:00")), ["14 09:00"]),
        ((1, "10:02"), (3, "09:00"), None, []),
    ],
)
def test_the_mails_that_ask_for_a_form(told_at, now, form, expected) -> None:
    visit = replace(VISIT, form=form)
    told = None if told_at is None else told_of(visit, at(*told_at))
    planned = mails(plan_messages(visit, told, BY_MAIL, POLICY, at(*now)))
    assert [when for what, when in planned.items() if what.startswith("form")] == expected


def test_a_need_that_arises_at_night_is_told_in_the_morning_and_reminders_of_it_need_a_consent() -> None:
    at_night = replace(VISIT, changed_at=at(5, "01:00"), form=FormWish("after:x", at(5, "01:00")))
    told = told_of(VISIT, at(1, "10:02"))
    planned = plan_messages(at_night, told, replace(BY_MAIL, wants_reminders=False), POLICY, at(5, "01:00"))
    assert mails(planned) == {"form 1": "05 08:00"}
    assert why(planned, MessageKind.FORM) == [Why.NO_CONSENT, Why.NO_CONSENT]


def test_the_practice_says_when_to_ask_again_and_an_absence_stops_the_asking() -> None:
    asked = replace(VISIT, form=replace(NEEDS, asked_before=at(1, "10:05")))
    told = told_of(asked, at(1, "10:02"))
    often = replace(POLICY, form_leads=(timedelta(hours=72), timedelta(hours=2)))
    planned = mails(plan_messages(asked, told, BY_MAIL, often, at(2, "09:00")))
    assert [when for what, when in planned.items() if what.startswith("form")] == ["12 14:00", "15 12:00"]
    hit = plan_messages(replace(asked, is_in_question=True), told, BY_MAIL, POLICY, at(2, "09:00"))
    assert why(hit, MessageKind.FORM) == [Why.IN_QUESTION]


def test_somebody_without_an_address_is_called_about_the_form_two_days_before() -> None:
    planned = mails(plan_messages(replace(VISIT, form=NEEDS), None, BY_PHONE, POLICY, at(1, "10:00")))
    assert planned["form call 2"] == "13 14:00"


def answer(clinic: Clinic, client_id: int) -> None:
    answers = {key: question.values[0] for key, question in FORM.questions.items()}
    form = FilledForm(answers=answers, source="link", is_signed=True)
    act(
        clinic.session,
        lambda: take_form(clinic.session, client_id=client_id, form=form, actor=RECEPTIONIST, now=clinic.clock()),
    )


def subjects(server: ScriptedServer) -> list[str]:
    return [str(each.mail["Subject"]) for each in server.delivered]


def test_one_mail_asks_for_all_visits_of_a_client_leads_to_the_form_and_ends_with_its_answer(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    client = clinic.client(is_screened=False)
    later = clinic.book(client, timedelta(days=21), **ASKS)
    first = clinic.book(client, timedelta(days=14), **ASKS)
    for minutes in (2, 1, 5):
        clock.advance(timedelta(minutes=minutes))
        postman.run()
    (form,) = (each for each in server.delivered if "form" in str(each.mail["Subject"]))
    words = form.mail.get_body(("plain",)).get_content()
    assert "/m/" in words
    assert "/form" in words
    assert "text/calendar" not in {part.get_content_type() for part in form.mail.walk()}
    assert clinic.states(later) == ["confirmation sent", "call_us queued", "reminder queued"]
    # The first visit is called off: the next one takes over, without asking twice.
    clinic.cancel(first)
    clinic.change(later, "settle_nothing")
    assert [state for state in clinic.states(first) if state == "form superseded"] == []
    clock.advance(timedelta(minutes=10))
    postman.run()
    assert clinic.states(first).count("form superseded") == 2
    assert clinic.states(later).count("form queued") == 2
    assert sum("form" in subject for subject in subjects(server)) == 1
    answer(clinic, client.id)
    follow(clinic, postman)
    assert clinic.states(later).count("form queued") == 0
    clock.now = later.starts_at - 24 * HOUR
    postman.drain()
    assert sum("form" in subject for subject in subjects(server)) == 1


def test_a_first_assessment_asks_and_the_answer_that_comes_at_the_last_moment_is_seen(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    client = clinic.client(is_screened=False)
    clinic.book(client, timedelta(days=10), kind=ServiceKind.ASSESSMENT)
    clock.advance(timedelta(minutes=2))
    postman.run()
    answer(clinic, client.id)
    clock.advance(timedelta(minutes=10))
    postman.drain()
    assert len(server.delivered) == 1
    assert clinic.states().count("form superseded") == 1
    follow(clinic, postman)
    assert not [state for state in clinic.states() if state.startswith("form") and "superseded" not in state]


def test_the_desk_asks_for_a_form_that_is_in_force_and_can_take_it_back(
    clinic: Clinic, postman: Dispatcher, clock: SettableClock
) -> None:
    client = clinic.client()
    visit = clinic.book(client, timedelta(days=10))
    clock.advance(timedelta(minutes=2))
    postman.run()

    def ask() -> None:
        act(
            clinic.session,
            lambda: ask_form(clinic.session, appointment_uid=visit.uid, actor=RECEPTIONIST, now=clock()),
        )

    ask()
    postman.reconcile()
    assert clinic.states(visit).count("form queued") == 3
    taken_back = {"appointment_uid": visit.uid, "rules": SCHEDULING_RULES, "actor": RECEPTIONIST, "now": clock()}
    act(clinic.session, lambda: undo(clinic.session, **taken_back))
    postman.reconcile()
    assert clinic.states(visit).count("form queued") == 0
    clinic.edit_email(client, "")
    ask()
    follow(clinic, postman)
    clock.now = visit.starts_at - 47 * HOUR
    assert {call.kind for call in list_calls(clinic.session, now=clock())} >= {"call_form"}
    clinic.cancel(visit)
    with pytest.raises(PracticeError, match="cancelled"):
        ask()
