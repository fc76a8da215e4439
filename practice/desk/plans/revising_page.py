"""The page of a version: what can be chosen for it, and what a next one would do to the visits that are booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from practice.clinic.models import Service, ServiceKind
from practice.clinic.queries import list_services, list_therapists
from practice.desk.plans.revising_forms import MOST_ROWS, values_of
from practice.treatment_plans.lifecycles import RUNNING_PLANS, PlanState, SessionState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import list_versions
from practice.treatment_plans.revision_effects import Effect, Fate, OnDay, effects_of
from practice.treatment_plans.session_states import STANDING
from practice.treatment_plans.sessions import SessionView, list_sessions
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import shape_of

Options = Sequence[tuple[str, str]]

_SETTLED = frozenset({SessionState.DELIVERED, SessionState.SKIPPED, SessionState.ARRIVED, SessionState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class RevisingPage:
    """The form of a version; ``draft`` is what it edits, None when it writes a new one from the one in force."""

    plan: TreatmentPlan
    draft: PlanVersion | None
    shown: PlanVersion
    values: Mapping[str, Any]
    services: Options
    assessments: Options
    therapists: Options
    effects: Sequence[Effect]
    first_number: int

    @property
    def path(self) -> str:
        """Return the page's address."""
        return f"/plans/{self.plan.uid}/version"

    @property
    def number(self) -> int:
        """Return the number of the version that the form writes."""
        return self.shown.number if self.draft is not None else self.shown.number + 1

    @property
    def asks_reason(self) -> bool:
        """Return whether a new version is written, which needs a reason."""
        return self.draft is None

    @property
    def is_running(self) -> bool:
        """Return whether somebody is treated by the plan already."""
        return PlanState(self.plan.state) in RUNNING_PLANS

    @property
    def rows(self) -> range:
        """Return the rows for blocks."""
        return range(1, MOST_ROWS + 1)

    @property
    def labels(self) -> dict[str, str]:
        """Return what the fields are called."""
        said = {"times": "sessions", "every_weeks": "weeks", "periods": "times over", "gap_min": "least days"}
        cells = {
            f"block_{row}_{name}": f"Block {row}, {label}"
            for row in self.rows
            for name, label in {**said, "gap_max": "most days"}.items()
        }
        more = {"minutes": "Minutes of a session", "checkpoints": "Re-assess after sessions", "reason": "Reason"}
        return {**cells, **more, "service": "Service", "therapist": "Therapist"}

    @property
    def upset(self) -> list[Effect]:
        """Return the booked visits that no longer fit."""
        return [each for each in self.effects if each.fate in (Fate.TOO_NEAR, Fate.TOO_FAR, Fate.BEYOND)]

    def count(self, fate: str) -> int:
        """Return how many sessions meet a fate."""
        return sum(each.fate == fate for each in self.effects)


def revising_page(session: Session, plan: TreatmentPlan) -> RevisingPage:
    """Return the page of a plan that has not ended; a constant number of statements."""
    versions = list_versions(session, plan.id, (VersionState.ACTIVE, VersionState.DRAFT))
    draft = next((row for row in versions if row.state == VersionState.DRAFT), None)
    shown = draft or versions[0]
    views = list_sessions(session, plan.id)
    first = 1 + max((each.number for each in views if each.state in _SETTLED), default=0)
    services = list_services(session, active_only=False)
    therapists = list_therapists(session, active_only=False)
    return RevisingPage(
        plan=plan,
        draft=draft,
        shown=shown,
        values=values_of(
            shown,
            {row.id: row.uid for row in services},
            {row.id: row.uid for row in therapists},
            0 if draft is not None else first - shown.first_number,
        ),
        services=_options(services, ServiceKind.HANDS_ON, shown.service_id),
        assessments=_options(services, ServiceKind.ASSESSMENT, shown.reassess_service_id),
        therapists=[(row.uid, row.name) for row in therapists if row.is_active or row.id == shown.therapist_id],
        effects=_effects(views, draft) if draft is not None else (),
        first_number=shown.first_number if draft is not None else first,
    )


def _options(services: Sequence[Service], kind: ServiceKind, kept_id: int | None) -> list[tuple[str, str]]:
    return [
        (row.uid, f"{row.name}, {row.duration_minutes} min")
        for row in services
        if row.kind == kind and (row.is_active or row.id == kept_id)
    ]


def _effects(views: Sequence[SessionView], draft: PlanVersion) -> list[Effect]:
    """Return what the draft of a running plan would do; nothing for a plan without sessions."""
    settled = [each.number for each in views if each.state in _SETTLED]
    shape = shape_of(draft)
    if not views:
        return []
    effects = effects_of([OnDay(each.number, _day(each)) for each in views], shape)
    return [each for each in effects if each.number not in settled]


def _day(view: SessionView) -> date | None:
    lies = view.state in STANDING or view.state is SessionState.DELIVERED
    return view.local_start.date() if lies and view.local_start is not None else None
