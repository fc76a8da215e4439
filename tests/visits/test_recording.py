"""What is recorded at a visit: kept, corrected beside the original, refused in sentences, sealed where it is words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from practice.audit.models import AuditEvent
from practice.clients.sealing import open_record
from practice.core.errors import NotFound, StaleVersion
from practice.safety.catalogue import T0, T1, Raised
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.visits.activities import add_activity, get_activity, list_activities, retire_activity, words_of
from practice.visits.body_map import Branch, Painted, Prompt, Quality, Side
from practice.visits.defining import definitions_on, list_definitions, set_definition
from practice.visits.definitions import DEFAULTS
from practice.visits.errors import (
    AlreadyMeasured,
    AppliesTooEarly,
    CorrectionNeedsReason,
    NotAccepted,
    NothingToRecordYet,
    TooManyActivities,
)
from practice.visits.mapping import list_entries, paint_body_map, painted_on
from practice.visits.measures import Timing
from practice.visits.measuring import (
    Number,
    correct_measure,
    get_measure,
    list_measures,
    numbers_by_code,
    record_measures,
)
from practice.visits.models import BodyMapEntry, FunctionalActivity, Measure, PreCheck, Vitals
from practice.visits.opening import NotTreated, find_visit, get_visit, list_visits, mark_not_treated, open_visit
from practice.visits.pre_check import ALL_NO, Answers
from practice.visits.pre_checking import answers_of, find_pre_check, record_pre_check
from practice.visits.shown import show_visit
from practice.visits.vital_signs import correct_vitals, get_vitals, list_vitals, record_vitals
from practice.visits.vitals import Reading
from tests.scheduling.scene import TEN
from tests.statements import statements

LEG, BACK = Number("NPRS_LEG", "now", 7), Number("NPRS_BACK", "now", 5)


def test_the_first_thing_recorded_opens_the_visit_and_the_next_finds_it(scene, visit, ines):
    appointment = scene.session.execute(select(Measure.id)).first()
    assert appointment is None
    uid = show_visit(scene.session, visit).appointment_uid
    assert scene.do(open_visit, appointment_uid=uid, actor=ines).uid == visit.uid
    assert find_visit(scene.session, uid).uid == visit.uid
    assert get_visit(scene.session, visit.uid).id == list_visits(scene.session, [visit.appointment_id])[0].id


def test_nothing_is_recorded_before_the_client_has_come(scene, ines):
    appointment = scene.book()
    with pytest.raises(NothingToRecordYet) as refused:
        scene.do(open_visit, appointment_uid=appointment.uid, actor=ines)
    assert refused.value.context == {"state": "booked"}
    assert refused.value.ways_out[0].values == {"appointment": appointment.uid}
    scene.do(cancel, appointment_uid=appointment.uid, reason="ill", by=CancelledBy.CLIENT)
    with pytest.raises(NothingToRecordYet):
        scene.do(open_visit, appointment_uid=appointment.uid, actor=ines)
    with pytest.raises(NotFound):
        scene.do(open_visit, appointment_uid="nonsense", actor=ines)
    with pytest.raises(NotFound):
        get_visit(scene.session, "nonsense")


def test_a_client_who_came_and_was_not_treated_is_noted_once(scene, visit, ines):
    scene.do(mark_not_treated, visit=visit, reason=NotTreated.EMERGENCY, actor=ines)
    first = visit.not_treated_at
    scene.later(minutes=5)
    scene.do(mark_not_treated, visit=visit, reason=NotTreated.CLIENT_WISH, actor=ines)
    assert (visit.not_treated_at, visit.not_treated_reason) == (first, "emergency")
    with pytest.raises(StaleVersion):
        scene.do(mark_not_treated, visit=visit, reason=NotTreated.BLOCKED, version=1, actor=ines)


def test_answers_are_sealed_and_the_last_ones_count(scene, visit, ines):
    row, raised = scene.do(record_pre_check, visit=visit, answers=ALL_NO, actor=ines)
    assert (row.all_no, row.therapist_id, raised) == (True, ines.therapist_id, ())
    told = Answers(frozenset({"saddle"}))
    row, raised = scene.do(record_pre_check, visit=visit, answers=told, actor=ines)
    assert raised == (Raised("CES_SADDLE", T0),)
    assert find_pre_check(scene.session, visit.id).id == row.id
    assert answers_of(scene.session, row) == told
    assert b"saddle" not in row.answers
    assert open_record(scene.session, visit.client_id).open_json(row.answers, PreCheck.answers, row.uid)["yes"] == [
        "saddle"
    ]


def test_answers_to_no_question_are_refused(scene, visit, ines):
    with pytest.raises(NotAccepted, match="There is no question hunger"):
        scene.do(record_pre_check, visit=visit, answers=Answers(frozenset({"hunger"})), actor=ines)
    assert find_pre_check(scene.session, visit.id) is None


def test_numbers_are_recorded_once_and_corrected_beside_the_original(scene, visit, ines):
    rows, raised = scene.do(record_measures, visit=visit, numbers=[LEG, BACK], actor=ines)
    assert raised == ()
    with pytest.raises(AlreadyMeasured, match="Leg pain now"):
        scene.do(record_measures, visit=visit, numbers=[replace(LEG, value=6)], actor=ines)
    with pytest.raises(CorrectionNeedsReason):
        scene.do(correct_measure, visit=visit, wrong=rows[0], value=6, reason="", actor=ines)
    right, _ = scene.do(correct_measure, visit=visit, wrong=rows[0], value=6, reason="misheard", actor=ines)
    kept = list_measures(scene.session, {visit.id}, corrected=True)
    assert [(row.code, row.value, row.is_current) for row in kept] == [
        ("NPRS_LEG", 7, False),
        ("NPRS_BACK", 5, True),
        ("NPRS_LEG", 6, True),
    ]
    assert right.corrects_id == rows[0].id
    assert open_record(scene.session, visit.client_id).open(right.reason, Measure.reason, right.uid) == "misheard"
    with pytest.raises(AlreadyMeasured):
        scene.do(correct_measure, visit=visit, wrong=rows[0], value=5, reason="again", actor=ines)
    assert numbers_by_code(kept) == {"NPRS_LEG": {"now": 6}, "NPRS_BACK": {"now": 5}}
    assert get_measure(scene.session, visit.id, right.uid).id == right.id
    with pytest.raises(NotFound):
        get_measure(scene.session, visit.id + 1, right.uid)


def test_the_same_number_after_treatment_is_another_one(scene, visit, ines):
    after = replace(LEG, value=4, timing=Timing.POST)
    scene.do(record_measures, visit=visit, numbers=[LEG, after], actor=ines)
    rows = list_measures(scene.session, {visit.id})
    assert numbers_by_code(rows) == {"NPRS_LEG": {"now": 7}}
    assert numbers_by_code(rows, Timing.POST) == {"NPRS_LEG": {"now": 4}}


@pytest.mark.parametrize(
    ("numbers", "faults"),
    [
        ([], ["Give at least one number."]),
        ([LEG, LEG], ["Leg pain now is given twice."]),
        ([Number("NPRS_LEG", "now", 11), Number("FTF", "score", -1)], ["Leg pain now: give a whole number from 0 to 10.", "Finger to floor, cm: give a number in steps of 0.5 from 0 to 100."]),
        ([Number("NPRS_ELBOW", "now", 1)], ["There is no measure NPRS_ELBOW with a number now."]),
        ([Number("RMDQ", "score", 20), Number("RMDQ", "version", 18)], ["Roland-Morris total: the form has only 18 items."]),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused_all_at_once_and_nothing_is_kept(scene, visit, ines, numbers, faults):
    with pytest.raises(NotAccepted) as refused:
        scene.do(record_measures, visit=visit, numbers=numbers, actor=ines)
    assert [each.sentence for each in refused.value.refusals] == faults
    assert list_measures(scene.session, {visit.id}) == []


def test_numbers_given_later_must_fit_those_given_before(scene, visit, ines):
    scene.do(record_measures, visit=visit, numbers=[Number("RMDQ", "version", 18)], actor=ines)
    with pytest.raises(NotAccepted, match="only 18 items"):
        scene.do(record_measures, visit=visit, numbers=[Number("RMDQ", "score", 19)], actor=ines)


def test_strength_that_fell_since_the_last_visit_is_an_emergency(scene, visit_on, ines):
    first, second = visit_on(0), visit_on(1)
    big_toe = Number("NEURO", "strength_L5_left", 5)
    _, raised = scene.do(record_measures, visit=first, numbers=[big_toe], actor=ines)
    assert raised == ()
    rows, raised = scene.do(record_measures, visit=second, numbers=[replace(big_toe, value=4)], actor=ines)
    assert raised == (Raised("MOTOR_PROGRESS", T0),)
    _, raised = scene.do(correct_measure, visit=second, wrong=rows[0], value=5, reason="tested again", actor=ines)
    assert raised == ()
    knee = Number("NEURO", "strength_L3_left", 3)
    _, raised = scene.do(record_measures, visit=second, numbers=[knee], actor=ines)
    assert raised == (Raised("MOTOR_SEVERE", T0),)


def test_the_database_keeps_one_current_number_a_place(scene, visit, ines):
    rows, _ = scene.do(record_measures, visit=visit, numbers=[LEG], actor=ines)
    scene.do(correct_measure, visit=visit, wrong=rows[0], value=6, reason="misheard", actor=ines)

    def bring_back(session):
        rows[0].is_current = True
        session.flush()

    with pytest.raises(IntegrityError):
        scene.do(lambda session, **_: bring_back(session))


def test_pressure_stops_today_until_it_is_measured_again(scene, visit, ines):
    high, fine = Reading(185, 95, 80), Reading(150, 90, 78)
    row, raised = scene.do(record_vitals, visit=visit, reading=high, timing=Timing.PRE, actor=ines)
    assert raised == Raised("BP_HIGH", T1)
    _, raised = scene.do(record_vitals, visit=visit, reading=Reading(190, 100), timing=Timing.POST, actor=ines)
    assert raised == Raised("BP_HIGH", T1)
    _, raised = scene.do(record_vitals, visit=visit, reading=fine, timing=Timing.PRE, actor=ines)
    assert raised is None
    assert list_vitals(scene.session, {visit.id})[0].uid == row.uid


def test_a_corrected_reading_does_not_count_and_stays(scene, visit, ines):
    wrong, _ = scene.do(record_vitals, visit=visit, reading=Reading(185, 95), timing=Timing.PRE, actor=ines)
    with pytest.raises(CorrectionNeedsReason):
        scene.do(correct_vitals, visit=visit, wrong=wrong, reading=Reading(135, 95), reason="", actor=ines)
    right, raised = scene.do(
        correct_vitals, visit=visit, wrong=wrong, reading=Reading(135, 95), reason="cuff too small", actor=ines
    )
    assert raised is None
    assert list_vitals(scene.session, {visit.id}) == [right]
    assert len(list_vitals(scene.session, {visit.id}, corrected=True)) == 2
    assert open_record(scene.session, visit.client_id).open(right.reason, Vitals.reason, right.uid) == "cuff too small"
    with pytest.raises(AlreadyMeasured):
        scene.do(correct_vitals, visit=visit, wrong=wrong, reading=Reading(130, 90), reason="again", actor=ines)
    with pytest.raises(NotAccepted, match="both numbers"):
        scene.do(record_vitals, visit=visit, reading=Reading(120), timing=Timing.PRE, actor=ines)
    with pytest.raises(NotFound):
        get_vitals(scene.session, visit.id, "nonsense")
    assert get_vitals(scene.session, visit.id, right.uid) is right


def painted(*regions, side=Side.LEFT):
    return [Painted(region, side, Quality.BURNING, 6) for region in regions]


def test_a_map_painted_again_takes_the_place_of_the_first_which_stays(scene, visit, ines):
    first = painted("buttock", "thigh_posterior")
    assert scene.do(paint_body_map, visit=visit, painted=first, actor=ines) is None
    second = painted("buttock", "calf_posterior")
    scene.do(paint_body_map, visit=visit, painted=second, actor=ines)
    assert painted_on(list_entries(scene.session, {visit.id})) == second
    assert len(scene.session.scalars(select(BodyMapEntry)).all()) == 4


def test_a_painted_saddle_area_is_an_emergency(scene, visit, ines):
    saddle = [Painted("saddle", Side.CENTRE, Quality.NUMB, 5)]
    assert scene.do(paint_body_map, visit=visit, painted=saddle, actor=ines) == Raised("CES_SADDLE", T0)


def test_what_cannot_be_painted_is_refused(scene, visit, ines):
    wrong = [*painted("elbow"), *painted("sole", "sole"), *painted("saddle")]
    with pytest.raises(NotAccepted) as refused:
        scene.do(paint_body_map, visit=visit, painted=wrong, actor=ines)
    assert [each.sentence for each in refused.value.refusals] == [
        "This region is not on the body map.",
        "The saddle area is centre.",
        "sole left is painted twice.",
    ]


def test_activities_keep_their_number_and_are_read_in_the_clients_words(scene, visit, ines):
    walk = scene.do(add_activity, client_id=visit.client_id, words="Walk to the shop", actor=ines)
    sit = scene.do(add_activity, client_id=visit.client_id, words="Sit through a film", actor=ines)
    assert (walk.number, sit.number) == (1, 2)
    assert b"shop" not in walk.words
    assert words_of(scene.session, [walk, sit]) == {walk.uid: "Walk to the shop", sit.uid: "Sit through a film"}
    for number in range(3):
        scene.do(add_activity, client_id=visit.client_id, words=f"More {number}", actor=ines)
    with pytest.raises(TooManyActivities):
        scene.do(add_activity, client_id=visit.client_id, words="Dance", actor=ines)
    scene.do(retire_activity, activity=get_activity(scene.session, visit.client_id, walk.uid), actor=ines)
    assert scene.do(add_activity, client_id=visit.client_id, words="Dance", actor=ines).number == 6
    assert [row.number for row in list_activities(scene.session, visit.client_id)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(NotFound):
        get_activity(scene.session, visit.client_id, "nonsense")
    assert scene.session.get_one(FunctionalActivity, walk.id).retired_at == scene.now


def test_a_definition_holds_from_its_day_on_and_never_for_the_past(scene, visit, ines):
    today = scene.now.date()
    stricter = replace(DEFAULTS["NPRS_LEG"], mic_abs=3)
    set_ = {"definition": stricter, "today": today, "actor": ines}
    with pytest.raises(AppliesTooEarly):
        scene.do(set_definition, applies_from=today - timedelta(days=1), **set_)
    row = scene.do(set_definition, applies_from=today + timedelta(days=1), **set_)
    assert definitions_on(scene.session, today)["NPRS_LEG"].mic_abs == 2
    assert definitions_on(scene.session, today + timedelta(days=1))["NPRS_LEG"] == stricter
    assert definitions_on(scene.session, today + timedelta(days=1))["RMDQ"] == DEFAULTS["RMDQ"]
    with pytest.raises(StaleVersion):
        scene.do(set_definition, applies_from=today + timedelta(days=1), version=7, **set_)
    again = scene.do(set_definition, applies_from=today + timedelta(days=1), version=row.version, **set_)
    assert [each.uid for each in list_definitions(scene.session, "NPRS_LEG")] == [again.uid] == [row.uid]
    with pytest.raises(NotAccepted) as refused:
        scene.do(set_definition, applies_from=today, **{**set_, "definition": replace(stricter, low=10, step=0)})
    assert "The highest value must be above the lowest." in [each.sentence for each in refused.value.refusals]
    with pytest.raises(NotFound):
        scene.do(set_definition, applies_from=today, **{**set_, "definition": replace(stricter, code="NPRS_ELBOW")})
    logged = scene.session.scalars(select(AuditEvent.action)).all()
    assert list(logged).count("measure.define") == 2


def test_values_are_judged_by_the_definition_in_force_on_the_day_of_the_visit(scene, visit, ines):
    wider = replace(DEFAULTS["NPRS_LEG"], high=100)
    day = TEN.date()
    scene.do(set_definition, definition=wider, applies_from=day, today=day, actor=ines)
    scene.do(record_measures, visit=visit, numbers=[replace(LEG, value=60)], actor=ines)
    assert list_measures(scene.session, {visit.id})[0].value == 60


def fill(scene, visit, ines, symptoms):
    numbers = [LEG, *(Number("SBI", part, 3) for part in symptoms)]
    scene.do(record_measures, visit=visit, numbers=numbers, actor=ines)
    scene.do(record_pre_check, visit=visit, answers=ALL_NO, actor=ines)
    scene.do(record_vitals, visit=visit, reading=Reading(120, 80), timing=Timing.PRE, actor=ines)
    scene.do(paint_body_map, visit=visit, painted=painted("sole", "buttock"), actor=ines)
    scene.do(add_activity, client_id=visit.client_id, words="Walk", actor=ines)


def test_a_visit_is_read_whole_with_scores_and_what_its_map_says(scene, visit, ines):
    fill(scene, visit, ines, ("leg_pain", "tingling", "weakness"))
    shown = show_visit(scene.session, visit)
    assert {(each.code, each.value, each.prorated) for each in shown.scores} == {
        ("NPRS_LEG", 7, False),
        ("SBI", 12, True),
    }
    assert (shown.distal_level, shown.branch, shown.prompts) == (5, Branch.TIBIAL, [])
    assert shown.pre_check.answers.all_no
    assert [each.words for each in shown.activities] == ["Walk"]
    scene.do(paint_body_map, visit=visit, painted=painted("buttock"), actor=ines)
    assert show_visit(scene.session, visit).prompts == [Prompt.LEG_SCORE_WITHOUT_REGION]


def test_reading_a_visit_takes_as_many_statements_however_much_was_recorded(scene, visit_on, ines):
    little, much = visit_on(0), visit_on(1, 1)
    fill(scene, little, ines, ("leg_pain",))
    fill(scene, much, ines, ("leg_pain", "tingling", "weakness", "sitting"))
    for words in ("Sit", "Dance", "Sleep"):
        scene.do(add_activity, client_id=much.client_id, words=words, actor=ines)
    for _ in range(4):
        scene.do(record_vitals, visit=much, reading=Reading(130, 80), timing=Timing.POST, actor=ines)
    counts = []
    for each in (little, much):
        with statements(scene.session.get_bind()) as seen:
            show_visit(scene.session, each)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9
