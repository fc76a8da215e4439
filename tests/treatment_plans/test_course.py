"""Courses by example: what is proposed, in which words, and what is said when no course is complete."""

from dataclasses import replace
from datetime import date

import pytest

from practice.treatment_plans.course import (
    CourseQuestion,
    Due,
    FreeStart,
    Gap,
    Hours,
    Stop,
    Visit,
    Wishes,
    With,
)
from practice.treatment_plans.course_search import propose_courses
from practice.treatment_plans.course_words import reasons, stuck_sentence, title

MONDAY = date(2026, 11, 30).toordinal()
TWICE, WEEKLY = Gap(2, 5, 7), Gap(5, 9, 14)
INES, BRAM = 1, 2
NAMES = {INES: "Ines Okafor", BRAM: "Bram Castellan"}
SUBACUTE = (*[TWICE] * 6, *[WEEKLY] * 4)


def dues(*gaps: Gap) -> tuple[Due, ...]:
    return tuple(Due(number, 1, 60, gap) for number, gap in enumerate(gaps, 1))


def open_days(weeks: int, *, hours: tuple[int, ...] = (10, 14), who: tuple[int, ...] = (INES, BRAM)):
    """Every day but Sunday free at some hours."""
    days = [MONDAY + at for at in range(7 * weeks) if at % 7 != 6]
    return {1: {on: [FreeStart(60 * hour, who) for hour in hours] for on in days}}


def asked(*gaps: Gap, **over) -> CourseQuestion:
    given = {"dues": dues(*gaps), "free": open_days(14), "earliest": MONDAY} | over
    return CourseQuestion(**given)


def days_of(course) -> list[str]:
    return [f"{date.fromordinal(visit.on):%a %b %d}" for visit in course.visits]


def test_an_empty_diary_gives_a_regular_course() -> None:
    best, *_ = propose_courses(asked(*SUBACUTE)).courses
    assert best.cost == 0
    assert days_of(best)[:7] == [
        "Mon Nov 30",
        "Thu Dec 03",
        "Mon Dec 07",
        "Thu Dec 10",
        "Mon Dec 14",
        "Thu Dec 17",
        "Thu Dec 24",
    ]
    assert len({(visit.minute, visit.therapist_id) for visit in best.visits}) == 1


def test_three_proposals_are_of_different_kinds() -> None:
    answer = propose_courses(asked(*SUBACUTE))
    assert len({course.pattern.kind for course in answer.courses}) == 3
    assert len({course.visits for course in answer.courses}) == 3


def test_a_preferred_therapist_comes_first_and_a_must_is_kept() -> None:
    free = open_days(14)
    for on in list(free[1])[5:8]:
        free[1][on] = [FreeStart(600, (BRAM,))]
    prefer, *_ = propose_courses(asked(*SUBACUTE, free=free, wishes=_with(With.PREFER))).courses
    must, *_ = propose_courses(asked(*SUBACUTE, free=free, wishes=_with(With.MUST))).courses
    assert prefer.pattern.therapist_id == INES
    assert {visit.therapist_id for visit in must.visits} == {INES}


def _with(how: With) -> Wishes:
    return Wishes(therapist=how, therapist_ids=frozenset({INES}))


def test_weekdays_and_hours_are_kept() -> None:
    wishes = Wishes(weekdays=frozenset({1, 4}), hours=(Hours(13 * 60, 18 * 60),))
    for course in propose_courses(asked(*SUBACUTE, wishes=wishes)).courses:
        assert {date.fromordinal(visit.on).weekday() for visit in course.visits} <= {1, 4}
        assert {visit.minute for visit in course.visits} == {14 * 60}


def test_a_longer_re_assessment_takes_its_own_free_starts() -> None:
    free = open_days(14)
    free[2] = {on: [FreeStart(14 * 60, (INES,))] for on in free[1]}
    question = asked(*SUBACUTE, free=free)
    longer = tuple(due._replace(service_id=2, minutes=75) if due.number in {6, 10} else due for due in question.dues)
    best, *_ = propose_courses(replace(question, dues=longer)).courses
    assert {(visit.minute, visit.therapist_id) for visit in best.visits} == {(14 * 60, INES)}
    assert best.cost == 0


def test_visits_past_a_clearance_are_tentative() -> None:
    best, *_ = propose_courses(asked(*[WEEKLY] * 4, covered_until=MONDAY + 13)).courses
    assert best.tentative == {3, 4}


def test_a_cancelled_visit_is_made_up_for_without_moving_the_others() -> None:
    """Three a fortnight apart, the second is lost: it finds a day between, the others stay."""
    booked = [Visit(MONDAY + 7 * week, 600, INES) for week in range(1, 6)]
    course = [Due(1, 1, 60, WEEKLY, fixed=booked[0]), Due(2, 1, 60, WEEKLY)]
    course += [Due(at, 1, 60, WEEKLY, presents=(booked[at - 1],)) for at in (3, 4, 5)]
    question = asked(WEEKLY, earliest=MONDAY + 8)
    best, *_ = propose_courses(replace(question, dues=tuple(course))).courses
    assert [visit for at, visit in enumerate(best.visits) if at != 1] == [booked[0], *booked[2:]]
    assert best.visits[1].on == MONDAY + 14
    assert "No booked visit moves." in reasons(question_with(question, course), best, NAMES.__getitem__)


def question_with(question: CourseQuestion, course: list[Due]) -> CourseQuestion:
    return replace(question, dues=tuple(course))


def test_a_lost_week_pushes_the_others_when_their_distance_would_be_too_short() -> None:
    first = Visit(MONDAY, 600, INES)
    present = Visit(MONDAY + 8, 600, INES)
    free = {1: {on: starts for on, starts in open_days(8)[1].items() if on >= MONDAY + 7}}
    course = (
        Due(1, 1, 60, WEEKLY, fixed=first),
        Due(2, 1, 60, WEEKLY),
        Due(3, 1, 60, WEEKLY, presents=(present,)),
    )
    question = CourseQuestion(dues=course, free=free, earliest=MONDAY + 3)
    best, *_ = propose_courses(question).courses
    assert best.visits[2] != present
    assert "1 of 1 booked visit would move." in reasons(question, best, NAMES.__getitem__)


def test_a_lost_visit_lets_the_others_keep_their_days_under_the_next_number() -> None:
    """Weekly, the second is lost and no day is free before the third: each takes the next one's place."""
    booked = [Visit(MONDAY + 7 * week, 600, INES) for week in range(5)]
    free = {1: {on: starts for on, starts in open_days(9)[1].items() if on > booked[-1].on}}
    coming = tuple(booked[2:])
    course = [Due(1, 1, 60, WEEKLY, fixed=booked[0])]
    course += [Due(number, 1, 60, WEEKLY._replace(most=14), presents=coming) for number in (2, 3, 4, 5)]
    question = CourseQuestion(dues=tuple(course), free=free, earliest=booked[1].on)
    best, *_ = propose_courses(question).courses
    assert best.visits[1:4] == coming
    assert best.visits[4].on == booked[-1].on + 7
    assert "No booked visit moves." in reasons(question, best, NAMES.__getitem__)


def test_what_has_happened_is_taken_as_it_was() -> None:
    """Two visits on following days, against the plan, stand in nobody's way."""
    past = [Visit(MONDAY - 1, 600, INES), Visit(MONDAY, 600, INES)]
    course = (Due(1, 1, 60, WEEKLY, fixed=past[0]), Due(2, 1, 60, WEEKLY, fixed=past[1]), Due(3, 1, 60, WEEKLY))
    best, *_ = propose_courses(replace(asked(WEEKLY, earliest=MONDAY + 1), dues=course)).courses
    assert best.visits[2].on == MONDAY + 7


def test_never_four_visits_in_seven_days() -> None:
    daily = Gap(1, 3, 3)
    best, *_ = propose_courses(asked(*[daily] * 5)).courses
    days = [visit.on for visit in best.visits]
    assert all(later - earlier >= 7 for earlier, later in zip(days, days[3:], strict=False))


@pytest.mark.parametrize(
    ("over", "stop", "number"),
    [
        ({"wishes": Wishes(weekdays=frozenset({6}))}, Stop.WEEKDAYS, 1),
        ({"wishes": Wishes(weekdays=frozenset({0}))}, Stop.WEEKDAYS, 2),
        ({"wishes": Wishes(hours=(Hours(18 * 60, 20 * 60),))}, Stop.HOURS, 1),
        ({"wishes": Wishes(therapist=With.MUST, therapist_ids=frozenset({9}))}, Stop.THERAPIST, 1),
        ({"wishes": Wishes(weekdays=frozenset({6}), hours=(Hours(0, 60),))}, Stop.WISHES, 1),
        ({"free": open_days(1)}, Stop.NOTHING_FREE, 4),
        ({"free": {}}, Stop.NOTHING_FREE, 1),
    ],
)
def test_the_first_visit_that_cannot_be_placed_is_named_with_what_stops_it(over, stop, number) -> None:
    answer = propose_courses(asked(*[TWICE] * 4, **over))
    assert answer.courses == ()
    assert answer.stuck is not None
    assert (answer.stuck.stop, answer.stuck.number) == (stop, number)
    assert stuck_sentence(answer.stuck).startswith(f"Visit {number} cannot be placed ")


def test_a_fourth_visit_in_a_week_and_a_visit_too_near_are_named() -> None:
    daily = Gap(1, 2, 3)
    free = {1: {on: [FreeStart(600, (INES,))] for on in range(MONDAY, MONDAY + 5)}}
    assert propose_courses(asked(*[daily] * 4, free=free)).stuck.stop is Stop.THREE_A_WEEK
    fixed = Visit(MONDAY + 30, 600, INES)
    question = asked(WEEKLY, WEEKLY, free=open_days(2))
    question = replace(question, dues=(question.dues[0], question.dues[1]._replace(fixed=fixed)))
    assert propose_courses(question).stuck.stop is Stop.NEXT_VISIT


def test_a_proposal_says_what_speaks_for_and_against_it() -> None:
    free = open_days(14)
    for on in list(free[1]):
        if date.fromordinal(on) in {date(2026, 12, 8), date(2026, 12, 9), date(2026, 12, 10), date(2026, 12, 11)}:
            free[1][on] = [FreeStart(600, (BRAM,))]
    question = asked(*[TWICE] * 4, free=free, wishes=_with(With.PREFER), covered_until=MONDAY + 11)
    best, *_ = propose_courses(question).courses
    assert title(best.pattern) == "Mondays and Thursdays at 10:00"
    assert reasons(question, best, NAMES.__getitem__) == (
        "From Monday 30 November to Saturday 12 December.",
        "All 4 with Ines Okafor.",
        "3 of 4 on a Monday or Thursday.",
        "All 4 at 10:00.",
        "1 distance off the plan's rhythm, within its limits.",
        "Tentative from visit 4 on, until what is missing has come.",
    )


def test_words_carry_no_clinical_term() -> None:
    said = " ".join(stuck_sentence(replace(_stuck(), stop=stop)) for stop in Stop).lower()
    assert not {"pain", "clearance", "flag", "sciatica", "red"} & set(said.split())


def _stuck():
    return propose_courses(asked(WEEKLY, free={})).stuck
