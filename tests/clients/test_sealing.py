"""A client's sealed part: made on first use, kept through merges and rotations, gone when its key is."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent
from practice.cli import main
from practice.clients.models import Client, ClientKey
from practice.clients.sealing import (
    destroy_record,
    hang_keys,
    open_record,
    open_records,
    record_to_write,
    require_keys,
    rotate_keys,
)
from practice.core.sealed_text import KeyRing, RecordDestroyed, SealBroken, WrongKey, key_id_of
from tests.conftest import NOW
from tests.factories import OWNER, act, make_client
from tests.processes import KEYS
from tests.statements import statements

OLD, NEW = KEYS["PRACTICE_RECORD_KEY"], "another-record-key-9876543210-zyxwvut"


@pytest.fixture
def ada(session: Session) -> Client:
    return make_client(session)


@pytest.fixture
def run(engine_url: str) -> Callable[..., Result]:
    def run(*arguments: str, **over: str) -> Result:
        return CliRunner().invoke(main, arguments, env={**KEYS, "PRACTICE_DATABASE_URL": engine_url, **over})

    return run


def seal(session: Session, client: Client, text: str) -> bytes:
    def work() -> bytes:
        return record_to_write(session, client_id=client.id, now=NOW).seal(text, Client.desk_note, client.uid)

    return act(session, work)


def opened(session: Session, client: Client, sealed: bytes) -> str:
    return open_record(session, client.id).open(sealed, Client.desk_note, client.uid)


def test_a_text_is_sealed_and_read_again_by_one_statement(session, ada):
    sealed = seal(session, ada, "numb since Monday")
    assert b"numb" not in sealed
    with statements(session.get_bind()) as made:
        assert opened(session, ada, sealed) == "numb since Monday"
    assert len(made) == 1
    assert opened(session, ada, seal(session, ada, "and more")) == "and more"
    assert session.scalar(select(func.count()).select_from(ClientKey)) == 1


def test_json_and_bytes_are_sealed_alike(session, ada):
    record = act(session, lambda: record_to_write(session, client_id=ada.id, now=NOW))
    value = {"fever": True, "since": "2026-11-20"}
    assert record.open_json(record.seal_json(value, Client.desk_note, "r"), Client.desk_note, "r") == value
    assert record.open_bytes(record.seal_bytes(b"%PDF", Client.desk_note, "r"), Client.desk_note, "r") == b"%PDF"


def test_many_records_open_by_one_statement_and_the_empty_ones_are_left_out(session, ada):
    bea, cleo = make_client(session), make_client(session)
    for client in (ada, bea):
        seal(session, client, "words")
    with statements(session.get_bind()) as made:
        assert set(open_records(session, {ada.id, bea.id, cleo.id})) == {ada.id, bea.id}
    assert len(made) == 1
    with pytest.raises(LookupError):
        open_record(session, cleo.id)


def test_a_key_that_is_rolled_back_seals_nothing_that_stays(session, ada):
    def work() -> None:
        record_to_write(session, client_id=ada.id, now=NOW)
        raise RecordDestroyed

    with pytest.raises(RecordDestroyed):
        act(session, work)
    assert open_records(session, {ada.id}) == {}


def test_rotation_wraps_keys_anew_and_leaves_what_is_sealed(session, sessions, ada):
    sealed = seal(session, ada, "numb")
    hang_keys(sessions, KeyRing(NEW, [OLD]))
    with sessions() as later:
        assert opened(later, ada, sealed) == "numb"
        later.rollback()
        assert act(later, lambda: rotate_keys(later, actor=OWNER, now=NOW)) == 1
        assert act(later, lambda: rotate_keys(later, actor=OWNER, now=NOW)) == 0
        assert later.scalar(select(ClientKey.key_id)) == key_id_of(NEW)
        assert later.scalar(select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(1)) == "key.rotate"
    hang_keys(sessions, KeyRing(NEW))
    with sessions() as afterwards:
        assert opened(afterwards, ada, sealed) == "numb"


def test_a_destroyed_record_is_never_read_or_written_again(session, ada):
    sealed = seal(session, ada, "numb")
    act(session, lambda: destroy_record(session, client=ada, actor=OWNER, now=NOW))
    for attempt in (lambda: opened(session, ada, sealed), lambda: seal(session, ada, "more")):
        with pytest.raises(RecordDestroyed):
            attempt()
    assert session.scalar(select(ClientKey.wrapped)) is None
    act(session, lambda: require_keys(session))


def test_a_client_for_whom_nothing_was_sealed_can_be_destroyed(session, ada):
    act(session, lambda: destroy_record(session, client=ada, actor=OWNER, now=NOW))
    with pytest.raises(RecordDestroyed):
        seal(session, ada, "words")


def test_another_clients_key_opens_nothing(session, ada):
    bea = make_client(session)
    sealed = seal(session, ada, "numb")
    seal(session, bea, "well")
    act(session, lambda: session.execute(delete(ClientKey).where(ClientKey.client_id == ada.id)))
    act(session, lambda: session.execute(update(ClientKey).values(client_id=ada.id)))
    with pytest.raises(SealBroken):
        opened(session, ada, sealed)
    with pytest.raises(WrongKey, match="altered"):
        require_keys(session)


def test_the_right_keys_pass_the_look_at_the_start(session, ada):
    require_keys(session)
    seal(session, ada, "numb")
    require_keys(session)


def test_a_wrong_key_keeps_the_practice_from_starting_and_says_what_to_do(session, ada, run):
    seal(session, ada, "numb")
    for command in (["serve", "--port", "0"], ["worker"], ["keys", "check"]):
        refused = run(*command, PRACTICE_RECORD_KEY=NEW)
        assert refused.exit_code == 1
        assert key_id_of(OLD) in refused.output
        assert "PRACTICE_FORMER_RECORD_KEYS" in refused.output


def test_keys_are_rotated_by_a_command(session, ada, run):
    sealed = seal(session, ada, "numb")
    assert "1 records" in run("keys", "rotate", PRACTICE_RECORD_KEY=NEW, PRACTICE_FORMER_RECORD_KEYS=OLD).output
    assert run("keys", "check", PRACTICE_RECORD_KEY=NEW).exit_code == 0
    assert run("keys", "check").exit_code == 1
    assert sealed


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({"PRACTICE_RECORD_KEY": ""}, "PRACTICE_RECORD_KEY is not set"),
        ({"PRACTICE_RECORD_KEY": "short"}, "at least 32"),
        ({"PRACTICE_RECORD_KEY": OLD + ",x"}, "no comma"),
        ({"PRACTICE_FORMER_RECORD_KEYS": f"{NEW},short"}, "PRACTICE_FORMER_RECORD_KEYS must be"),
    ],
)
def test_a_missing_or_unsafe_key_is_named(run, over, named):
    refused = run("db", "check", **over)
    assert refused.exit_code == 1
    assert named in refused.output
