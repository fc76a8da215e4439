"""A note: saved without loss, signed once by whoever treated, added to but never changed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from practice.accounts.errors import StepUpNeeded
from practice.accounts.step_up import StepUp
from practice.audit.models import AuditEvent
from practice.clinic.models import StaffTask, Therapist
from practice.core.errors import NotFound, StaleVersion
from practice.reminders.taking_back import UndoTooLate, take_back_last
from practice.safety.catalogue import T3, Raised
from practice.safety.flagging import raise_flag
from practice.scheduling.appointments.attending import arrive, complete, mark_entered_in_error
from practice.scheduling.appointments.rescheduling import change_client
from practice.scheduling.appointments.starting import start
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.activities import add_activity
from practice.visits.errors import NotAccepted
from practice.visits.measures import Timing
from practice.visits.measuring import Number, correct_measure, record_measures
from practice.visits.notes.amending import add_addendum, cosign, mark_in_error
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.consent import VERBAL, WRITTEN, Consent, Standing
from practice.visits.notes.consenting import record_visit_consent, withdraw_visit_consent
from practice.visits.notes.content import Content, differences
from practice.visits.notes.drafting import copy_last_note, save_draft
from practice.visits.notes.errors import (
    ButtockConsentMissing,
    ConsentMissing,
    ConsentNotFull,
    DraftChanged,
    NoEarlierNote,
    NoteEmpty,
    NoteInError,
    NoteSigned,
    NotRegistered,
    NotTheAuthor,
    NotTheTherapist,
    OwnSignature,
    RegionLeftOut,
    VisitNotHeld,
    VisitNotOver,
)
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.queries import draft_content, find_consent, find_draft
from practice.visits.notes.reacting import record_reaction
from practice.visits.notes.reactions import Reaction
from practice.visits.notes.shown import show_note
from practice.visits.notes.signing import DEVIATION, sign_note, sign_notes
from practice.visits.notes.techniques import Technique, faults_of, minutes_of
from practice.visits.notes.unsigned import UNSIGNED, count_unsigned, list_unsigned, remind_unsigned
from practice.visits.opening import NotTreated, mark_not_treated, open_visit
from practice.visits.pre_check import Answers
from practice.visits.pre_checking import record_pre_check
from tests.factories import act
from tests.scheduling.scene import statements
from tests.visits.notes.conftest import FULL, ROW, SAID


def content(notes, visit):
    notes.scene.session.rollback()
    return draft_content(notes.scene.session, find_draft(notes.scene.session, visit.id))


def test_a_draft_is_saved_part_by_part_and_sealed(notes):
    visit = notes.begun()
    first = notes.do(save_draft, visit=visit, said={"subjective": "Slept badly."}, version=0)
    second = notes.do(save_draft, visit=visit, said={"plan": "Walk."}, version=first.version)
    assert content(notes, visit).texts == {"subjective": "Slept badly.", "plan": "Walk."}
    assert b"badly" not in second.content
    seen = second.version
    assert notes.do(save_draft, visit=visit, said={"plan": "Walk."}, version=seen).version == seen


def test_of_two_editors_the_second_is_told_what_changed_and_neither_loses_a_word(notes, bram):
    visit = notes.begun()
    seen = notes.do(save_draft, visit=visit, said={"subjective": "Slept badly."}, version=0).version
    theirs = {"subjective": "Slept well.", "objective": "Tender."}
    notes.do(save_draft, visit=visit, said=theirs, version=seen, actor=bram)
    with pytest.raises(DraftChanged) as refused:
        notes.do(save_draft, visit=visit, said={"subjective": "Slept so-so.", "objective": "Tender."}, version=seen)
    assert isinstance(refused.value, StaleVersion)
    assert refused.value.context["changed"] == ["subjective"]
    assert "Slept" not in str(refused.value.context)
    assert content(notes, visit).texts == theirs
    now_seen = refused.value.context["current_version"]
    notes.do(save_draft, visit=visit, said={"subjective": "Slept so-so."}, version=now_seen)
    assert content(notes, visit).texts["subjective"] == "Slept so-so."
    with pytest.raises(DraftChanged):
        notes.do(save_draft, visit=visit, said={"plan": "Rest."}, version=0)


def test_a_draft_that_is_gone_is_no_place_to_save_into(notes):
    visit = notes.begun()
    with pytest.raises(DraftChanged):
        notes.do(save_draft, visit=visit, said={"plan": "Rest."}, version=3)
    assert find_draft(notes.scene.session, visit.id) is None


def test_a_signed_note_holds_what_was_recorded_and_later_corrections_do_not_touch_it(notes):
    visit = notes.begun()
    rows, _ = notes.do(record_measures, visit=visit, numbers=[Number("NPRS_LEG", "now", 7)])
    notes.do(record_visit_consent, visit=visit, consent=FULL, standing=Standing())
    notes.do(save_draft, visit=visit, said=SAID, version=0)
    notes.end(visit)
    note = notes.sign(visit)
    assert (note.seq, note.edition, note.is_late, note.registration) == (
        1,
        1,
        False,
        notes.scene.therapists[0].registration_number,
    )
    notes.do(correct_measure, visit=visit, wrong=rows[0], value=6, reason="misheard")
    notes.scene.session.rollback()
    (signed,) = show_note(notes.scene.session, visit).entries
    assert signed.said["recorded"]["measures"] == [["NPRS_LEG", "now", str(Timing.PRE), 7]]
    assert signed.said["recorded"]["consent"]["mode"] == "written"
    assert signed.content.techniques == (ROW,)
    assert show_note(notes.scene.session, visit).draft is None
    event = notes.scene.session.scalars(select(AuditEvent).where(AuditEvent.action == "note.note")).one()
    assert note.hash in event.data and "Better" not in event.data
    with pytest.raises(NoteSigned):
        notes.sign(visit)
    with pytest.raises(NoteSigned):
        notes.do(save_draft, visit=visit, said={"plan": "Other."}, version=0)


def test_every_answer_and_all_of_a_reaction_is_in_what_is_signed(notes):
    visit = notes.written()
    answers = Answers(frozenset({"fever", "skin"}), frozenset({"fever.spinal_pain"}), frozenset({"calf_posterior"}))
    notes.do(record_pre_check, visit=visit, answers=answers)
    notes.do(record_reaction, visit=visit, reaction=Reaction("bruise", 1, 2, 48, "Cold pack."))
    notes.do(add_activity, client_id=visit.client_id, words="Sitting through a film")
    notes.sign(visit)
    recorded = show_note(notes.scene.session, visit).signed.said["recorded"]
    assert recorded["activities"] == [[1, "Sitting through a film"]]
    assert recorded["pre_check"] == {
        "yes": ["fever", "skin"],
        "ruled_out": ["fever.spinal_pain"],
        "regions": ["calf_posterior"],
    }
    assert recorded["reactions"] == [
        {"kind": "bruise", "severity": 1, "onset_hours": 2, "duration_hours": 48, "action": "Cold pack."}
    ]
    assert recorded["consent"]["given_at"] < notes.scene.now.isoformat()


def test_who_may_not_sign_is_told_and_the_draft_stays(notes, bram):
    visit = notes.written()
    stale = StepUp(notes.ines.user_id, notes.scene.now - timedelta(minutes=6))
    for proof in (None, stale, notes.proof(bram)):
        with pytest.raises(StepUpNeeded):
            notes.sign(visit, proof=proof)
    with pytest.raises(NotTheTherapist):
        notes.sign(visit, actor=bram)
    assert content(notes, visit).texts["plan"] == "Walk more."
    assert notes.sign(visit).seq == 1


def test_a_note_is_signed_after_the_actual_end_and_of_a_visit_that_was_held(notes):
    visit = notes.begun()
    notes.do(save_draft, visit=visit, said=SAID, version=0)
    with pytest.raises(VisitNotOver) as refused:
        notes.sign(visit)
    assert refused.value.ways_out[0].act == "open_visit"
    uid = notes.scene.session.get_one(Appointment, visit.appointment_id).uid
    notes.scene.do(mark_entered_in_error, appointment_uid=uid, reason="wrong day")
    with pytest.raises(VisitNotHeld):
        notes.sign(visit)
    assert content(notes, visit).texts["plan"] == "Walk more."


@pytest.mark.parametrize("state", [AppointmentState.CANCELLED, AppointmentState.NO_SHOW])
def test_no_note_of_a_visit_that_was_not(notes, state):
    visit = notes.written()
    appointment = notes.scene.session.get_one(Appointment, visit.appointment_id)

    def turn():
        appointment.state = state

    act(notes.scene.session, turn)
    with pytest.raises(VisitNotHeld):
        notes.sign(visit)


def test_of_a_time_that_was_given_to_somebody_else_nothing_is_signed(notes):
    scene = notes.scene
    appointment = scene.book()
    scene.now = appointment.starts_at - timedelta(minutes=5)
    scene.do(arrive, appointment_uid=appointment.uid)
    visit = notes.do(open_visit, appointment_uid=appointment.uid)
    notes.do(record_visit_consent, visit=visit, consent=FULL, standing=Standing())
    notes.do(save_draft, visit=visit, said=SAID, version=0)
    scene.do(change_client, appointment_uid=appointment.uid, client_uid=scene.clients[1].uid, rules=SCHEDULING_RULES)
    scene.now = appointment.starts_at
    scene.do(start, appointment_uid=appointment.uid, rules=SCHEDULING_RULES)
    notes.end(visit)
    with pytest.raises(VisitNotHeld):
        notes.sign(visit)


def test_a_registration_that_did_not_hold_on_the_day_signs_nothing(notes):
    visit = notes.written()

    def set_until(day):
        def work():
            notes.scene.session.get_one(Therapist, notes.ines.therapist_id).registered_until = day

        act(notes.scene.session, work)

    set_until(date(2026, 11, 29))
    with pytest.raises(NotRegistered):
        notes.sign(visit)
    set_until(date(2026, 11, 30))
    assert notes.sign(visit).kind == EntryKind.NOTE


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ((Technique("stripping"),), "Row 1: choose where. Row 1: choose the position. Row 1: give the pressure, 1 to 5. Row 1: give the minutes."),
        ((ROW, Technique("rocking", "sacrum", "left", "prone", 2, 5)), "Row 2: the sacrum is centre."),
        ((Technique("stripping", "saddle", "centre", "prone", 3, 5),), "Row 1: choose where."),
        ((Technique("thrust", "buttock", "left", "prone", 3, 5),), "Row 1: choose the technique."),
        ((Technique("rocking", "buttock", "left", "prone", 6, 500),), "Row 1: give the pressure, 1 to 5. Row 1: give the minutes."),
    ],
)  # fmt: skip
def test_rows_that_are_not_whole_are_named(rows, fault):
    assert " ".join(faults_of(rows)) == fault


def test_what_is_missing_is_asked_for_by_the_signature_never_by_the_draft(notes):
    visit = notes.written(techniques=(ROW, Technique("rocking")))
    with pytest.raises(NotAccepted, match="Row 2: choose where"):
        notes.sign(visit)
    seen = find_draft(notes.scene.session, visit.id).version
    notes.do(save_draft, visit=visit, said={"techniques": (), "subjective": "", "plan": ""}, version=seen)
    with pytest.raises(NoteEmpty):
        notes.sign(visit)
    assert minutes_of((ROW, Technique("rocking"))) == 10


def test_a_region_to_be_left_out_needs_a_reason_in_its_row(notes):
    visit = notes.written()
    notes.do(raise_flag, client_id=visit.client_id, raised=Raised("SKIN_LOCAL", T3, "buttock"), source="person")
    with pytest.raises(RegionLeftOut, match="buttock"):
        notes.sign(visit)
    seen = find_draft(notes.scene.session, visit.id).version
    row = Technique("stripping", "buttock", "left", "prone", 3, 10, because="The rash is on the other side.")
    notes.do(save_draft, visit=visit, said={"techniques": (row,)}, version=seen)
    assert notes.sign(visit).seq == 1


def tasks(notes, kind):
    notes.scene.session.rollback()
    rows = notes.scene.session.scalars(select(StaffTask).where(StaffTask.kind == kind))
    return [(str(task.assigned_role), task.state) for task in rows]


def test_without_consent_a_note_is_signed_only_as_a_deviation_that_the_owner_sees(notes):
    visit = notes.begun()
    notes.do(save_draft, visit=visit, said=SAID, version=0)
    notes.end(visit)
    with pytest.raises(ConsentMissing):
        notes.sign(visit)
    verbal = Consent(FULL.elements, VERBAL, covers_buttock=True)
    notes.do(record_visit_consent, visit=visit, consent=verbal, standing=Standing())
    with pytest.raises(ButtockConsentMissing) as refused:
        notes.sign(visit)
    assert [way.values["field"] for way in refused.value.ways_out] == ["consent", "deviation"]
    seen = find_draft(notes.scene.session, visit.id).version
    notes.do(save_draft, visit=visit, said={"deviation": "The form was lost; she agreed aloud."}, version=seen)
    assert tasks(notes, DEVIATION) == []
    notes.sign(visit)
    assert tasks(notes, DEVIATION) == [("owner", "open")]


def test_consent_is_in_full_first_and_one_tap_later(notes):
    first, short = notes.begun(), Consent(covers_buttock=True)
    with pytest.raises(ConsentNotFull):
        notes.do(record_visit_consent, visit=first, consent=short, standing=Standing())
    with pytest.raises(ConsentNotFull):
        notes.do(record_visit_consent, visit=first, consent=Consent(frozenset({"risks"})), standing=Standing())
    notes.do(record_visit_consent, visit=first, consent=FULL, standing=Standing())
    notes.end(first)
    second = notes.begun(1)
    row = notes.do(record_visit_consent, visit=second, consent=short, standing=Standing())
    assert (row.is_full, row.mode) == (False, WRITTEN)
    with pytest.raises(ConsentNotFull):
        notes.do(record_visit_consent, visit=second, consent=short, standing=Standing(has_plan=True))
    row = notes.do(record_visit_consent, visit=second, consent=short, standing=Standing(True, VERBAL))
    assert row.mode == VERBAL
    notes.do(withdraw_visit_consent, visit=second, because="Too sore today.")
    assert find_consent(notes.scene.session, second.id) is None
    with pytest.raises(ConsentNotFull):
        notes.do(record_visit_consent, visit=second, consent=short, standing=Standing())


def test_signed_late_says_so_and_the_work_list_alerts_the_therapist_then_the_owner(notes, scene):
    visit = notes.written()
    (waiting,) = list_unsigned(scene.session, therapist_id=notes.ines.therapist_id, now=scene.now)
    assert (waiting.has_draft, waiting.is_late(scene.now)) == (True, False)
    assert count_unsigned(scene.session, scene.therapists[1].id, now=scene.now) == 0
    remind = lambda: scene.do(lambda session, *, actor, now: remind_unsigned(session, now=now))  # noqa: E731
    assert remind() == 0
    scene.later(hours=24, minutes=1)
    assert remind() == 1 and remind() == 0
    assert tasks(notes, UNSIGNED) == [("therapist", "open")]
    scene.later(hours=48)
    assert remind() == 1 and remind() == 0
    assert tasks(notes, UNSIGNED) == [("owner", "open")]
    assert notes.sign(visit).is_late
    assert tasks(notes, UNSIGNED) == [("owner", "done")]
    assert list_unsigned(scene.session, therapist_id=None, now=scene.now) == []


def test_a_visit_without_treatment_waits_for_no_note(notes, scene):
    visit = notes.written()
    notes.do(mark_not_treated, visit=visit, reason=NotTreated.CLIENT_WISH)
    assert list_unsigned(scene.session, therapist_id=None, now=scene.now) == []


def test_nobody_signs_words_that_somebody_else_put_there_since_they_were_read(notes, bram):
    visit = notes.written()
    read = find_draft(notes.scene.session, visit.id).version
    notes.do(save_draft, visit=visit, said={"plan": "Rest in bed."}, version=read, actor=bram)
    for verb, said in ((sign_note, {"visit": visit, "version": read}), (sign_notes, several(visit, read))):
        with pytest.raises(DraftChanged):
            notes.do(verb, proof=notes.proof(), **said)
    assert content(notes, visit).texts["plan"] == "Rest in bed."
    (signed,) = notes.do(sign_notes, proof=notes.proof(), **several(visit, read + 1))
    assert signed.seq == 1


def several(visit, version):
    return {"visits": [visit], "versions": {visit.uid: version}}


def test_several_notes_are_signed_together_all_or_none(notes):
    visits = [notes.written(0), notes.written(1, client=1), notes.written(2, techniques=(Technique("rocking"),))]
    with pytest.raises(NotAccepted):
        notes.do(sign_notes, visits=visits, proof=notes.proof())
    notes.scene.session.rollback()
    assert notes.scene.session.scalars(select(NoteEntry.id)).all() == []
    signed = notes.do(sign_notes, visits=visits[:2], proof=notes.proof())
    assert [entry.seq for entry in signed] == [1, 1]


def test_the_end_of_a_treatment_is_not_taken_back_by_a_key_once_its_note_is_signed(notes):
    visit = notes.begun()
    notes.do(record_visit_consent, visit=visit, consent=FULL, standing=Standing())
    notes.do(save_draft, visit=visit, said=SAID, version=0)
    notes.scene.later(minutes=20)
    uid = notes.scene.session.get_one(Appointment, visit.appointment_id).uid
    notes.do(complete, appointment_uid=uid)
    note = notes.sign(visit)
    with pytest.raises(UndoTooLate, match="signed"):
        notes.do(take_back_last, rules=SCHEDULING_RULES)
    notes.do(mark_in_error, visit=visit, note_uid=note.uid, reason="wrong client", proof=notes.proof())
    assert notes.do(take_back_last, rules=SCHEDULING_RULES).verb == "complete"


def test_what_is_added_stands_beside_the_note(notes, bram):
    visit = notes.written()
    note = notes.sign(visit)
    added = notes.do(
        add_addendum, visit=visit, note_uid=note.uid, text="Also the calf.", reason="forgotten", proof=notes.proof()
    )
    assert (added.seq, added.concerns_id, added.previous_hash) == (2, note.id, note.hash)
    with pytest.raises(NotAccepted):
        notes.do(add_addendum, visit=visit, note_uid=note.uid, text="More.", reason="", proof=notes.proof())
    with pytest.raises(StepUpNeeded):
        notes.do(add_addendum, visit=visit, note_uid=note.uid, text="More.", reason="x", proof=None)
    with pytest.raises(OwnSignature):
        notes.do(cosign, visit=visit, note_uid=note.uid, proof=notes.proof())
    beside = {"visit": visit, "note_uid": note.uid, "proof": notes.proof(bram), "actor": bram}
    notes.do(cosign, **beside)
    with pytest.raises(OwnSignature):
        notes.do(cosign, **beside)
    with pytest.raises(NotFound):
        notes.do(cosign, **{**beside, "note_uid": added.uid})
    shown = show_note(notes.scene.session, visit)
    assert [each.kind for each in shown.entries] == ["note", "addendum", "cosign"]
    assert shown.entries[1].said == {"text": "Also the calf.", "reason": "forgotten"}
    assert shown.entries[2].signed_by == notes.scene.therapists[1].name


def test_a_note_in_error_is_kept_and_the_visit_gets_another(notes, bram):
    visit = notes.written()
    note = notes.sign(visit)
    wrong = {"visit": visit, "note_uid": note.uid, "reason": "Another client's."}
    with pytest.raises(NotTheAuthor):
        notes.do(mark_in_error, **wrong, proof=notes.proof(bram), actor=bram)
    notes.do(mark_in_error, **wrong, proof=notes.proof())
    with pytest.raises(NoteInError):
        notes.do(mark_in_error, **wrong, proof=notes.proof())
    with pytest.raises(NoteInError):
        notes.do(add_addendum, visit=visit, note_uid=note.uid, text="x", reason="y", proof=notes.proof())
    notes.do(save_draft, visit=visit, said=SAID, version=0)
    again = notes.sign(visit)
    assert (again.edition, again.seq) == (2, 3)
    shown = show_note(notes.scene.session, visit)
    assert [each.is_in_error for each in shown.entries] == [True, False, False]
    assert shown.signed.uid == again.uid


def test_the_last_note_is_copied_into_what_is_empty_and_marked_until_touched(notes):
    first = notes.written()
    with pytest.raises(NoEarlierNote):
        notes.do(copy_last_note, visit=first, version=0)
    note = notes.sign(first)
    visit = notes.begun(1)
    seen = notes.do(save_draft, visit=visit, said={"plan": "Rest."}, version=0).version
    seen = notes.do(copy_last_note, visit=visit, version=seen).version
    copied = content(notes, visit)
    assert copied.texts == {"plan": "Rest."}
    assert (copied.techniques, copied.copied, copied.copied_from) == ((ROW,), {"techniques"}, note.uid)
    notes.do(save_draft, visit=visit, said={"techniques": ()}, version=seen)
    assert content(notes, visit).copied == frozenset()


def test_a_reaction_is_kept_sealed_and_one_that_cannot_be_is_refused(notes):
    visit = notes.begun()
    row = notes.do(record_reaction, visit=visit, reaction=Reaction("bruise", 1, 2, 20, "Cold pack."))
    assert b"Cold" not in row.action
    with pytest.raises(NotAccepted, match="Severity"):
        notes.do(record_reaction, visit=visit, reaction=Reaction("bruise", 4))
    assert [Reaction(kind, 1).is_incident for kind in ("bruise", "new_neuro")] == [False, True]
    assert Reaction("pain_flare", 3).is_incident


def test_signing_takes_as_many_statements_whatever_was_signed_before(notes, scene):
    notes.sign(notes.written(0))
    second = notes.written(1)
    with statements(scene.session) as few:
        notes.sign(second)
    for week in range(2, 6):
        notes.sign(notes.written(week))
    last = notes.written(6)
    with statements(scene.session) as many:
        notes.sign(last)
    assert len(few) == len(many)


def test_parts_that_differ_are_named_in_the_order_of_the_page():
    one = Content({"plan": "a", "subjective": "b"}, (ROW,))
    assert differences(one, Content({"plan": "c"})) == ["subjective", "plan", "techniques"]
