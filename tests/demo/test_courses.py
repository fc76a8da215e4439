"""The six courses run to their last row and come to the verdicts, holds and ends that are stated for them."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from practice.clients.models import Client
from practice.core.local_time import to_utc, wall_time
from practice.core.transact import transact
from practice.demo.acts import acts_until, set_up_at
from practice.demo.building import scenes
from practice.demo.cast import Script
from practice.demo.diary import Plan
from practice.demo.findings import FINDINGS
from practice.demo.opening import open_practice
from practice.demo.premises import ZONE, WorkingCalendar
from practice.demo.replay import perform
from practice.demo.stage import Stage
from practice.demo.stories import place_courses, story_people
from practice.desk.plans.drawings import function_table, heat, pain_table, vitals
from practice.safety.models import Flag
from practice.scheduling.models import Appointment
from practice.treatment_plans.diagnosis import icd_codes
from practice.treatment_plans.findings import read_findings
from practice.treatment_plans.judging import read_course
from practice.treatment_plans.models import Episode, PlanHold, Reassessment, TreatmentPlan
from practice.treatment_plans.sessions import list_sessions
from practice.treatment_plans.version_models import ExercisePrescription, PlanVersion
from practice.visits.models import Visit

BOUNDED = (date(2026, 11, 26), date(2027, 1, 4))
FULL = tuple(date(2026, 11, 1) + timedelta(days=number) for number in range(0, 400, 7))
TO_THE_END = timedelta(days=70)

VERDICTS = {
    "maya": {6: "responder", 10: "responder"},
    "dev": {4: "no_change", 8: "partial", 12: "responder"},
    "rosalind": {6: "no_change"},
    "tomas": {4: "partial"},
    "aisha": {3: "too_early", 6: "responder"},
    "colin": {6: "no_change", 10: "responder"},
}
ENDS = {
    "maya": ("completed", "goals_met"),
    "dev": ("completed", "goals_met"),
    "rosalind": ("referred", "referred_physician"),
    "tomas": ("referred", "referred_emergency"),
    "aisha": ("completed", "goals_met"),
    "colin": ("completed", "goals_met"),
}
HOLDS = {"tomas": ["new_flag"], "aisha": ["clearance_expired"]}
CODES = {"maya": "M54.42", "dev": "M54.41", "rosalind": "M54.41", "tomas": "M54.42", "aisha": "M54.41", "colin": "M54.32"}  # fmt: skip


def pytest_generate_tests(metafunc):
    if "opened_on" in metafunc.fixturenames:
        days = FULL if metafunc.config.getoption("--full") else BOUNDED
        metafunc.parametrize("opened_on", days, ids=str)


def replay(sessions, rules, today, until):
    """Act out the courses and the open cases alone, up to an instant."""
    plan = Plan(WorkingCalendar(today))
    place_courses(plan)
    script = Script(today, tuple(story_people(today)), tuple(plan.visits))
    with sessions() as session:
        premises = transact(
            session, lambda: open_practice(session, today=today, password_hash="-", now=set_up_at(today))
        )
        stage = Stage(script, premises, rules)
        for _, acts in scenes(acts_until(script, until), until=until):
            transact(session, lambda acts=acts: perform(session, stage, acts))
            session.expunge_all()
    return stage


def at_three(day):
    return to_utc(datetime.combine(day, time(15)), ZONE)


class Told:
    """What the database tells of the clients, by the key of the script."""

    def __init__(self, session, stage):
        self.session, self.stage = session, stage

    def client(self, key):
        return self.session.scalars(select(Client).where(Client.uid == self.stage.client_uids[key])).one()

    def plan(self, key):
        wanted = select(TreatmentPlan).where(TreatmentPlan.client_id == self.client(key).id)
        return self.session.scalars(wanted).one_or_none()

    def verdicts(self, key):
        wanted = select(Reassessment).where(Reassessment.plan_id == self.plan(key).id)
        return {row.after_number: str(row.verdict) for row in self.session.scalars(wanted)}

    def holds(self, key):
        return list(self.session.scalars(select(PlanHold).where(PlanHold.plan_id == self.plan(key).id)))

    def flags(self, key):
        return {
            f.code: str(f.tier) for f in self.session.scalars(select(Flag).where(Flag.client_id == self.client(key).id))
        }

    def visits(self, key):
        wanted = select(Visit, Appointment).join(Appointment, Appointment.id == Visit.appointment_id)
        wanted = wanted.where(Visit.client_id == self.client(key).id).order_by(Appointment.starts_at)
        return [(row[0], row[1]) for row in self.session.execute(wanted)]


@pytest.mark.timeout(300)
def test_the_six_courses_come_to_what_is_stated(app, sessions, session, opened_on):
    if session.get_bind().dialect.name != "sqlite" and opened_on != BOUNDED[0]:
        pytest.skip("one database is enough for the calendar")
    until = at_three(opened_on) + TO_THE_END
    told = Told(session, replay(sessions, app.extensions["booking_rules"], opened_on, until))
    assert {key: told.verdicts(key) for key in VERDICTS} == VERDICTS
    assert {key: (str(told.plan(key).state), str(told.plan(key).outcome)) for key in ENDS} == ENDS
    assert {key: [str(row.reason) for row in told.holds(key)] for key in HOLDS} == HOLDS
    assert all(told.holds(key) == [] for key in set(ENDS) - set(HOLDS))
    _delivered_counts(told)
    _stopped(told)
    _lapsed_and_renewed(told)
    _less_to_do(told)
    _cases(told)
    _drawn(told)


def _delivered_counts(told):
    for key, numbers in FINDINGS.items():
        treated = [visit for visit, _ in told.visits(key) if visit.not_treated_at is None]
        assert len(treated) == len(numbers.leg), key
        points = read_course(told.session, told.plan(key)).points
        assert [point.leg for point in points] == list(numbers.leg), key
        assert [point.distal_level for point in points] == list(numbers.level), key
        episode = told.session.get_one(Episode, told.plan(key).episode_id)
        assert icd_codes(episode.side, points[0].back) == (CODES[key],), key


def _drawn(told):
    for key, numbers in FINDINGS.items():
        findings = read_findings(told.session, told.plan(key))
        rows = pain_table(findings).rows
        said = [(int(before), int(after), int(back)) for _, _, before, after, back, _ in rows]
        assert said == list(zip(numbers.leg, numbers.leg_after, numbers.back, strict=True)), key
        drawn = vitals(findings, [found.number for found in findings.visits])
        pressures = [(int(before), int(after)) for _, before, after, *_ in drawn.table.rows]
        assert pressures == list(numbers.systolic), key
        assert heat(findings).levels == [str(level) for level in numbers.level], key
        asked = {found.number: found for found in findings.visits if found.abilities}
        table = function_table(findings).rows
        assert [sum(map(int, row[1:4])) for row in table] == [again.ability for again in numbers.again.values()], key
        assert [int(row[4]) for row in table] == [again.disability for again in numbers.again.values()], key
        assert len(asked) == len(numbers.again), key


def _stopped(told):
    visit, appointment = told.visits("tomas")[-1]
    assert (visit.not_treated_reason, str(appointment.state)) == ("emergency", "cancelled")
    assert {code: tier for code, tier in told.flags("tomas").items() if tier == "T0"} == {
        "CES_SADDLE": "T0", "CES_BLADDER": "T0", "CES_BILATERAL": "T0"
    }  # fmt: skip
    states = [str(each.state) for each in list_sessions(told.session, told.plan("tomas").id)]
    assert states == ["delivered"] * 4 + ["attended_not_treated"] + ["cancelled"] * 5
    left = [str(each.state) for each in list_sessions(told.session, told.plan("rosalind").id)]
    assert left == ["delivered"] * 6 + ["cancelled"] * 4


def _lapsed_and_renewed(told):
    (hold,) = told.holds("aisha")
    first = told.visits("aisha")[0][1].local_start.date()
    held, resumed = (wall_time(at, ZONE).date() for at in (hold.from_at, hold.until_at))
    assert (held - first).days in range(28, 33)
    assert (resumed - first).days in range(36, 41)
    assert told.plan("dev").ended_at is not None and told.holds("dev") == []


def _less_to_do(told):
    versions = (
        select(PlanVersion.state).where(PlanVersion.plan_id == told.plan("colin").id).order_by(PlanVersion.number)
    )
    assert [str(state) for state in told.session.scalars(versions)] == ["superseded", "active"]
    programme = select(ExercisePrescription).where(ExercisePrescription.plan_id == told.plan("colin").id)
    assert sum(row.state == "active" for row in told.session.scalars(programme)) == 2


def _cases(told):
    assert str(told.plan("noor").state) == "awaiting_clearance"
    assert told.flags("noor") == {"CANCER_HX": "T1"}
    assert told.flags("piet").get("MOTOR_SEVERE") == "T0"
    assert str(told.plan("lena").state) == "draft"
    assert told.flags("sam") == {"MINOR": "T2"}
