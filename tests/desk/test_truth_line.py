from datetime import date

from practice.desk.diary.working_hours import drawn_hours, gaps_of, hours_of
from practice.desk.truth_line import DeskCounts, Links, truth_line
from practice.desk.visits import State, late_minutes, may_be_no_show
from practice.scheduling.question import Exceptions, LocationFacts, Span, TherapistFacts, WeekdaySpan, WeeklyWork
from tests.desk.visits import ZONE, at, make_visit

QUIET = DeskCounts(unconfirmed_tomorrow=0, calls_due=0, gaps=0, mail_trouble="")
LINKS = Links(tomorrow="/diary/2026-11-25/list")
TUESDAY = date(2026, 11, 24)


def said(facts):
    return [" ".join(part for part in (fact.before, fact.value, fact.label) if part) for fact in facts]


def test_a_quiet_day_says_only_that_it_is_quiet():
    assert said(truth_line([], QUIET, LINKS, now=at(9))) == ["No visits", "Mail healthy"]


def test_the_line_says_what_the_desk_must_know_now():
    visits = [
        make_visit(at(9), state=State.COMPLETED),
        make_visit(at(11, 45), client="Per Lund"),
        make_visit(at(13), client="Anna Kowalska"),
        make_visit(at(14), client=None, state=State.HELD),
    ]
    counts = DeskCounts(unconfirmed_tomorrow=3, calls_due=1, gaps=2, mail_trouble="mail is paused")
    assert said(truth_line(visits, counts, LINKS, now=at(12))) == [
        "3 visits",
        "Next arrival 13:00 Anna Kowalska",
        "1 late",
        "3 unconfirmed tomorrow",
        "1 call due",
        "2 gaps",
        "mail is paused",
    ]


def test_nobody_is_late_within_ten_minutes_or_once_here():
    visit = make_visit(at(12))
    assert [late_minutes(visit, at(12, minute)) for minute in (9, 10, 12)] == [0, 10, 12]
    assert late_minutes(make_visit(at(12), state=State.ARRIVED), at(12, 30)) == 0


def test_a_no_show_is_offered_after_a_quarter_of_an_hour():
    visit = make_visit(at(12))
    assert [may_be_no_show(visit, at(12, minute)) for minute in (0, 14, 15)] == [False, False, True]


def working(*spans):
    location = LocationFacts(1, "harbour", "Harbour", ZONE, opening=(WeekdaySpan(1, Span(9 * 60, 18 * 60)),))
    weekly = tuple(WeeklyWork(1, 1, Span(begins * 60, ends * 60), None, None) for begins, ends in spans)
    tara = TherapistFacts(1, "tara", "Tara Therapist", 1, weekly=weekly)
    return hours_of(location, Exceptions(), [tara], (TUESDAY, TUESDAY))


def test_gaps_are_free_working_time_of_45_minutes_between_visits_and_their_buffers():
    hours = working((9, 12), (13, 17))
    visits = [make_visit(at(9)), make_visit(at(11)), make_visit(at(13)), make_visit(at(15))]
    # 10:10 to 11:00, 14:10 to 15:00 and 16:10 to 17:00; noon to one is a break.
    assert len(gaps_of(hours, visits, now=at(8))) == 3


def test_a_visit_in_the_afternoon_hides_no_gap_of_the_morning():
    assert len(gaps_of(working((9, 12), (13, 14)), [make_visit(at(13))], now=at(8))) == 1


def test_gaps_that_have_passed_do_not_count():
    hours = working((9, 12))
    assert [len(gaps_of(hours, [], now=at(hour))) for hour in (8, 11, 12)] == [1, 1, 0]


def test_the_grid_is_drawn_over_the_opening_hours_and_every_visit_besides():
    hours = working((9, 17))
    assert drawn_hours(hours, []) == (9, 18)
    assert drawn_hours(hours, [make_visit(at(7, 30)), make_visit(at(18), minutes=75)]) == (7, 20)
