"""Judging at a checkpoint: the verdict as computed with its numbers, the therapist's own word, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint
from marshmallow import fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients.sealing import SealedRecord, open_record
from practice.desk.plans.saying import MEASURE_WORDS, SIGN_WORDS, STEP_WORDS, VERDICT_WORDS
from practice.desk.ways_out import PlainPlace, offers_of
from practice.treatment_plans.checkpoints import REFERENCE, Checkpoint, Decision, assess, find_checkpoint, number
from practice.treatment_plans.lifecycles import RUNNING_PLANS, PlanState
from practice.treatment_plans.models import Reassessment, TreatmentPlan
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.plan_forms import CHART, WRITE, own_plan, who_and_when
from practice.treatment_plans.progress import Change, Verdict
from practice.treatment_plans.queries import list_reassessments
from practice.visits.access import note_reading
from practice.web.database import session, write
from practice.web.form_pages import Body, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page
from practice.web.schemas import StrictSchema, Text, WholeNumber

blueprint = Blueprint("desk_reassessment", __name__, template_folder="../templates")

ANSWERS = {
    "improved": "improved",
    "not_improved": "not improved",
    "at_floor": "nothing left to gain",
    "missing": "not measured",
}
NEW_VERSION = frozenset({Step.RETRY_WITH_LESS, Step.CHANGE_APPROACH, Step.TAPER})


class DecisionSchema(StrictSchema):
    """What the therapist decides."""

    after_number = WholeNumber(1, 999, required=True)
    decided = fields.String(required=True, validate=validate.OneOf([str(each) for each in Verdict]))
    decision = fields.String(
        required=True,
        validate=validate.OneOf([str(each) for each in Step], error="Choose what follows."),
        error_messages={"required": "Choose what follows."},
    )
    adherence = WholeNumber(0, 100, load_default=None)
    reason = Text(longest=2000, multiline=True, load_default="")


@dataclass(frozen=True, slots=True)
class Line:
    """One measure's way in words."""

    name: str
    before: float | None
    after: float | None
    answer: str
    is_better: bool
    matters: str
    source: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier checkpoint found."""

    after_number: int
    decided: str
    computed: str
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReassessPage:
    """The page; ``found`` is None before a visit."""

    plan: TreatmentPlan
    found: Checkpoint | None
    earlier: Sequence[Earlier]
    reference: str = REFERENCE

    @property
    def lines(self) -> list[Line]:
        """Return the numbers behind the verdict."""
        if self.found is None:
            return []
        found = self.found
        return [_line(found, each) for each in (found.progress.pain, *found.progress.function)]

    @property
    def verdict(self) -> str:
        """Return the computed verdict's code."""
        return "" if self.found is None else str(self.found.progress.verdict)

    @property
    def is_judged(self) -> bool:
        """Return whether the last session that was treated has its verdict already."""
        judged = max((each.after_number for each in self.earlier), default=0)
        return self.found is not None and judged >= self.found.after_number

    @property
    def may_decide(self) -> bool:
        """Return whether there is something to decide."""
        return self.found is not None and not self.is_judged and PlanState(self.plan.state) in RUNNING_PLANS

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Return for each verdict what it leaves open, in words."""
        if self.found is None:
            return []
        steps = {verdict: self.found.steps(verdict) for verdict in Verdict}
        return [(VERDICT_WORDS[each], ", ".join(STEP_WORDS[step] for step in open_)) for each, open_ in steps.items()]

    @property
    def open_steps(self) -> list[tuple[str, str]]:
        """Return the steps that the computed verdict leaves open, the first one proposed."""
        steps = () if self.found is None else self.found.steps(self._computed)
        return [(str(step), STEP_WORDS[step]) for step in steps]

    @property
    def other_steps(self) -> list[tuple[str, str]]:
        """Return the other steps, which another verdict may leave open."""
        known = {code for code, _ in self.open_steps}
        return [(str(step), STEP_WORDS[step]) for step in Step if str(step) not in known]

    @property
    def _computed(self) -> Verdict:
        return Verdict(self.verdict)


def _line(found: Checkpoint, change: Change) -> Line:
    answer, definition = str(change.answer), found.definitions[change.code]
    matters = "" if definition.mic_abs is None else f"{definition.mic_abs:g}"
    if definition.mic_pct is not None:
        matters += f" and {definition.mic_pct:g} %"
    return Line(
        name=MEASURE_WORDS[change.code].capitalize(),
        before=number(change.before),
        after=number(change.after),
        answer=ANSWERS[answer],
        is_better=answer == "improved",
        matters=matters,
        source=definition.source,
    )


@blueprint.get("/plans/<uid:uid>/reassessment")
@requires(WRITE)
def show(uid: str) -> Response:
    """Show how the course stands, and what can be decided; each look is logged."""
    return _page(uid)


@blueprint.post("/plans/<uid:uid>/reassessment")
@requires(WRITE)
def post(uid: str) -> Response:
    """Keep the verdict, as computed and as decided, and lead on to what was decided."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        own_plan(opened, uid, WRITE)
        step = Step(body["decision"])
        decision = Decision(
            after_number=body["after_number"],
            decided=Verdict(body["decided"]),
            step=step,
            reason=body["reason"],
            adherence=body["adherence"],
        )
        assess(opened, plan_uid=uid, decision=decision, **who_and_when())
        return f"/plans/{uid}/version" if step in NEW_VERSION else f"/plans/{uid}"

    said = "The re-assessment is kept: the verdict as computed, and yours."
    return post_form(DecisionSchema(), act, partial(_page, uid), said=said, actor=current_actor())


def _page(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    write(lambda opened: note_reading(opened, "treatment_plan", own_plan(opened, uid, CHART).uid, **who_and_when()))
    plan = own_plan(session(), uid, CHART)
    rows = list_reassessments(session(), plan.id)
    sealed = open_record(session(), plan.client_id) if rows else None
    page = ReassessPage(plan, find_checkpoint(session(), plan), [_earlier(row, sealed) for row in rows])
    given = form or FormState()
    offers = offers_of(given.refusal, PlainPlace(f"/plans/{uid}/reassessment"))
    more: dict[str, Any] = {
        "verdicts": [(str(code), words) for code, words in VERDICT_WORDS.items()],
        "signs": SIGN_WORDS,
        "said": VERDICT_WORDS,
    }
    return render_page("desk/plan_reassessment.html", status=status, page=page, form=given, offers=offers, **more)


def _earlier(row: Reassessment, sealed: SealedRecord | None) -> Earlier:
    reason = "" if row.reason is None or sealed is None else sealed.open(row.reason, Reassessment.reason, row.uid)
    decided, computed = VERDICT_WORDS[Verdict(row.decided)], VERDICT_WORDS[Verdict(row.verdict)]
    return Earlier(row.after_number, decided, computed, STEP_WORDS[Step(row.decision)], reason)
