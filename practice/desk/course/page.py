"""The planner's page: the wishes, three proposals side by side as weeks, and what a receptionist reads about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.desk.course.forms import written
from practice.desk.course.weeks import Week, cells_of, weeks_of
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.question import SetUp
from practice.treatment_plans.course import DAYS_A_WEEK, Course, Visit, With
from practice.treatment_plans.course_changes import changes_of
from practice.treatment_plans.course_words import WEEKDAYS, reasons, stuck_sentence, title
from practice.treatment_plans.planning import Case, PlanWishes, Proposals, propose_plan, read_case
from practice.web.forms import FormState

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Card:
    """One proposal as it is shown."""

    title: str
    who: str
    reasons: Sequence[str]
    weeks: Sequence[Week]
    visits: Sequence[str]
    key: str
    changes: Sequence[str]
    act: str


@dataclass(frozen=True, slots=True)
class CoursePage:
    """Everything that the template shows; no clinical word is in it."""

    case: Case
    client_uid: str
    client_name: str
    cards: Sequence[Card]
    stuck: str
    form: FormState
    therapists: Options
    locations: Options
    features: Options
    names: Mapping[int, str]
    is_mending: bool
    usual: With
    usual_uid: str
    is_own: bool
    weekdays: Options

    @property
    def is_done(self) -> bool:
        """Return whether every session has its visit, so that nothing needs planning."""
        return bool(self.case.sessions) and not self.case.unbooked

    @property
    def columns(self) -> int:
        """Return how many weekdays are shown: Sunday only when there is a visit on one."""
        return DAYS_A_WEEK if any(week.cells[-1] for card in self.cards for week in card.weeks) else DAYS_A_WEEK - 1

    @property
    def conflicts(self) -> list[tuple[str, str]]:
        """Return every visit that did not fit, each with its day and why."""
        refusal = self.form.refusal
        found = refusal.refusals if refusal is not None and len(refusal.refusals) > 1 else ()
        return [(one.sentence.partition(": ")[0], one.sentence.partition(": ")[2]) for one in found]


def course_page(
    session: Session, plan_uid: str, wishes: PlanWishes, form: FormState, *, own_uid: str | None, now: datetime
) -> CoursePage:
    """Return the page for a plan; proposals only while sessions are open or new ones are asked for."""
    case = read_case(session, plan_uid, earliest=wishes.earliest, now=now)
    set_up = read_set_up(session)
    is_asked = case.unbooked or form.values.get("again")
    found = propose_plan(session, case, wishes, now=now) if is_asked else None
    return CoursePage(
        case=case,
        client_uid=case.plan.client.uid,
        client_name=case.plan.client.display_name,
        cards=[] if found is None else _cards(found, set_up),
        stuck="" if found is None or found.answer.stuck is None else stuck_sentence(found.answer.stuck),
        form=form,
        therapists=[(one.uid, one.name) for one in sorted(set_up.therapists.values(), key=lambda one: one.name)],
        locations=[(one.uid, one.name) for one in set_up.locations.values() if one.is_active],
        features=_features(set_up),
        names={one.id: one.name for one in set_up.therapists.values()},
        is_mending=any(one.visit is not None and not one.is_settled for one in case.sessions),
        usual=With.ANY if case.version is None else With(case.version.preference),
        usual_uid=own_uid or set_up.therapists[_familiar_id(case)].uid,
        is_own=own_uid is not None,
        weekdays=[(str(at), name[:2]) for at, name in enumerate(WEEKDAYS)],
    )


def _familiar_id(case: Case) -> int:
    named = None if case.version is None else case.version.therapist_id
    return named or case.plan.therapist_id


def _features(set_up: SetUp) -> Options:
    known = sorted({feature for room in set_up.rooms.values() if room.is_active for feature in room.features})
    return [(feature, feature.replace("_", " ")) for feature in known]


def _cards(found: Proposals, set_up: SetUp) -> list[Card]:
    """Return the proposals, all over the same weeks so that they can be compared."""
    uids = {one.id: one.uid for one in set_up.therapists.values()}
    courses = [(course, cells_of(found.question, course)) for course in found.answer.courses]
    days = [cell.on for _, cells in courses for cell in cells]
    weeks = [weeks_of(cells, min(days), max(days)) for _, cells in courses]
    return [_card(found, course, weeks[at], uids, str(at + 1)) for at, (course, _) in enumerate(courses)]


def _card(
    found: Proposals,
    course: Course,
    weeks: Sequence[Week],
    uids: Mapping[int, str],
    key: str,
) -> Card:
    changes = changes_of(found.case.sessions, _placed(found, course), found.name_of)
    return Card(
        title=title(course.pattern),
        who=found.name_of(course.pattern.therapist_id),
        reasons=reasons(found.question, course, found.name_of),
        weeks=weeks,
        visits=written(_placed(found, course), uids),
        key=key,
        changes=changes,
        act=_act(changes, is_mending=any(due.presents for due in found.question.dues)),
    )


def _act(changes: Sequence[str], *, is_mending: bool) -> str:
    if is_mending:
        return (
            f"Make these {len(changes)} changes"
            if len(changes) > 1
            else "Make this change"
            if changes
            else "Keep it so"
        )
    return f"Book these {len(changes)}" if len(changes) > 1 else "Book this visit"


def _placed(found: Proposals, course: Course) -> dict[int, Visit]:
    pairs = zip(found.question.dues, course.visits, strict=True)
    return {due.number: visit for due, visit in pairs if due.fixed is None}
