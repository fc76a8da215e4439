"""Recording a visit over JSON, for clinical roles: what raises a flag raises it in the same transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.safety.catalogue import Raised
from practice.treatment_plans import visiting
from practice.visits.access import RECORD, own_visit
from practice.visits.body_map import Painted, Quality, Side
from practice.visits.measures import Timing
from practice.visits.measuring import Number, get_measure
from practice.visits.models import Visit
from practice.visits.notes.consent import Consent
from practice.visits.notes.reactions import Reaction
from practice.visits.notes.schemas import (
    ReactionSchema,
    RecordedConsentSchema,
    RecordedReactionSchema,
    VisitConsentSchema,
)
from practice.visits.pre_check import Answers
from practice.visits.schemas import (
    AnswersSchema,
    BodyMapSchema,
    CorrectedReadingSchema,
    CorrectionSchema,
    NumbersSchema,
    ReadingSchema,
    RecordedSchema,
)
from practice.visits.vital_signs import get_vitals
from practice.visits.vitals import RANGES, Reading
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_visit_records", __name__, url_prefix="/api/v1/visits/<uid:uid>", description="Recording")

Body = dict[str, Any]
Work = Callable[[Session, Visit, dict[str, Any]], Sequence[Raised]]


@blueprint.route("/pre-checks")
class PreChecks(MethodView):
    """The short questions before treatment."""

    @blueprint.arguments(AnswersSchema)
    @blueprint.response(201, RecordedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Record the answers; an empty body says that nothing is new."""
        answers = Answers(**{name: frozenset(found) for name, found in body.items()})

        def work(opened: Session, visit: Visit, who: dict[str, Any]) -> Sequence[Raised]:
            return visiting.answer_pre_check(opened, visit=visit, answers=answers, **who)

        return recorded(uid, work)


@blueprint.route("/vitals")
class VitalSigns(MethodView):
    """Pressure, rates and tension."""

    @blueprint.arguments(ReadingSchema)
    @blueprint.response(201, RecordedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Record a reading; measured again, the last one counts."""
        timing = Timing(body["timing"])

        def work(opened: Session, visit: Visit, who: dict[str, Any]) -> Sequence[Raised]:
            return visiting.take_vitals(opened, visit=visit, reading=reading_of(body), timing=timing, **who)

        return recorded(uid, work)


@blueprint.route("/vitals/<uid:part>/correction")
class VitalsCorrection(MethodView):
    """A reading that was wrong."""

    @blueprint.arguments(CorrectedReadingSchema)
    @blueprint.response(201, RecordedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str, part: str) -> Response:
        """Put another in its place; the first stays readable."""

        def work(opened: Session, visit: Visit, who: dict[str, Any]) -> Sequence[Raised]:
            wrong, reading = get_vitals(opened, visit.id, part), reading_of(body)
            return visiting.put_vitals_right(
                opened, visit=visit, wrong=wrong, reading=reading, reason=body["reason"], **who
            )

        return recorded(uid, work)


@blueprint.route("/measures")
class Measures(MethodView):
    """Numbers of measures."""

    @blueprint.arguments(NumbersSchema)
    @blueprint.response(201, RecordedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Record numbers, all or none."""
        numbers = [
            Number(each["code"], each["part"], each["value"], Timing(each["timing"])) for each in body["measures"]
        ]
        return recorded(uid, lambda opened, visit, who: visiting.measure(opened, visit=visit, numbers=numbers, **who))


@blueprint.route("/measures/<uid:part>/correction")
class MeasureCorrection(MethodView):
    """A number that was wrong."""

    @blueprint.arguments(CorrectionSchema)
    @blueprint.response(201, RecordedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str, part: str) -> Response:
        """Put another in its place; the first stays readable."""

        def work(opened: Session, visit: Visit, who: dict[str, Any]) -> Sequence[Raised]:
            wrong = get_measure(opened, visit.id, part)
            return visiting.put_measure_right(opened, visit=visit, wrong=wrong, **body, **who)

        return recorded(uid, work)


@blueprint.route("/body-map")
class BodyMap(MethodView):
    """Where it hurts."""

    @blueprint.arguments(BodyMapSchema)
    @blueprint.response(201, RecordedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Paint the map, in place of what was painted before."""
        painted = [
            Painted(each["region"], Side(each["side"]), Quality(each["quality"]), each["intensity"])
            for each in body["painted"]
        ]
        timing = Timing(body["timing"])

        def work(opened: Session, visit: Visit, who: dict[str, Any]) -> Sequence[Raised]:
            return visiting.paint(opened, visit=visit, painted=painted, timing=timing, **who)

        return recorded(uid, work)


@blueprint.route("/consents")
class Consents(MethodView):
    """The consent of the day."""

    @blueprint.arguments(VisitConsentSchema)
    @blueprint.response(201, RecordedConsentSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Note it; without elements it says again what was agreed to before."""
        given = Consent(**{**body, "elements": frozenset(body["elements"])})

        def once(opened: Session) -> Answer:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            row = visiting.consent(opened, visit=visit, consent=given, actor=current_actor(), now=now())
            return Answer(201, RecordedConsentSchema().dump(row), f"/api/v1/visits/{visit.uid}")

        return post_once(once, actor=current_actor(), now=now())


@blueprint.route("/reactions")
class Reactions(MethodView):
    """What the treatment was followed by."""

    @blueprint.arguments(ReactionSchema)
    @blueprint.response(201, RecordedReactionSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Record it; a severe one, or a new sign of the nerves, lets the plan rest."""
        reaction = Reaction(**body)

        def once(opened: Session) -> Answer:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            row = visiting.report_reaction(opened, visit=visit, reaction=reaction, actor=current_actor(), now=now())
            told = {"uid": row.uid, "is_incident": reaction.is_incident}
            return Answer(201, RecordedReactionSchema().dump(told), f"/api/v1/visits/{visit.uid}")

        return post_once(once, actor=current_actor(), now=now())


def recorded(uid: str, work: Work) -> Response:
    """Do *work* for a visit of the actor's own client; answer with the flags that it raised."""

    def once(opened: Session) -> Answer:
        actor = current_actor()
        visit = own_visit(opened, uid, actor, RECORD)
        raised = work(opened, visit, {"actor": actor, "now": now()})
        told = {"uid": visit.uid, "version": visit.version, "raised": raised}
        return Answer(201, RecordedSchema().dump(told), f"/api/v1/visits/{visit.uid}")

    return post_once(once, actor=current_actor(), now=now())


def reading_of(body: Body) -> Reading:
    """Return the numbers of a reading."""
    return Reading(**{name: body[name] for name in RANGES})
