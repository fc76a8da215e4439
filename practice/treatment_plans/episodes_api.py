"""Episodes over JSON, for clinical roles; each reading is logged."""

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.core.errors import NotFound
from practice.treatment_plans.chart_schemas import EpisodeSchema, EpisodesSchema
from practice.treatment_plans.drafting import draft_plan
from practice.treatment_plans.episodes import edit_episode, open_episode
from practice.treatment_plans.models import Episode
from practice.treatment_plans.plan_forms import (
    CHART,
    WRITE,
    Body,
    episode_details,
    own_episode,
    version_details,
    who_and_when,
)
from practice.treatment_plans.plan_input_schemas import EpisodeInputSchema, MadeSchema, PlanInputSchema
from practice.treatment_plans.queries import get_plan, list_episodes
from practice.treatment_plans.shown_charts import show_episodes
from practice.treatment_plans.shown_plans import Shown
from practice.visits.access import note_reading, own_client_id
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_episodes", __name__, url_prefix="/api/v1", description="Episodes of sciatica")

Read = tuple[Shown, int, dict[str, str]]


@blueprint.route("/clients/<uid:uid>/episodes")
class Episodes(MethodView):
    """The episodes of one client."""

    @blueprint.response(200, EpisodesSchema)
    @requires(CHART)
    def get(self, uid: str) -> Shown:
        """List them, the newest first."""

        def work(opened: Session) -> Shown:
            client_id = own_client_id(opened, uid, current_actor(), CHART)
            note_reading(opened, "client", uid, **who_and_when())
            return {"episodes": show_episodes(opened, list_episodes(opened, client_id))}

        return write(work)

    @blueprint.arguments(EpisodeInputSchema)
    @blueprint.response(201, MadeSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Open one."""

        def work(opened: Session) -> Answer:
            own_client_id(opened, uid, current_actor(), WRITE)
            made = open_episode(opened, client_uid=uid, details=episode_details(body), **who_and_when())
            return Answer(201, MadeSchema().dump(made), f"/api/v1/episodes/{made.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/episodes/<uid:uid>")
class OneEpisode(MethodView):
    """One episode."""

    @blueprint.response(200, EpisodeSchema)
    @requires(CHART)
    def get(self, uid: str) -> Read:
        """Read it."""

        def work(opened: Session) -> Read:
            note_reading(opened, "episode", uid, **who_and_when())
            return _read(opened, own_episode(opened, uid, CHART))

        return write(work)

    @blueprint.arguments(EpisodeInputSchema)
    @blueprint.response(200, EpisodeSchema)
    @requires(WRITE)
    def put(self, body: Body, uid: str) -> Read:
        """Correct what is known of it."""
        version = if_match_version()

        def work(opened: Session) -> Read:
            own_episode(opened, uid, WRITE)
            details = episode_details(body)
            edit_episode(opened, episode_uid=uid, details=details, version=version, **who_and_when())
            return _read(opened, own_episode(opened, uid, WRITE))

        return write(work)


@blueprint.route("/episodes/<uid:uid>/plans")
class PlansOfEpisode(MethodView):
    """Plans for an episode."""

    @blueprint.arguments(PlanInputSchema)
    @blueprint.response(201, MadeSchema)
    @requires(WRITE)
    def post(self, body: Body, uid: str) -> Response:
        """Write the first draft of a plan from a template."""

        def work(opened: Session) -> Answer:
            episode = own_episode(opened, uid, WRITE)
            if body["replaces_uid"] is not None:
                _require_same_client(opened, body["replaces_uid"], episode)
            plan = draft_plan(
                opened,
                episode_uid=uid,
                therapist_uid=body["treating_uid"],
                template=body["template"],
                details=version_details(body),
                replaces_uid=body["replaces_uid"],
                **who_and_when(),
            )
            return Answer(201, MadeSchema().dump(plan), f"/api/v1/plans/{plan.uid}")

        return post_once(work, actor=current_actor(), now=now())


def _require_same_client(opened: Session, plan_uid: str, episode: Episode) -> None:
    """Raise ``NotFound`` for a plan that is another client's: one replaces a plan of the same person."""
    if get_plan(opened, plan_uid).client.kept_id != episode.client.kept_id:
        raise NotFound("There is no such treatment plan of this client.")


def _read(opened: Session, episode: Episode) -> Read:
    (shown,) = show_episodes(opened, [episode])
    return shown, 200, {"ETag": etag(episode.version)}
