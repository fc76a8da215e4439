"""Forms, flags and clearances as verbs: what is stored, what is sealed, who may, and what the gate then knows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from practice.audit.models import AuditEvent
from practice.clients.models import Client
from practice.clients.sealing import open_record
from practice.clinic.models import StaffTask
from practice.core.actor import Actor, Role
from practice.core.errors import NotFound, StaleVersion
from practice.core.sealed_text import SealBroken
from practice.safety.answering import Attestation
from practice.safety.catalogue import T1, T2, Clinician, Raised, usual
from practice.safety.clearances import (
    Reading,
    lapse_requests,
    read_clearance,
    receive_document,
    refuse_clearance,
    request_clearance,
    void_clearance,
    withdraw_clearance,
)
from practice.safety.clearing import ClearanceState
from practice.safety.errors import (
    AlreadySigned,
    ClearanceNotFitting,
    FlagClosed,
    FormIncomplete,
    NotLighter,
    SayWhy,
    TierStays,
    WrongClearanceState,
)
from practice.safety.flagging import close_flag, lower_flag, raise_flag
from practice.safety.gate import OpenFlag
from practice.safety.heard import mark_read, note_heard
from practice.safety.models import Clearance, Flag, HeardWord, Screening
from practice.safety.queries import (
    covered_until,
    documents_of,
    has_unread,
    list_heard,
    list_inbox,
    list_open_flags,
    newest_screening,
    open_document,
)
from practice.safety.screening import FilledForm, record_screening, renew_screening, sign_screening
from practice.safety.standing import read_facts
from tests.conftest import NOW
from tests.factories import OWNER, RECEPTIONIST, act, make_client
from tests.safety.forms import TODAY, answers
from tests.safety.test_documents import PDF
from tests.statements import statements

THERAPIST = Actor(Role.THERAPIST, name="Theo Therapist")
ZONE = "America/Toronto"
DAY = timedelta(days=1)


@pytest.fixture
def ada(session) -> Client:
    return make_client(session, is_screened=False)


def do(session, verb, **over):
    named = {"actor": THERAPIST, "now": NOW} | over
    return act(session, lambda: verb(session, **named))


def fill(session, client, over=None, **more):
    form = FilledForm(answers(**(over or {})), "link", **more)
    return do(session, record_screening, client_id=client.id, form=form)


def flag(session, client, code="CANCER_HX", tier=None, **over) -> Flag:
    raised = usual(code) if tier is None else Raised(code, tier)
    return do(session, raise_flag, client_id=client.id, raised=raised, source="person", **over)


def known(session, client):
    session.rollback()
    return read_facts(session, {client.id}, zone=ZONE, now=NOW)[client.id]


def reading(*flags: Flag, **over) -> Reading:
    values = {
        "clinician": Clinician.PHYSICIAN,
        "clinician_name": "Dr S. Pell",
        "dated_on": TODAY,
        "valid_from": TODAY,
        "valid_until": TODAY + 60 * DAY,
        "flag_uids": tuple(each.uid for each in flags),
    }
    return Reading(**values | over)


def asked(session, client, *flags: Flag) -> Clearance:
    return do(session, request_clearance, client_id=client.id, flag_uids=[each.uid for each in flags])


def received(session, client, *flags: Flag) -> Clearance:
    row = asked(session, client, *flags)
    do(session, receive_document, uid=row.uid, content=PDF)
    return row


def cleared(session, client, *flags: Flag, **over) -> Clearance:
    row = received(session, client, *flags)
    return do(session, read_clearance, uid=row.uid, reading=reading(*flags, **over))


def test_a_signed_form_counts_and_its_answers_are_sealed(session, ada):
    row, raised = fill(session, ada, {"thinner": "yes"}, attestation=Attestation("Dr Pell", TODAY))
    assert raised == (usual("ANTICOAG"),)
    assert b"thinner" not in row.answers
    assert open_record(session, ada.id).open_json(row.answers, Screening.answers, row.uid)["thinner"] == "yes"
    facts = known(session, ada)
    assert (facts.screened_on, facts.has_baseline, facts.flags) == (TODAY, True, ())
    assert newest_screening(session, ada.id).uid == row.uid


def test_a_form_that_is_not_signed_does_not_count_until_a_therapist_signs(session, ada):
    row, _ = fill(session, ada, is_signed=False)
    assert known(session, ada).screened_on is None
    do(session, sign_screening, uid=row.uid)
    assert known(session, ada).screened_on == TODAY
    with pytest.raises(AlreadySigned):
        do(session, sign_screening, uid=row.uid)


def test_the_day_of_a_form_is_the_one_on_the_wall(session, ada):
    fill(session, ada)
    late = NOW.replace(hour=3) + DAY
    act(session, lambda: session.execute(update(Screening).values(signed_at=late)))
    assert known(session, ada).screened_on == TODAY


def test_a_form_with_gaps_is_refused_by_name(session, ada):
    with pytest.raises(FormIncomplete) as refused:
        fill(session, ada, {"calf": "", "planted": "yes"})
    assert refused.value.context["questions"] == ["calf", "planted"]
    assert session.scalar(select(Screening.id)) is None


def test_a_renewal_needs_a_form_to_renew(session, ada):
    again = {"client_id": ada.id, "source": "pre_check"}
    assert do(session, renew_screening, **again) is None
    fill(session, ada, attestation=Attestation("Dr Pell", TODAY))
    do(session, renew_screening, **again, now=NOW + 80 * DAY)
    facts = known(session, ada)
    assert (facts.screened_on, facts.has_baseline) == (TODAY + 80 * DAY, True)


def test_a_flag_is_raised_once_and_only_gets_heavier(session, ada):
    first = flag(session, ada, "ANTICOAG", note="warfarin")
    again = flag(session, ada, "ANTICOAG", T1)
    lighter = flag(session, ada, "ANTICOAG")
    assert first.uid == again.uid == lighter.uid
    assert (lighter.tier, lighter.raised_tier) == (T1, T2)
    assert b"warfarin" not in lighter.note
    assert [each.uid for each in list_open_flags(session, ada.id)] == [first.uid]


def test_a_second_flag_makes_an_unusual_age_a_block(session, ada):
    flag(session, ada, "AGE_ONSET")
    flag(session, ada, "ANTICOAG")
    assert {(each.code, each.tier) for each in known(session, ada).flags} == {("AGE_ONSET", T1), ("ANTICOAG", T2)}


def test_flags_of_a_day_end_with_it(session, ada):
    flag(session, ada, "BP_HIGH", T1)
    (found,) = known(session, ada).flags
    assert found == OpenFlag(found.id, "BP_HIGH", T1, TODAY)


def test_an_emergency_asks_for_a_call_without_saying_why(session, ada):
    flag(session, ada, "CES_SADDLE")
    task = session.scalars(select(StaffTask)).one()
    assert (task.kind, task.assigned_role, task.note) == ("phone_now", "therapist", "")
    assert "saddle" not in repr(session.execute(select(AuditEvent.data)).all()).lower()


def test_a_new_block_voids_older_clearances_of_its_group_only(session, ada):
    cancer, preg = flag(session, ada), flag(session, ada, "PREG")
    about_cancer = cleared(session, ada, cancer)
    about_preg = cleared(session, ada, preg, valid_until=TODAY + 30 * DAY)
    flag(session, ada, "WEIGHT_NIGHT")
    for row, state in ((about_cancer, "voided"), (about_preg, "valid")):
        session.refresh(row)
        assert row.state == state


def test_lowering_needs_a_reason_and_a_lighter_tier(session, ada):
    row = flag(session, ada)
    with pytest.raises(SayWhy):
        do(session, lower_flag, uid=row.uid, tier=T2, reason="  ")
    with pytest.raises(NotLighter):
        do(session, lower_flag, uid=row.uid, tier=T1, reason="seen the letter")
    lowered = do(session, lower_flag, uid=row.uid, tier=T2, reason="seen the letter")
    assert lowered.tier == T2
    assert b"letter" not in lowered.lowered_because
    assert session.scalar(select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(1)) == "flag.lower"


@pytest.mark.parametrize("actor", [THERAPIST, RECEPTIONIST])
@pytest.mark.parametrize("verb", [lower_flag, close_flag])
def test_an_emergency_is_lowered_by_no_therapist(session, ada, actor, verb):
    row = flag(session, ada, "CES_SADDLE")
    more = {"tier": T2} if verb is lower_flag else {}
    with pytest.raises(TierStays):
        do(session, verb, uid=row.uid, reason="surely a mistake", actor=actor, **more)
    assert do(session, verb, uid=row.uid, reason="wrong client", actor=OWNER, **more).uid == row.uid


def test_a_closed_flag_counts_no_more_and_is_not_closed_twice(session, ada):
    row = flag(session, ada)
    do(session, close_flag, uid=row.uid, reason="never had it")
    assert known(session, ada).flags == ()
    with pytest.raises(FlagClosed):
        do(session, close_flag, uid=row.uid, reason="again")
    assert flag(session, ada).uid != row.uid


def test_an_edit_of_what_somebody_else_changed_is_refused(session, ada):
    row = flag(session, ada)
    with pytest.raises(StaleVersion):
        do(session, close_flag, uid=row.uid, reason="x", version=row.version + 1)


def test_a_clearance_counts_only_when_it_was_read(session, ada):
    row = flag(session, ada)
    clearance = received(session, ada, row)
    assert known(session, ada).covers == ()
    do(session, read_clearance, uid=clearance.uid, reading=reading(row, restrictions="no prone"))
    facts = known(session, ada)
    assert facts.is_covered(facts.flags[0], TODAY + 60 * DAY)
    assert not facts.is_covered(facts.flags[0], TODAY + 61 * DAY)
    assert facts.has_baseline
    assert covered_until(session, ada.id) == TODAY + 60 * DAY
    session.refresh(clearance)
    assert b"prone" not in clearance.restrictions


def test_a_document_without_flags_is_a_baseline(session, ada):
    cleared(session, ada)
    facts = known(session, ada)
    assert facts.has_baseline
    assert covered_until(session, ada.id) is None


def test_an_emergency_needs_a_document_from_after_it(session, ada):
    row = flag(session, ada, "CES_SADDLE")
    clearance = received(session, ada, row)
    with pytest.raises(ClearanceNotFitting, match="older than the emergency"):
        do(session, read_clearance, uid=clearance.uid, reading=reading(row, dated_on=TODAY - DAY))
    do(session, read_clearance, uid=clearance.uid, reading=reading(row))


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"clinician": Clinician.MIDWIFE}, "clinician"),
        ({"valid_until": TODAY - DAY}, "valid_until"),
        ({"valid_until": TODAY + 181 * DAY}, "valid_until"),
    ],
)
def test_what_does_not_fit_is_named(session, ada, over, field):
    row = flag(session, ada)
    clearance = received(session, ada, row)
    with pytest.raises(ClearanceNotFitting) as refused:
        do(session, read_clearance, uid=clearance.uid, reading=reading(row, **over))
    assert refused.value.ways_out[0].values["field"] == field
    session.refresh(clearance)
    assert clearance.state == "received"


def test_every_forbidden_step_is_refused_by_name(session, ada):
    row = asked(session, ada)
    with pytest.raises(WrongClearanceState, match="has not come yet"):
        do(session, read_clearance, uid=row.uid, reading=reading())
    with pytest.raises(WrongClearanceState):
        do(session, void_clearance, uid=row.uid, reason="x")
    do(session, withdraw_clearance, uid=row.uid, reason="wrong client")
    with pytest.raises(WrongClearanceState, match="taken back"):
        do(session, receive_document, uid=row.uid, content=PDF)
    assert list_inbox(session) == []


def test_a_no_stands_for_thirty_days(session, ada):
    row = flag(session, ada)
    do(session, refuse_clearance, uid=asked(session, ada, row).uid, reason="not safe")
    with pytest.raises(ClearanceNotFitting, match="said no"):
        asked(session, ada, row)
    again = {"client_id": ada.id, "flag_uids": [row.uid]}
    assert do(session, request_clearance, **again, now=NOW + 30 * DAY).state == "requested"


def test_a_request_that_nobody_answers_lapses_and_may_still_be_answered(session, ada):
    row = asked(session, ada)
    assert do(session, lapse_requests, now=NOW + 29 * DAY) == 0
    assert do(session, lapse_requests, now=NOW + 30 * DAY) == 1
    do(session, receive_document, uid=row.uid, content=PDF)
    session.refresh(row)
    assert row.state == ClearanceState.RECEIVED


def test_a_document_opens_again_and_another_one_in_its_place_does_not(session, ada):
    row, other = received(session, ada), received(session, ada)
    found = documents_of(session, {row.id, other.id})
    assert open_document(session, found[row.id])[1:] == ("application/pdf", PDF)
    swap = text(
        "UPDATE clearance_document SET content = (SELECT content FROM clearance_document WHERE clearance_id = :other) "
        "WHERE clearance_id = :row"
    )
    act(session, lambda: session.execute(swap, {"row": row.id, "other": other.id}))
    with pytest.raises(SealBroken):
        open_document(session, found[row.id])


def test_flags_of_another_client_are_not_named(session, ada):
    foreign = flag(session, make_client(session))
    with pytest.raises(NotFound):
        asked(session, ada, foreign)


def test_what_a_caller_said_is_sealed_until_a_therapist_reads_it(session, ada):
    row = do(session, note_heard, client_id=ada.id, words="her leg is numb", actor=RECEPTIONIST)
    assert b"numb" not in row.words
    assert has_unread(session, ada.id)
    assert [each.words for each in list_heard(session, ada.id)] == ["her leg is numb"]
    do(session, mark_read, uid=row.uid)
    do(session, mark_read, uid=row.uid, now=NOW + DAY)
    assert not has_unread(session, ada.id)
    assert session.scalar(select(HeardWord.read_at)) == NOW
    with pytest.raises(SayWhy):
        do(session, note_heard, client_id=ada.id, words=" ")


def test_what_the_gate_knows_takes_one_statement_and_follows_a_merge(session, ada):
    bea = make_client(session, is_screened=False)
    flag(session, bea)
    fill(session, ada)
    bea = session.get_one(Client, bea.id, populate_existing=True)
    bea.merged_into_id = ada.id
    session.commit()
    with statements(session.get_bind()) as sent:
        facts = read_facts(session, {ada.id}, zone=ZONE, now=NOW)
    assert len(sent) == 1
    assert facts[ada.id].screened_on == TODAY
    assert [each.code for each in facts[ada.id].flags] == ["CANCER_HX"]
    assert facts[ada.id].edition_on(TODAY).screening_days == 90
    assert [each.code for each in list_open_flags(session, ada.id)] == ["CANCER_HX"]


def test_policies_are_read_as_of_the_day(session, ada):
    now = text("UPDATE practice_settings SET safety_policy = 'risk_based', needs_pregnancy_note = :yes")
    act(session, lambda: session.execute(now, {"yes": True}))
    edition = known(session, ada).edition_on(TODAY)
    assert (str(edition.policy), edition.needs_pregnancy_note) == ("risk_based", True)
    assert replace(edition, screening_days=90) == edition
    assert date(2000, 1, 1) == edition.effective_on
