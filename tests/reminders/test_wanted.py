"""The table of wanted messages, row by row; times are wall times in Toronto (UTC-5) unless said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from practice.clinic.quiet_hours import QuietHours
from practice.core.local_time import to_utc, wall_time
from practice.reminders.facts import Addressee, LastTold, Policy, Truth, Visit
from practice.reminders.kinds import Channel, MessageKind, Why
from practice.reminders.planned import Plan, Wanted
from practice.reminders.wanted import plan_farewell, plan_messages
from practice.scheduling.lifecycle import AppointmentState as State

ZONE = "America/Toronto"
POLICY = Policy()
BY_MAIL = Addressee("ana@example.com", "+14165550101")
BY_PHONE = Addressee(None, "+14165550101", Why.NO_ADDRESS)


def at(day: int, clock: str) -> datetime:
    """Return the instant of a wall time in December 2026; the 1st is a Tuesday."""
    return to_utc(datetime.fromisoformat(f"2026-12-{day:02}T{clock}"), ZONE)


def truth(starts_at: datetime, therapist: str = "Bram Castellan", location: int = 1) -> Truth:
    return Truth(starts_at, ZONE, location, therapist)


def visit(starts_at: datetime, booked_at: datetime, **over: object) -> Visit:
    state = over.pop("state", State.BOOKED)
    made = Visit(7, 3, state, truth(starts_at), booked_at, booked_at)
    return replace(made, **over)


def told_of(visit: Visit, at: datetime, *, is_cancelled: bool = False) -> LastTold:
    return LastTold(visit.client_id or 0, visit.truth, is_cancelled, at)


def mails(plan: Plan) -> dict[str, str]:
    """Return what is wanted as {kind: wall time due}."""
    return {
        f"{wanted.kind}{'' if wanted.channel is Channel.EMAIL else ' call'} {number}": f"{wall_time(wanted.due_at, ZONE):%d %H:%M}"
        for number, wanted in enumerate(plan.wanted, 1)
    }


def only(plan: Plan, kind: MessageKind) -> Wanted:
    (found,) = (wanted for wanted in plan.wanted if wanted.kind is kind)
    return found


def why(plan: Plan, kind: MessageKind) -> list[Why]:
    return [omitted.why for omitted in plan.omitted if omitted.kind is kind]


VISIT = visit(at(15, "14:00"), at(1, "10:00"))


def test_a_booking_far_ahead_wants_a_confirmation_and_two_reminders() -> None:
    plan = plan_messages(VISIT, None, BY_MAIL, POLICY, at(1, "10:00"))
    assert mails(plan) == {"confirmation 1": "01 10:02", "reminder 2": "13 14:00", "reminder 3": "15 11:00"}


def test_confirmations_ignore_quiet_hours() -> None:
    late = visit(at(15, "14:00"), at(1, "23:30"))
    assert mails(plan_messages(late, None, BY_MAIL, POLICY, at(1, "23:30")))["confirmation 1"] == "01 23:32"


@pytest.mark.parametrize(
    ("starts", "booked", "expected"),
    [
        # (the visit, booked at) -> reminders
        ((15, "14:00"), (1, "10:00"), ["13 14:00", "15 11:00"]),
        ((15, "11:00"), (1, "10:00"), ["13 11:00", "15 08:00"]),  # 08:00 is no longer quiet
        ((15, "10:59"), (1, "10:00"), ["13 10:59", "14 18:00"]),  # 07:59 is: the evening before
        ((15, "07:30"), (1, "10:00"), ["12 18:00", "14 18:00"]),  # both fall into a night
        ((15, "20:00"), (1, "10:00"), ["13 18:00", "15 17:00"]),
        ((15, "14:00"), (14, "10:00"), ["15 11:00"]),  # booked inside 48 h: told by the confirmation
        ((15, "14:00"), (15, "10:58"), []),  # the confirmation at 11:00 says it
        ((15, "14:00"), (15, "10:57"), ["15 11:00"]),
        ((15, "14:00"), (15, "13:00"), []),
        ((15, "09:00"), (14, "17:30"), ["14 18:00"]),
        ((15, "09:00"), (14, "18:30"), []),  # six in the evening precedes the booking
    ],
)
def test_reminders_keep_out_of_the_night_and_behind_the_booking(
    starts: tuple[int, str], booked: tuple[int, str], expected: list[str]
) -> None:
    booking = visit(at(*starts), at(*booked))
    plan = plan_messages(booking, None, BY_MAIL, POLICY, at(*booked))
    reminders = [wanted for wanted in plan.wanted if wanted.kind is MessageKind.REMINDER]
    assert [f"{wall_time(wanted.due_at, ZONE):%d %H:%M}" for wanted in reminders] == expected


def test_a_reminder_inside_its_lead_is_folded_into_the_confirmation() -> None:
    booking = visit(at(15, "14:00"), at(14, "10:00"))
    plan = plan_messages(booking, None, BY_MAIL, POLICY, at(14, "10:00"))
    assert why(plan, MessageKind.REMINDER) == [Why.IN_EARLIER_MESSAGE]


def test_a_confirmation_that_is_late_takes_due_reminders_with_it() -> None:
    """The mail server was down for a fortnight: one mail goes out, not three."""
    plan = plan_messages(VISIT, None, BY_MAIL, POLICY, at(13, "15:00"))
    assert mails(plan) == {"confirmation 1": "01 10:02", "reminder 2": "15 11:00"}


@pytest.mark.parametrize(
    ("told_at", "expected"),
    [((13, "14:00"), ["15 11:00"]), ((14, "17:00"), ["15 11:00"]), ((14, "17:01"), []), ((15, "09:00"), [])],
)
def test_a_confirmed_visit_is_not_reminded_within_18_hours(told_at: tuple[int, str], expected: list[str]) -> None:
    confirmed = replace(VISIT, confirmed_at=at(*told_at))
    plan = plan_messages(confirmed, told_of(VISIT, at(*told_at)), BY_MAIL, POLICY, at(*told_at))
    assert [f"{wall_time(wanted.due_at, ZONE):%d %H:%M}" for wanted in plan.wanted] == expected


def test_an_unconfirmed_visit_is_reminded_soon_after_a_mail() -> None:
    plan = plan_messages(VISIT, told_of(VISIT, at(15, "09:00")), BY_MAIL, POLICY, at(15, "09:00"))
    assert mails(plan) == {"reminder 1": "15 11:00"}


def test_a_sent_reminder_is_not_wanted_again() -> None:
    plan = plan_messages(VISIT, told_of(VISIT, at(13, "14:00")), BY_MAIL, POLICY, at(13, "14:01"))
    assert mails(plan) == {"reminder 1": "15 11:00"}


def test_no_consent_stops_reminders_and_nothing_else() -> None:
    plan = plan_messages(VISIT, None, replace(BY_MAIL, wants_reminders=False), POLICY, at(1, "10:00"))
    assert mails(plan) == {"confirmation 1": "01 10:02"}
    assert why(plan, MessageKind.REMINDER) == [Why.NO_CONSENT, Why.NO_CONSENT]


@pytest.mark.parametrize(
    ("over", "addressee", "reason"),
    [
        ({"state": State.HELD, "client_id": None}, BY_MAIL, Why.HELD),
        ({"tell_client": False}, BY_MAIL, Why.DO_NOT_TELL),
        ({}, Addressee(None, None, Why.NOBODY), Why.NOBODY),
        ({"state": State.ARRIVED}, BY_MAIL, Why.HAPPENED),
        ({"state": State.IN_PROGRESS}, BY_MAIL, Why.HAPPENED),
        ({"state": State.COMPLETED}, BY_MAIL, Why.HAPPENED),
        ({"state": State.NO_SHOW}, BY_MAIL, Why.HAPPENED),
        ({"state": State.CANCELLED}, BY_MAIL, Why.NEVER_TOLD),
        ({"state": State.ENTERED_IN_ERROR}, BY_MAIL, Why.NEVER_TOLD),
    ],
)
def test_silence_has_a_reason(over: dict[str, object], addressee: Addressee, reason: Why) -> None:
    plan = plan_messages(replace(VISIT, **over), None, addressee, POLICY, at(1, "10:00"))
    assert plan.wanted == ()
    assert [omitted.why for omitted in plan.omitted] == [reason]


def test_a_visit_of_the_past_wants_nothing() -> None:
    plan = plan_messages(visit(at(1, "09:00"), at(1, "10:00")), None, BY_MAIL, POLICY, at(1, "10:00"))
    assert plan.wanted == ()


# Moves: what was told is the 15th at 14:00.

TOLD = told_of(VISIT, at(1, "10:02"))


def moved(to: datetime, when: datetime, **over: object) -> Visit:
    return replace(VISIT, truth=truth(to), changed_at=when, **over)


@pytest.mark.parametrize(
    ("to", "when", "due"),
    [
        ((16, "14:00"), (5, "12:00"), "05 12:05"),
        ((16, "14:00"), (5, "19:54"), "05 19:59"),
        ((16, "14:00"), (5, "19:55"), "06 08:00"),  # 20:00 is quiet
        ((16, "14:00"), (6, "03:00"), "06 08:00"),
        ((16, "14:00"), (14, "22:00"), "14 22:02"),  # the old start is near
        ((7, "10:00"), (6, "22:00"), "06 22:02"),  # the new start is near
        ((16, "14:00"), (14, "13:59"), "14 14:04"),  # a minute more than 24 h
        ((16, "14:00"), (14, "14:00"), "14 14:02"),
    ],
)
def test_a_move_is_told_after_its_grace_but_not_at_night(to: tuple[int, str], when: tuple[int, str], due: str) -> None:
    plan = plan_messages(moved(at(*to), at(*when)), TOLD, BY_MAIL, POLICY, at(*when))
    assert f"{wall_time(only(plan, MessageKind.MOVED).due_at, ZONE):%d %H:%M}" == due


def test_two_moves_make_one_mail() -> None:
    first = plan_messages(moved(at(16, "14:00"), at(5, "12:00")), TOLD, BY_MAIL, POLICY, at(5, "12:00"))
    second = plan_messages(moved(at(17, "14:00"), at(5, "12:03")), TOLD, BY_MAIL, POLICY, at(5, "12:03"))
    assert len([wanted for wanted in second.wanted if wanted.kind is MessageKind.MOVED]) == 1
    assert only(first, MessageKind.MOVED).dedupe_key != only(second, MessageKind.MOVED).dedupe_key


def test_a_move_back_makes_none() -> None:
    back = replace(VISIT, changed_at=at(5, "12:03"))
    plan = plan_messages(back, TOLD, BY_MAIL, POLICY, at(5, "12:03"))
    assert mails(plan) == {"reminder 1": "13 14:00", "reminder 2": "15 11:00"}
    assert why(plan, MessageKind.MOVED) == [Why.UP_TO_DATE]


def test_a_move_there_and_back_and_there_again_is_told_each_time() -> None:
    there = moved(at(16, "14:00"), at(5, "12:00"))
    first = only(plan_messages(there, TOLD, BY_MAIL, POLICY, at(5, "12:00")), MessageKind.MOVED)
    again = only(
        plan_messages(there, told_of(VISIT, at(6, "09:00")), BY_MAIL, POLICY, at(6, "12:00")), MessageKind.MOVED
    )
    assert first.dedupe_key != again.dedupe_key


@pytest.mark.parametrize(
    "change",
    [truth(at(15, "14:15")), truth(at(15, "14:00"), "Ines Moreau"), truth(at(15, "14:00"), location=2)],
)
def test_start_therapist_and_place_are_what_a_move_tells(change: Truth) -> None:
    plan = plan_messages(replace(VISIT, truth=change), TOLD, BY_MAIL, POLICY, at(2, "12:00"))
    assert only(plan, MessageKind.MOVED)


def test_a_move_before_the_confirmation_left_makes_one_confirmation() -> None:
    plan = plan_messages(moved(at(16, "14:00"), at(1, "10:01")), None, BY_MAIL, POLICY, at(1, "10:01"))
    assert mails(plan) == {"confirmation 1": "01 10:03", "reminder 2": "14 14:00", "reminder 3": "16 11:00"}


def test_a_move_inside_the_lead_says_what_the_reminder_would() -> None:
    plan = plan_messages(moved(at(15, "16:00"), at(15, "13:00")), TOLD, BY_MAIL, POLICY, at(15, "13:00"))
    assert mails(plan) == {"moved 1": "15 13:02"}


def test_another_client_of_the_same_time_gets_a_confirmation() -> None:
    plan = plan_messages(replace(VISIT, client_id=4), TOLD, BY_MAIL, POLICY, at(2, "10:00"))
    assert only(plan, MessageKind.CONFIRMATION)


@pytest.mark.parametrize(
    ("over", "told", "addressee", "now", "expected"),
    [
        ({}, {}, BY_MAIL, (2, "10:00"), "passed_on 02 10:05"),
        ({"changed_at": at(2, "23:00")}, {}, BY_MAIL, (2, "23:00"), "passed_on 03 08:00"),
        ({"state": State.ARRIVED}, {}, BY_MAIL, (2, "10:00"), "passed_on 02 10:05"),
        ({"state": State.CANCELLED}, {}, BY_MAIL, (2, "10:00"), "passed_on 02 10:05"),
        ({}, {}, BY_PHONE, (2, "10:00"), "passed_on call 02 10:05"),
        ({}, {"is_cancelled": True}, BY_MAIL, (2, "10:00"), ""),
        ({}, {}, BY_MAIL, (15, "14:00"), ""),
        ({}, {}, BY_MAIL, (15, "13:30"), "too_late"),
        ({}, {}, Addressee(None, None, Why.NO_ADDRESS), (2, "10:00"), "unreachable"),
        ({}, {}, Addressee(None, None, Why.NOBODY), (2, "10:00"), "nobody"),
        ({"tell_client": False}, {}, BY_MAIL, (2, "10:00"), "do_not_tell"),
    ],
)
def test_whose_visit_it_was_hears_of_it_while_that_is_useful(
    over: dict[str, object], told: dict[str, object], addressee: Addressee, now: tuple[int, str], expected: str
) -> None:
    given = replace(VISIT, **{"client_id": 4, "changed_at": at(2, "10:00")} | over)
    plan = plan_farewell(given, replace(TOLD, **told), addressee, POLICY, at(*now))
    said = [f"{name.rpartition(' ')[0]} {due}" for name, due in mails(plan).items()]
    assert said + [str(each.why) for each in plan.omitted] == [expected] * bool(expected)
    assert all(each.former_client_id == TOLD.client_id for each in plan.wanted)


# Cancellations


@pytest.mark.parametrize(
    ("when", "due"),
    [((5, "12:00"), "05 12:05"), ((5, "23:00"), "06 08:00"), ((14, "23:00"), "14 23:02"), ((15, "13:30"), "15 13:32")],
)
def test_a_told_visit_that_is_cancelled_is_told_once(when: tuple[int, str], due: str) -> None:
    cancelled = replace(VISIT, state=State.CANCELLED, changed_at=at(*when))
    plan = plan_messages(cancelled, TOLD, BY_MAIL, POLICY, at(*when))
    assert mails(plan) == {"cancelled 1": due}
    told = told_of(VISIT, at(*when), is_cancelled=True)
    assert plan_messages(cancelled, told, BY_MAIL, POLICY, at(*when)).wanted == ()


def test_a_visit_cancelled_after_its_time_is_not_told() -> None:
    cancelled = replace(VISIT, state=State.CANCELLED, changed_at=at(15, "15:00"))
    assert plan_messages(cancelled, TOLD, BY_MAIL, POLICY, at(15, "15:00")).wanted == ()


def test_a_cancellation_taken_back_before_the_mail_left_tells_nothing() -> None:
    plan = plan_messages(replace(VISIT, changed_at=at(5, "12:01")), TOLD, BY_MAIL, POLICY, at(5, "12:01"))
    assert not [wanted for wanted in plan.wanted if wanted.kind is not MessageKind.REMINDER]


def test_a_cancellation_taken_back_after_the_mail_is_confirmed_anew() -> None:
    told = told_of(VISIT, at(5, "12:05"), is_cancelled=True)
    plan = plan_messages(replace(VISIT, changed_at=at(5, "13:00")), told, BY_MAIL, POLICY, at(5, "13:00"))
    first = plan_messages(VISIT, None, BY_MAIL, POLICY, at(1, "10:00"))
    assert only(plan, MessageKind.CONFIRMATION).dedupe_key != only(first, MessageKind.CONFIRMATION).dedupe_key


# Tentative visits


def test_a_tentative_visit_asks_for_a_call_and_promises_nothing_inside_24_hours() -> None:
    tentative = replace(VISIT, state=State.TENTATIVE)
    plan = plan_messages(tentative, None, BY_MAIL, POLICY, at(1, "10:00"))
    decision = only(plan, MessageKind.DECIDE)
    assert (decision.channel, decision.due_at) == (Channel.DESK, at(14, "14:00"))
    told_by_mail = replace(plan, wanted=tuple(wanted for wanted in plan.wanted if wanted is not decision))
    assert mails(told_by_mail) == {"confirmation 1": "01 10:02", "call_us 2": "10 14:00", "reminder 3": "13 14:00"}
    assert why(plan, MessageKind.REMINDER) == [Why.UNDECIDED]


# Calls


@pytest.mark.parametrize(
    ("starts", "booked", "due"),
    [
        ((15, "14:00"), (1, "10:00"), "14 10:00"),
        ((14, "14:00"), (1, "10:00"), "11 10:00"),  # Monday: the call is due on Friday
        ((15, "14:00"), (14, "09:00"), "14 10:00"),
        ((15, "14:00"), (14, "10:00"), None),  # was on the phone just then
    ],
)
def test_a_client_without_an_address_is_called_the_working_day_before(
    starts: tuple[int, str], booked: tuple[int, str], due: str | None
) -> None:
    plan = plan_messages(visit(at(*starts), at(*booked)), None, BY_PHONE, POLICY, at(*booked))
    assert mails(plan) == ({} if due is None else {"reminder call 1": due})
    assert why(plan, MessageKind.CONFIRMATION) == [Why.NO_ADDRESS]


def test_the_call_stays_wanted_until_the_visit() -> None:
    plan = plan_messages(VISIT, None, BY_PHONE, POLICY, at(15, "13:59"))
    assert mails(plan) == {"reminder call 1": "14 10:00"}


def test_a_change_is_called_when_mail_no_longer_arrives() -> None:
    bounced = Addressee(None, "+14165550101", Why.SUPPRESSED)
    plan = plan_messages(moved(at(16, "14:00"), at(5, "12:00")), TOLD, bounced, POLICY, at(5, "12:00"))
    assert mails(plan) == {"moved call 1": "05 12:05", "reminder call 2": "15 10:00"}


def test_a_cancelled_visit_of_a_phone_client_leaves_no_call() -> None:
    cancelled = replace(VISIT, state=State.CANCELLED)
    assert plan_messages(cancelled, None, BY_PHONE, POLICY, at(2, "10:00")).wanted == ()


def test_a_client_who_said_stop_is_not_called() -> None:
    plan = plan_messages(VISIT, None, replace(BY_PHONE, wants_reminders=False), POLICY, at(1, "10:00"))
    assert plan.wanted == ()


def test_nobody_can_call_a_client_without_a_number() -> None:
    plan = plan_messages(VISIT, None, Addressee(None, None, Why.NO_ADDRESS), POLICY, at(1, "10:00"))
    assert plan.wanted == ()
    assert why(plan, MessageKind.CONFIRMATION) == [Why.UNREACHABLE]


def test_the_demo_may_have_no_night_and_short_graces() -> None:
    brisk = Policy(timedelta(seconds=5), timedelta(seconds=5), POLICY.reminder_leads, QuietHours(0, 0))
    booking = visit(at(15, "07:00"), at(1, "23:00"))
    plan = plan_messages(booking, None, BY_MAIL, brisk, at(1, "23:00"))
    assert mails(plan) == {"confirmation 1": "01 23:00", "reminder 2": "13 07:00", "reminder 3": "15 04:00"}


def test_trying_again_stops_an_hour_before_the_visit() -> None:
    plan = plan_messages(VISIT, None, BY_MAIL, POLICY, at(1, "10:00"))
    assert [f"{wall_time(wanted.expires_at, ZONE):%d %H:%M}" for wanted in plan.wanted] == [
        "15 13:00",
        "15 11:00",
        "15 13:00",
    ]


def test_reminders_keep_their_real_distance_over_a_clock_change() -> None:
    """The clocks of Toronto go back on 1 November 2026: 48 hours before 14:00 is 15:00 by the wall."""
    start = to_utc(datetime.fromisoformat("2026-11-02T14:00"), ZONE)
    booked = datetime(2026, 10, 1, 14, 0, tzinfo=UTC)
    plan = plan_messages(visit(start, booked), None, BY_MAIL, POLICY, booked)
    assert wall_time(plan.wanted[1].due_at, ZONE) == datetime.fromisoformat("2026-10-31T15:00")


def test_a_visit_that_an_absence_hit_is_not_reminded_of_until_somebody_called() -> None:
    plan = plan_messages(replace(VISIT, is_in_question=True), None, BY_MAIL, POLICY, at(1, "10:00"))
    assert set(why(plan, MessageKind.REMINDER)) == {Why.IN_QUESTION}
