from sqlalchemy import text


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
