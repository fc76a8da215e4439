from datetime import timedelta

from sqlalchemy import text

from practice.reminders.heartbeat import FOLLOWING, HOUSEKEEPING, SENDING, beat
from tests.factories import act


def test_a_process_that_can_work_is_ready(app):
    answer = app.test_client().get("/ready")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")


def test_health_asks_the_database_nothing(app, monkeypatch):
    app.extensions["sessions"].configure(bind=None)
    assert app.test_client().get("/health").json == {"status": "alive"}


def test_a_database_at_another_revision_is_not_ready(app, session):
    session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    session.commit()
    answer = app.test_client().get("/ready")
    assert (answer.status_code, answer.json) == (503, {"status": "not_ready", "because": "schema"})


def test_a_database_that_is_gone_is_not_ready(app, session):
    session.execute(text("DROP TABLE alembic_version"))
    session.commit()
    answer = app.test_client().get("/ready")
    assert answer.status_code == 503


def test_ready_tells_each_job_of_the_worker_by_its_own_last_run(app, session, now):
    client = app.test_client()
    never = {name: seconds for name, seconds in client.get("/ready").json.items() if name.startswith("seconds_since")}
    assert set(never.values()) == {None}
    for job, seconds in ((SENDING, 5), (FOLLOWING, 50), (HOUSEKEEPING, 500)):
        ran_at = now - timedelta(seconds=seconds)
        act(session, lambda job=job, ran_at=ran_at: beat(session, job=job, worker="w", done=0, now=ran_at))
    told = client.get("/ready").json
    assert (
        told["seconds_since_mail_worker"],
        told["seconds_since_changes_followed"],
        told["seconds_since_housekeeping"],
    ) == (5, 50, 500)
