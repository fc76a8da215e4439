"""Finding a client: accents, parts of names, parts of phone numbers, birth dates; in one statement, however many."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from practice.clients.details import ClientDetails
from practice.clients.queries import find_duplicates, list_newest_clients, same_name_ids, search_clients
from practice.clients.recipients import message_recipient
from practice.clients.service import create_client, edit_client
from practice.clients.shown import details_of_client, likeness_of
from practice.core.transact import transact
from tests.conftest import NOW
from tests.factories import RECEPTIONIST, act, make_client
from tests.statements import statements


def found(session: Session, typed: str) -> list[str]:
    return [hit.legal_name for hit in search_clients(session, typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "brule",
        "Brûlé",
        "tremb",
        "BRULE-TREM",
        "bruletrem",
        "chloe tremb",
        "tremb chl",
        "zoe",
        "416 555",
        "555 0123",
        "5550123",
        "0123",
        "(416) 555-0123",
        "416.555.0123",
        "+1 416",
        "14165",
        "chloe.b",
        "chloeb",
        "chloe.b@example.com",
        "1979-03-14",
        "14.3.1979",
        "14/03/1979",
        "tremb 0123",
        "tremb 1979-03-14",
    ],
)
def test_a_client_is_found_by_any_beginning(session: Session, typed: str) -> None:
    make_client(
        session,
        first_name="Chloé",
        last_name="Brûlé-Tremblay",
        preferred_name="Zoé",
        phone="(416) 555-0123",
        email="chloe.b@example.com",
    )
    make_client(session, first_name="Somebody", last_name="Else", born_on=None, phone="+442079460018", email="")
    assert found(session, typed) == ["Chloé Brûlé-Tremblay"]


@pytest.mark.parametrize("typed", ["", "  ", "-", "%", "_", "@", "remblay", "1979-02-31", "tremb 9999", "example"])
def test_what_begins_nothing_finds_nobody(session: Session, typed: str) -> None:
    make_client(session, first_name="Chloé", last_name="Brûlé-Tremblay", email="chloe@example.com")
    assert found(session, typed) == []


def test_a_number_is_found_as_it_is_dialled_at_home(session: Session) -> None:
    make_client(session, last_name="London", phone="+44 20 7946 0018")
    assert [found(session, typed) for typed in ("020 7946", "7946", "+44 20")] == [["Clara London"]] * 3


def test_whole_names_come_before_beginnings_and_these_before_the_rest(session: Session) -> None:
    make_client(session, first_name="Anna", last_name="Lee")
    make_client(session, first_name="Tom", last_name="Leeroy")
    make_client(session, first_name="Lee", last_name="Zander")
    make_client(session, first_name="Some", last_name="One", email="lee@example.com")
    assert found(session, "lee") == ["Lee Zander", "Anna Lee", "Tom Leeroy", "Some One"]


def test_an_edit_is_found_by_the_new_words_and_not_by_the_old(session: Session) -> None:
    client = make_client(session, first_name="Anna", last_name="Berg", phone="+14165550111")
    details = ClientDetails("Anna", "Stein", phone="+1 416 555 0122")
    act(
        session, lambda: edit_client(session, client=client, details=details, version=None, actor=RECEPTIONIST, now=NOW)
    )
    assert [found(session, typed) for typed in ("stein", "0122", "berg", "0111")] == [["Anna Stein"]] * 2 + [[]] * 2


def test_people_of_one_name_carry_the_badge(session: Session) -> None:
    one = make_client(session, first_name="Anna", last_name="Berg")
    other = make_client(session, first_name="ANNA", last_name="Bérg")
    alone = make_client(session, first_name="Anna", last_name="Bergman")
    assert same_name_ids(session, [one.id, other.id, alone.id]) == {one.id, other.id}
    assert {hit.legal_name: hit.has_same_name for hit in search_clients(session, "berg")} == {
        "Anna Berg": True,
        "ANNA Bérg": True,
        "Anna Bergman": False,
    }


def test_a_family_on_one_mailbox_and_one_phone_is_no_duplicate(session: Session) -> None:
    make_client(session, first_name="Anna", last_name="Berg", email="berg@example.com", phone="+14165550111")
    details = ClientDetails("Carl", "Berg", email="berg@example.com", phone="+14165550111")
    assert find_duplicates(session, likeness_of(details, region="CA")) == []


@pytest.mark.parametrize(
    ("details", "reasons"),
    [
        (ClientDetails("anna", "BÉRG"), ("same_name",)),
        (ClientDetails("Anna", "Berg", born_on=date(1980, 1, 1)), ("same_name_other_birth_date",)),
        (ClientDetails("Ana", "Berg", born_on=date(1979, 3, 14)), ("near_name_same_birth_date",)),
        (ClientDetails("Anna", "Breg", born_on=date(1979, 3, 14)), ("near_name_same_birth_date",)),
        (ClientDetails("Anna", "Stein", phone="416 555 0111"), ("same_phone_same_first_name",)),
        (ClientDetails("Ana", "Berg"), ()),
        (ClientDetails("Bert", "Stein", born_on=date(1979, 3, 14)), ()),
        (ClientDetails("Anna", "Stein", phone="not a number"), ()),
    ],
)
def test_a_record_that_may_be_the_same_person_is_named_with_the_reason(
    session: Session, details: ClientDetails, reasons: tuple[str, ...]
) -> None:
    make_client(session, first_name="Anna", last_name="Berg", phone="+14165550111")
    duplicates = find_duplicates(session, likeness_of(details, region="CA"))
    assert [each.reasons for each in duplicates] == ([reasons] if reasons else [])


def _fill(session: Session, count: int) -> None:
    def work() -> None:
        for number in range(count):
            details = ClientDetails(
                "Berta", f"Berg{number}", phone=f"+1416555{number:04d}", email=f"b{number}@example.com"
            )
            create_client(session, details=details, actor=RECEPTIONIST, now=NOW)

    transact(session, work)


@pytest.mark.parametrize("count", [10, 200])
def test_the_number_of_statements_does_not_depend_on_the_number_of_clients(session: Session, count: int) -> None:
    _fill(session, count)
    engine = session.get_bind()
    ids = list(session.execute(text("SELECT id FROM client")).scalars())
    likeness = likeness_of(ClientDetails("Berta", "Berg1", phone="+14165550001"), region="CA")
    reads = {
        1: (
            lambda: search_clients(session, "berta berg"),
            lambda: search_clients(session, "416 555"),
            lambda: list_newest_clients(session),
            lambda: same_name_ids(session, ids),
        ),
        2: (lambda: find_duplicates(session, likeness), lambda: message_recipient(session, ids, on=NOW.date())),
    }
    for most, readers in reads.items():
        for read in readers:
            with statements(engine) as seen:
                assert read() is not None
            assert len(seen) <= most + (1 if most == 2 else 0), seen


def test_a_search_walks_the_index(session: Session) -> None:
    _fill(session, 200)
    if session.get_bind().dialect.name == "sqlite":
        plan = session.execute(
            text("EXPLAIN QUERY PLAN SELECT client_id FROM client_word WHERE word >= 'ber' AND word < 'ber\U0010ffff'")
        ).all()
        assert "SEARCH" in str(plan)
    else:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(
            text("EXPLAIN SELECT client_id FROM client_word WHERE word >= 'ber' AND word < 'ber\U0010ffff'")
        ).all()
        assert "pk_client_word" in str(plan)


def test_a_record_is_written_back_as_it_was_read(session: Session) -> None:
    client = make_client(session, preferred_name="Zoé", pronouns="they", desk_note="Rings twice.\nThen waits.")
    version = client.version
    details = details_of_client(client)
    act(
        session,
        lambda: edit_client(session, client=client, details=details, version=version, actor=RECEPTIONIST, now=NOW),
    )
    assert client.version == version
