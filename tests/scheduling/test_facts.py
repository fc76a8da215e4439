"""What is read for the time rules: which time counts, in how many statements, and what is remembered."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.models import ClinicState, Diary, Therapist
from practice.core.transact import transact
from practice.scheduling.free_time.facts import load_facts
from practice.scheduling.free_time.memory import Shelf, memory_of
from practice.scheduling.models import Allocation, Appointment
from tests.conftest import NOW
from tests.factories import make_client, make_room, make_therapist
from tests.scheduling.clinics import MONDAY, Clinic, captured, plan_of


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return Clinic(session)


def test_a_free_day_offers_every_grid_start_inside_the_hours(clinic: Clinic) -> None:
    starts = clinic.starts()
    assert (starts[0], starts[-1]) == ("09:00", "16:00")
    assert "11:30" in starts
    assert "11:45" not in starts  # would run into the break at 12:30
    assert "12:30" not in starts
    assert "13:00" in starts


def test_taken_time_is_not_offered_and_buffers_may_touch_but_not_overlap(clinic: Clinic) -> None:
    clinic.take(14, client_id=make_client(clinic.session).id)
    # 60 minutes of treatment; 5 after the one before and 10 before the one after lie between two of them.
    assert [start for start in clinic.starts() if start >= "13:00"] == ["15:15", "15:30", "15:45", "16:00"]


def test_an_allocation_that_no_longer_occupies_is_free(clinic: Clinic) -> None:
    clinic.take(14, client_id=make_client(clinic.session).id, state="cancelled", occupies=False)
    assert "14:00" in clinic.starts()


def test_a_hold_counts_until_it_expires(clinic: Clinic) -> None:
    clinic.take(14, hold_ends_at=NOW + timedelta(minutes=5))
    assert "14:00" not in clinic.starts()
    assert "14:00" not in clinic.starts(asked_at=NOW + timedelta(minutes=4, seconds=59))
    assert "14:00" in clinic.starts(asked_at=NOW + timedelta(minutes=5))


def test_a_renewed_hold_counts_longer_although_no_version_changed(clinic: Clinic, session: Session) -> None:
    hold = clinic.take(14, hold_ends_at=NOW + timedelta(minutes=5))
    clinic.starts()
    session.execute(update(Appointment).where(Appointment.id == hold.id).values(hold_ends_at=NOW + timedelta(hours=1)))
    session.commit()
    assert "14:00" not in clinic.starts(asked_at=NOW + timedelta(minutes=30))


def test_the_appointment_being_moved_does_not_stand_in_its_own_way(clinic: Clinic) -> None:
    moving = clinic.take(14, client_id=make_client(clinic.session).id)
    assert "14:15" in clinic.starts(moving_id=moving.id)
    hold = clinic.take(10, hold_ends_at=NOW + timedelta(minutes=5))
    assert "10:15" in clinic.starts(moving_id=hold.id)


def test_the_clients_own_diary_is_respected_without_buffers(clinic: Clinic, session: Session) -> None:
    client = make_client(session)
    colleague = make_therapist(session, location=clinic.location, services=[])
    clinic.take(14, client_id=client.id, therapist=colleague, room=None, also_on=[client.diary_id])
    starts = clinic.starts(client_id=client.id)
    assert {"13:00", "15:00"} <= set(starts)
    assert not {"13:15", "14:00", "14:45"} & set(starts)


def test_the_hours_from_midnight_to_midnight_are_whole(clinic: Clinic, session: Session) -> None:
    night = make_therapist(session, location=clinic.location, hours=[(0, 0, 1440)])
    clinic.take(23, on=date(2026, 11, 29), therapist=night, client_id=make_client(session).id, minutes=120)
    starts = clinic.starts(therapist_ids=(night.id,))
    assert starts[0] == "07:00"  # the location opens at 07:00
    assert starts[-1] == "20:00"


@pytest.mark.parametrize("days", [1, 28, 62])
@pytest.mark.parametrize("therapists", [1, 12])
def test_facts_take_four_statements_at_most(clinic: Clinic, session: Session, days: int, therapists: int) -> None:
    for _ in range(1, therapists):
        make_therapist(session, location=clinic.location, services=[clinic.service])
        make_room(session, clinic.location)
    question = clinic.question(last_on=MONDAY + timedelta(days=days - 1), client_id=make_client(session).id)
    session.commit()
    with captured(session) as cold:
        load_facts(session, question)
    with captured(session) as warm:
        load_facts(session, question)
    assert len(cold) == 4
    assert len(warm) <= 2  # the pulse, and the client's diary, which is not remembered


def test_an_unchanged_practice_is_answered_from_memory_by_one_small_query(clinic: Clinic, session: Session) -> None:
    clinic.starts()
    with captured(session) as statements:
        clinic.starts()
    assert len(statements) == 1


def test_a_changed_diary_alone_is_read_again(clinic: Clinic, session: Session) -> None:
    clinic.starts()
    clinic.take(14, client_id=make_client(session).id)
    with captured(session) as statements:
        assert "14:00" not in clinic.starts()
    assert len(statements) == 2


def test_a_changed_set_up_is_read_again(clinic: Clinic, session: Session) -> None:
    clinic.starts()
    session.execute(update(Therapist).values(is_active=False))
    session.execute(update(ClinicState).values(version=ClinicState.version + 1))
    session.commit()
    assert clinic.starts() == []


def test_a_write_transaction_sees_its_own_writes_and_leaves_no_trace_in_memory(
    clinic: Clinic, session: Session, sessions: sessionmaker[Session]
) -> None:
    taken = clinic.take(14, client_id=make_client(session).id)
    assert "14:00" not in clinic.starts()
    session.commit()

    def give_back_and_fail() -> None:
        own = clinic.starts
        session.query(Allocation).filter_by(appointment_id=taken.id).delete()
        session.execute(update(Diary).values(version=Diary.version + 1))
        session.execute(update(ClinicState).values(version=ClinicState.version + 1))
        assert "14:00" in own()
        raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        transact(session, give_back_and_fail)
    with sessions() as other:
        other.execute(update(Diary).values(version=Diary.version + 1))
        other.execute(update(ClinicState).values(version=ClinicState.version + 1))
        other.commit()
    assert "14:00" not in clinic.starts()


def test_two_databases_share_no_memory(clinic: Clinic, session: Session) -> None:
    clinic.starts()
    assert len(memory_of(session).diaries) == 2  # the therapist's and the room's


def test_a_shelf_forgets_what_was_used_least_recently() -> None:
    shelf: Shelf[str, int] = Shelf(2)
    shelf.keep([("one", 1, 10), ("two", 1, 20)])
    assert shelf.recall({"one": 1}) == {"one": 10}
    shelf.keep([("three", 1, 30)])
    assert shelf.recall({"one": 1, "two": 1, "three": 1}) == {"one": 10, "three": 30}
    assert shelf.recall({"one": 2}) == {}


def test_every_read_goes_through_its_index_from_both_ends(clinic: Clinic, session: Session) -> None:
    question = clinic.question(client_id=make_client(session).id)
    session.commit()
    with captured(session) as sent:
        load_facts(session, question)
    plans = " ".join(plan_of(session, *one) for one in sent)
    if session.get_bind().dialect.name == "sqlite":
        assert "ix_allocation_diary_id_starts_at (diary_id=? AND starts_at>? AND starts_at<?)" in plans
        assert "SCAN allocation" not in plans
        assert plans.count("SCAN appointment") == plans.count(
            "SCAN appointment USING INDEX ix_appointment_hold_ends_at"
        )
    else:
        index = plans[plans.index("ix_allocation_diary_id_starts_at") :]
        assert "Index Cond" in index
        assert "starts_at >" in index
        assert "Seq Scan on allocation" not in plans
        assert "ix_appointment_hold_ends_at" in plans
        assert "Seq Scan on appointment" not in plans
