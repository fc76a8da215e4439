"""Setting a practice up: what is stored, what is refused, what tells the caches."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from practice.clinic import queries
from practice.clinic.details import LocationDetails, ServiceDetails, TherapistDetails, details_of
from practice.clinic.errors import AlreadyUsed, DatesOrder, HoursOrder, HoursOverlap, UnknownZone
from practice.clinic.hours import Span
from practice.clinic.opening import ClosureDetails, add_closure, set_opening_hours
from practice.clinic.service import change_location, change_service, change_therapist
from practice.clinic.working_hours import TimeOffDetails, Week, add_time_off, replace_week, set_day
from practice.core.errors import StaleVersion
from tests.conftest import NOW
from tests.factories import OWNER, act, make_location, make_room, make_service, make_therapist


def test_a_fresh_practice_has_policies_in_force(session: Session) -> None:
    assert queries.get_settings(session, date(2026, 11, 24)).reminder_hours == [48, 3]


def test_every_change_tells_the_caches(session: Session) -> None:
    location = make_location(session)
    before = queries.clinic_version(session)
    room = make_room(session, location)
    therapist = make_therapist(session, location=location)
    make_service(session)
    assert queries.clinic_version(session) > before
    assert queries.list_rooms(session) == [room]
    assert queries.list_therapists(session) == [therapist]


def test_a_change_of_a_version_seen_earlier_is_refused(session: Session) -> None:
    location = make_location(session)
    version = location.version
    details = replace(details_of(LocationDetails, location), name="Lake")
    act(
        session,
        lambda: change_location(session, location=location, details=details, version=version, actor=OWNER, now=NOW),
    )
    with pytest.raises(StaleVersion):
        act(
            session,
            lambda: change_location(session, location=location, details=details, version=version, actor=OWNER, now=NOW),
        )


def test_a_zone_that_does_not_exist_is_refused_with_the_field(session: Session) -> None:
    location = make_location(session)
    details = replace(details_of(LocationDetails, location), zone="America/Trontoo")
    with pytest.raises(UnknownZone) as refused:
        act(
            session,
            lambda: change_location(session, location=location, details=details, version=None, actor=OWNER, now=NOW),
        )
    assert refused.value.ways_out[0].values == {"field": "zone"}


@pytest.mark.parametrize(
    ("spans", "refusal"),
    [
        ([Span(0, 600, 600)], HoursOrder),
        ([Span(0, 600, 540)], HoursOrder),
        ([Span(0, 540, 720), Span(0, 719, 800)], HoursOverlap),
    ],
)
def test_hours_that_make_no_sense_are_refused(session: Session, spans: list[Span], refusal: type[Exception]) -> None:
    location = make_location(session)
    with pytest.raises(refusal, match="Monday"):
        act(
            session,
            lambda: set_opening_hours(session, location=location, spans=spans, version=None, actor=OWNER, now=NOW),
        )


def test_a_new_week_rules_from_its_first_day_and_leaves_the_days_before(session: Session) -> None:
    location = make_location(session)
    therapist = make_therapist(session, location=location, hours=[(0, 540, 1020)])
    summer = Week([Span(1, 600, 900, location.id)], date(2027, 6, 1), date(2027, 8, 31))
    act(session, lambda: replace_week(session, therapist=therapist, week=summer, version=None, actor=OWNER, now=NOW))

    def weekdays(on: date) -> list[int]:
        return [row.weekday for row in queries.list_weekly_hours(session, therapist_id=therapist.id, on=on)]

    assert [weekdays(day) for day in (date(2027, 5, 31), date(2027, 6, 1), date(2027, 8, 31), date(2027, 9, 1))] == [
        [0], [1], [1], [0],
    ]  # fmt: skip


def test_a_therapist_is_not_in_two_places_at_once(session: Session) -> None:
    here, there = make_location(session), make_location(session)
    therapist = make_therapist(session, location=here)
    week = Week([Span(0, 540, 720, here.id), Span(0, 700, 900, there.id)])
    with pytest.raises(HoursOverlap):
        act(session, lambda: replace_week(session, therapist=therapist, week=week, version=None, actor=OWNER, now=NOW))


def test_a_dated_exception_without_hours_means_not_working(session: Session) -> None:
    therapist = make_therapist(session)
    act(
        session,
        lambda: set_day(
            session, therapist=therapist, on=date(2026, 12, 1), spans=[], reason="Course", actor=OWNER, now=NOW
        ),
    )
    row = queries.list_dated_hours(session, therapist_id=therapist.id, first_on=date(2026, 12, 1))[0]
    assert (row.opens_minute, row.reason) == (None, "Course")


def test_time_off_and_closures_end_after_they_start(session: Session) -> None:
    therapist = make_therapist(session)
    details = TimeOffDetails(datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    with pytest.raises(DatesOrder):
        act(session, lambda: add_time_off(session, therapist=therapist, details=details, actor=OWNER, now=NOW))
    closure = ClosureDetails(date(2026, 12, 26), date(2026, 12, 25), "Holidays")
    with pytest.raises(DatesOrder):
        act(session, lambda: add_closure(session, details=closure, actor=OWNER, now=NOW))


def test_a_service_code_belongs_to_one_service(session: Session) -> None:
    one, other = make_service(session), make_service(session)
    details = replace(details_of(ServiceDetails, other), code=one.code)
    with pytest.raises(AlreadyUsed):
        act(
            session, lambda: change_service(session, service=other, details=details, version=None, actor=OWNER, now=NOW)
        )


def test_a_registration_does_not_end_before_it_starts(session: Session) -> None:
    therapist = make_therapist(session)
    details = replace(
        details_of(TherapistDetails, therapist), registered_from=date(2026, 1, 1), registered_until=date(2025, 1, 1)
    )
    with pytest.raises(DatesOrder):
        act(
            session,
            lambda: change_therapist(session, therapist=therapist, details=details, version=None, actor=OWNER, now=NOW),
        )
