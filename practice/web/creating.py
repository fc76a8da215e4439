"""Answering a creating POST: once per Idempotency-Key, with Location and ETag."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, jsonify
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.web.api import etag
from practice.web.database import write
from practice.web.idempotency import Answer, once, request_key


def post_once(work: Callable[[Session], Answer], *, actor: Actor, now: datetime) -> Response:
    """Run *work* in one transaction, unless this key was answered before, and return its answer."""
    key = request_key()
    answer = write(lambda session: once(session, lambda: work(session), key=key, actor=actor, now=now))
    response = jsonify(answer.body)
    response.status_code = answer.status
    if answer.location is not None:
        response.headers["Location"] = answer.location
    if "version" in answer.body:
        response.headers["ETag"] = etag(answer.body["version"])
    return response
