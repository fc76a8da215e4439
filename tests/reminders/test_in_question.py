"""A visit that is left to a call is not promised by a reminder; once it stays, it is reminded of again."""

from datetime import UTC, datetime, timedelta

from practice.reminders.dispatching import Dispatcher
from practice.reminders.kinds import MessageKind
from practice.reminders.queries import why_no_mail
from practice.scheduling.absences.calling import CallEnd, Decision, settle_call
from practice.scheduling.absences.models import GroundAct, HeldTime, HitAnswer, TimesOffer
from practice.scheduling.models import Appointment
from practice.scheduling.telling import mark_unreconciled
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer


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


def kept_for(clinic: Clinic, row: HitAnswer, appointment: Appointment) -> TimesOffer:
    """Keep two other times for a visit for two hours."""

    def work() -> TimesOffer:
        place = {"therapist_id": clinic.other.id, "zone": appointment.zone}
        offer = TimesOffer(
            answer_id=row.id,
            appointment_id=appointment.id,
            therapist_id=appointment.therapist_id,
            starts_at=appointment.starts_at,
            offered_at=clinic.clock(),
            expires_at=clinic.clock() + timedelta(hours=2),
        )
        clinic.session.add(offer)
        clinic.session.flush()
        for days in (1, 2):
            begins, ends = (each + timedelta(days=days) for each in (appointment.starts_at, appointment.ends_at))
            local = appointment.local_start + timedelta(days=days)
            held = HeldTime(offer_id=offer.id, local_start=local, starts_at=begins, ends_at=ends, **place)
            clinic.session.add(held)
        mark_unreconciled(clinic.session, [appointment.id])
        return offer

    return act(clinic.session, work)


def test_times_to_choose_from_leave_at_once_and_at_night_and_put_nothing_into_a_calendar(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    clinic.clock.now = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    appointment = clinic.book(clinic.client(), timedelta(hours=12))
    clinic.clock.advance(timedelta(minutes=5))
    postman.drain()
    kept_for(clinic, left_to_a_call(clinic, appointment), appointment)
    assert postman.run() == 1
    mail = server.delivered[-1].mail
    assert mail["Subject"].startswith("Please choose another time")
    assert {part.get_content_type() for part in mail.walk() if not part.is_multipart()} == {"text/plain", "text/html"}
    assert str(mail).count("Ines Moreau") == 4
    assert postman.drain() == 0


def test_times_that_are_given_back_before_their_mail_left_are_not_sent(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    appointment = clinic.book(clinic.client())
    clinic.clock.advance(timedelta(minutes=5))
    postman.drain()
    offer = kept_for(clinic, left_to_a_call(clinic, appointment), appointment)
    postman.reconcile()

    def end() -> None:
        ended = clinic.session.get_one(TimesOffer, offer.id)
        ended.ended_at, ended.end_kind = clinic.clock(), "withdrawn"

    act(clinic.session, end)
    assert postman.drain() == 0
    assert [message.state for message in clinic.messages() if message.kind == MessageKind.TIMES] == ["superseded"]


def test_what_an_absence_does_to_a_near_visit_is_told_without_grace(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    near, later = (clinic.book(clinic.client(), timedelta(hours=hours)) for hours in (20, 200))
    clinic.clock.advance(timedelta(minutes=5))
    postman.drain()
    done = left_to_a_call(clinic, near)
    clinic.act_id = clinic.session.get_one(GroundAct, done.act_id).uid
    for visit in (near, later):
        clinic.cancel(visit)
    assert postman.drain() == 1
    assert server.delivered[-1].mail["Subject"].startswith("Cancelled")
    assert "cancelled sent" in clinic.states(near)
