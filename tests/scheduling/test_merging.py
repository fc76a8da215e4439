"""Two records of one person become one and two again; nothing about either is rewritten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.models import Client, ClientMerge
from practice.clients.preferences import keep_apart
from practice.clients.queries import get_client, has_consent, search_clients
from practice.clients.recipients import message_recipient
from practice.clients.service import set_consent
from practice.core.errors import NotFound, RuleViolation
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingConflict, BookingRefused, TimeTaken
from practice.scheduling.merging.clashes import ComingVisit, clashes_between
from practice.scheduling.merging.errors import MergedAlready, MergeIsOver, SameRecord, VisitsOverlap
from practice.scheduling.merging.queries import preview_merge
from practice.scheduling.merging.service import merge_clients, undo_merge
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import MoveWish
from tests.scheduling.scene import Scene, at, overlapping_pairs

TAKEN = (TimeTaken, BookingConflict)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def merge(scene: Scene, kept: int = 0, merged: int = 1) -> ClientMerge:
    return scene.do(merge_clients, kept_uid=scene.clients[kept].uid, merged_uid=scene.clients[merged].uid)


def unmerge(scene: Scene, row: ClientMerge, kept: int = 0) -> ClientMerge:
    return scene.do(undo_merge, kept_uid=scene.clients[kept].uid, merge_uid=row.uid)


def book_other(scene: Scene, local, client: int) -> Appointment:
    return scene.book(local, client=client, therapist=scene.therapists[1].uid)


def fresh(scene: Scene, number: int) -> Client:
    scene.session.rollback()
    return scene.session.get_one(Client, scene.clients[number].id, populate_existing=True)


def test_no_row_about_the_merged_one_is_rewritten_and_reads_follow(scene: Scene) -> None:
    visit = scene.book(client=1)
    merge(scene)
    kept, merged = fresh(scene, 0), fresh(scene, 1)
    assert scene.reload(visit).client_id == merged.id
    assert get_client(scene.session, merged.uid).id == kept.id
    assert [hit.id for hit in search_clients(scene.session, "clara") if hit.id in {kept.id, merged.id}] == [kept.id]


@pytest.mark.parametrize("booked_for", [0, 1])
def test_the_visits_of_both_exclude_each_other_after_a_merge(scene: Scene, booked_for: int) -> None:
    scene.book(client=1)
    merge(scene)
    with pytest.raises(TAKEN):
        book_other(scene, at(10), booked_for)
    assert book_other(scene, at(11, 30), booked_for).client_id == scene.clients[0].id
    assert overlapping_pairs(scene.session) == 0


def test_a_visit_of_the_merged_one_still_moves_cancels_and_comes_back(scene: Scene) -> None:
    visit = scene.book(client=1)
    merge(scene)
    book_other(scene, at(15), 0)
    with pytest.raises(TAKEN):
        scene.do(reschedule, appointment_uid=visit.uid, wish=MoveWish(local_start=at(15)), rules=SCHEDULING_RULES)
    scene.do(reschedule, appointment_uid=visit.uid, wish=MoveWish(local_start=at(11)), rules=SCHEDULING_RULES)
    kept = fresh(scene, 0)
    assert kept.diary_id in scene.taken(visit)
    scene.do(cancel, appointment_uid=visit.uid, reason="ill", by=CancelledBy.CLIENT)
    assert scene.taken(visit) == set()
    scene.do(undo, appointment_uid=visit.uid, rules=SCHEDULING_RULES)
    assert kept.diary_id in scene.taken(visit)
    with pytest.raises(TAKEN):
        book_other(scene, at(11), 0)


def test_overlapping_visits_are_named_and_nothing_changes(scene: Scene) -> None:
    one, other = scene.book(client=0), book_other(scene, at(10, 30), 1)
    with pytest.raises(VisitsOverlap, match="Mon, Nov 30 10:00") as refused:
        merge(scene)
    assert refused.value.context["visits"] == [[one.uid, other.uid]]
    assert {way.values["appointment"] for way in refused.value.ways_out} == {one.uid, other.uid}
    assert fresh(scene, 1).merged_into_id is None
    preview = preview_merge(
        scene.session, kept_uid=scene.clients[0].uid, merged_uid=scene.clients[1].uid, now=scene.now
    )
    assert [(a.uid, b.uid) for a, b in preview.clashes] == [(one.uid, other.uid)]


def test_visits_that_are_over_do_not_stand_in_the_way(scene: Scene) -> None:
    scene.book(client=0)
    book_other(scene, at(10), 1)
    scene.later(days=10)
    merge(scene)
    assert fresh(scene, 1).merged_into_id == scene.clients[0].id


def test_undone_both_are_as_before_and_what_came_since_stays_with_the_kept(scene: Scene) -> None:
    hers, moved = scene.book(client=1), scene.book(at(13), client=1)
    row = merge(scene)
    since = book_other(scene, at(15), 1)
    scene.do(reschedule, appointment_uid=moved.uid, wish=MoveWish(local_start=at(14)), rules=SCHEDULING_RULES)
    unmerge(scene, row)
    kept, merged = fresh(scene, 0), fresh(scene, 1)
    assert (merged.merged_into_id, merged.kept_diary_id) == (None, None)
    assert get_client(scene.session, merged.uid).id == merged.id
    for visit in (hers, moved):
        assert scene.taken(visit) & {kept.diary_id, merged.diary_id} == {merged.diary_id}
    assert scene.reload(since).client_id == kept.id
    book_other(scene, at(10), 0)
    with pytest.raises(TAKEN):
        book_other(scene, at(14), 1)
    assert overlapping_pairs(scene.session) == 0


def test_a_merge_can_be_made_again_after_it_was_undone(scene: Scene) -> None:
    scene.book(client=1)
    unmerge(scene, merge(scene))
    merge(scene)
    with pytest.raises(TAKEN):
        book_other(scene, at(10), 0)


def test_three_records_become_one_and_come_apart_in_the_other_order(scene: Scene) -> None:
    visit = scene.book(client=0)
    inner = merge(scene, kept=1, merged=0)
    outer = merge(scene, kept=2, merged=1)
    first, second, third = (fresh(scene, number) for number in range(3))
    assert get_client(scene.session, first.uid).id == third.id
    with pytest.raises(TAKEN):
        book_other(scene, at(10), 2)
    with pytest.raises(MergeIsOver, match="merged itself"):
        unmerge(scene, inner, kept=1)
    unmerge(scene, outer, kept=2)
    assert get_client(scene.session, first.uid).id == second.id
    with pytest.raises(TAKEN):
        book_other(scene, at(10), 1)
    book_other(scene, at(10), 2)
    unmerge(scene, inner, kept=1)
    assert get_client(scene.session, first.uid).id == first.id
    assert first.diary_id in scene.taken(visit)


def test_what_cannot_be_merged(scene: Scene) -> None:
    with pytest.raises(SameRecord):
        merge(scene, kept=0, merged=0)
    merge(scene, kept=0, merged=1)
    for kept, merged in ((1, 0), (2, 1), (1, 2), (0, 1)):
        with pytest.raises(MergedAlready):
            merge(scene, kept=kept, merged=merged)
    with pytest.raises(NotFound):
        scene.do(merge_clients, kept_uid=scene.clients[0].uid, merged_uid="00000000-0000-4000-8000-000000000000")


def test_after_thirty_days_a_merge_stays(scene: Scene) -> None:
    row = merge(scene)
    scene.later(days=30)
    other = merge(scene, kept=0, merged=2)
    scene.later(seconds=1)
    with pytest.raises(MergeIsOver, match="30 days"):
        unmerge(scene, row)
    unmerge(scene, other)
    with pytest.raises(RuleViolation, match="already"):
        unmerge(scene, other)


def test_messages_and_consents_are_those_of_the_kept_record(scene: Scene) -> None:
    kept, merged = scene.clients[0], scene.clients[1]
    text = CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version
    scene.do(set_consent, client=merged, purpose=Purpose.REMINDER_EMAIL, text_version=text, channel="desk")
    scene.session.rollback()
    merge(scene)
    recipients = message_recipient(scene.session, [merged.id, kept.id], on=date(2026, 11, 24))
    assert recipients[merged.id] == recipients[kept.id]
    assert has_consent(scene.session, [merged.id], purpose=Purpose.REMINDER_EMAIL) == {merged.id: False}


def test_a_merge_asks_for_the_messages_to_be_planned_anew(scene: Scene) -> None:
    visit = scene.book(client=1)
    visit = scene.reload(visit)
    visit.reconciled_seq = visit.change_seq
    scene.session.commit()
    merge(scene)
    visit = scene.reload(visit)
    assert visit.reconciled_seq < visit.change_seq


def test_both_acts_are_in_the_log_of_both_records(scene: Scene) -> None:
    unmerge(scene, merge(scene))
    events = scene.session.execute(select(AuditEvent.action, AuditEvent.object_uid).order_by(AuditEvent.seq)).all()
    kept, merged = scene.clients[0].uid, scene.clients[1].uid
    assert [tuple(event) for event in events[-4:]] == [
        ("client.merge", kept),
        ("client.retire", merged),
        ("client.unmerge", kept),
        ("client.revive", merged),
    ]


def test_clashes_are_the_pairs_that_overlap() -> None:
    from practice.core.intervals import Interval
    from tests.conftest import NOW

    def visit(number: int, begins: int, ends: int) -> ComingVisit:
        interval = Interval(NOW + timedelta(hours=begins), NOW + timedelta(hours=ends))
        return ComingVisit(number, str(number), number, at(10), interval, "Tara")

    ones, others = [visit(1, 0, 2), visit(2, 4, 5)], [visit(3, 1, 4), visit(4, 5, 6)]
    assert [(one.id, other.id) for one, other in clashes_between(ones, others)] == [(1, 3)]


def test_a_visit_of_the_merged_one_moves_by_the_wishes_of_the_record_that_is_kept(scene: Scene) -> None:
    visit = book_other(scene, at(10), 1)
    merge(scene)
    scene.do(keep_apart, client=fresh(scene, 0), therapist_id=scene.therapists[0].id)
    wish = MoveWish(local_start=at(14), therapist=scene.therapists[0].uid)
    with pytest.raises(BookingRefused) as refused:
        scene.do(reschedule, appointment_uid=visit.uid, wish=wish, rules=SCHEDULING_RULES)
    assert [each.code for each in refused.value.refusals] == ["not_with_therapist"]
