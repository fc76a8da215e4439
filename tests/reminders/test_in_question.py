"""A visit that is left to a call is not promised by a reminder; once it stays, it is reminded of again."""

from datetime import timedelta

from practice.reminders.dispatching import Dispatcher
from practice.reminders.kinds import MessageKind
from practice.reminders.queries import why_no_mail
from practice.scheduling.absences.calling import CallEnd, Decision, settle_call
from practice.scheduling.absences.models import GroundAct, HitAnswer
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic


def left_to_a_call(clinic: Clinic, appointment) -> HitAnswer:
    def work() -> HitAnswer:
        done = GroundAct(kind="out_today", title="Away", at=clinic.clock())
        clinic.session.add(done)
        clinic.session.flush()
        row = HitAnswer(act_id=done.id, appointment_id=appointment.id, answer="call")
        clinic.session.add(row)
        return row

    return act(clinic.session, work)


def test_no_reminder_promises_a_visit_that_is_in_question(clinic: Clinic, postman: Dispatcher) -> None:
    appointment = clinic.book(clinic.client())
    clinic.clock.advance(timedelta(minutes=5))
    postman.run()
    row = left_to_a_call(clinic, appointment)
    clinic.clock.advance(timedelta(days=13))
    assert postman.drain() == 0
    clinic.session.rollback()
    late = [each.sentence for each in why_no_mail(clinic.session, appointment, now=clinic.clock())]
    assert "An absence hit this visit; the desk calls about it first." in late
    kept = Decision(CallEnd.KEPT, reason="She comes in for it")
    act(
        clinic.session,
        lambda: settle_call(
            clinic.session, answer_uid=row.uid, decision=kept, rules=(), actor=RECEPTIONIST, now=clinic.clock()
        ),
    )
    assert postman.drain() == 1
    assert clinic.messages(appointment)[-1].kind == MessageKind.REMINDER
