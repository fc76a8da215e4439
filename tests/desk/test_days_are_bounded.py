"""A day's diary reads that day, however long the practice has kept one."""

from datetime import date

from practice.desk.queries import days_window, list_visits
from tests.desk.conftest import Desk
from tests.scheduling.clinics import captured, plan_of

DAY = date(2026, 11, 24)


def test_a_day_is_read_through_the_index_of_starts_from_both_ends(desk: Desk) -> None:
    window = days_window(DAY, DAY, desk.location.zone)
    with captured(desk.session) as sent:
        list_visits(desk.session, location_id=desk.location.id, window=window, now=desk.clock())
    plan = plan_of(desk.session, *sent[0])
    if desk.session.get_bind().dialect.name == "sqlite":
        assert "(starts_at>? AND starts_at<?)" in plan
    else:
        condition = plan[plan.index("ix_appointment_starts_at") :]
        assert "starts_at >" in condition
        assert "starts_at <" in condition
