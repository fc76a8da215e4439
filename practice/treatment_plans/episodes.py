"""Opening and correcting an episode: side, branch and onset are codes, cause and source are sealed."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.queries import get_client
from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version
from practice.core.events import Event, record
from practice.treatment_plans.details import EpisodeDetails
from practice.treatment_plans.models import Episode
from practice.treatment_plans.queries import get_episode


def open_episode(session: Session, *, client_uid: str, details: EpisodeDetails, actor: Actor, now: datetime) -> Episode:
    """Open a course of sciatica for a client; raises ``NotFound``."""
    client = get_client(session, client_uid)
    episode = Episode(uid=new_uid(), client_id=client.id, created_at=now, created_by_id=actor.user_id)
    _write(session, episode, details, now=now)
    session.add(episode)
    session.flush()
    record(session, Event("episode.open", "episode", episode.uid, actor, now))
    return episode


def edit_episode(
    session: Session,
    *,
    episode_uid: str,
    details: EpisodeDetails,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Episode:
    """Correct what is known of an episode; raises ``NotFound`` and ``StaleVersion``."""
    episode = get_episode(session, episode_uid)
    require_version(episode.version, version)
    _write(session, episode, details, now=now)
    session.flush()
    record(session, Event("episode.edit", "episode", episode.uid, actor, now))
    return episode


def _write(session: Session, episode: Episode, details: EpisodeDetails, *, now: datetime) -> None:
    episode.side, episode.branch, episode.onset_on = details.side, details.branch, details.onset_on
    sealed = record_to_write(session, client_id=episode.client_id, now=now)
    causes = sorted(str(cause) for cause in details.causes)
    episode.cause = sealed.seal_json(causes, Episode.cause, episode.uid)
    episode.cause_source = sealed.seal(str(details.source), Episode.cause_source, episode.uid)
