"""Who gets a client's messages, and why nobody does."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent
from practice.clients import queries
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.details import RelationDetails
from practice.clients.errors import InvalidRelation
from practice.clients.models import Client, MessagesTo, RelationKind
from practice.clients.recipients import Recipient, WhyNone, message_recipient
from practice.clients.relations import add_relation, direct_messages
from practice.clients.service import set_consent, withdraw_consent
from tests.conftest import NOW
from tests.factories import RECEPTIONIST, act, guardian, make_client

TODAY = date(2026, 11, 24)


def recipient(session: Session, client: Client, on: date = TODAY) -> Recipient:
    return message_recipient(session, [client.id], on=on)[client.id]


def test_a_client_gets_her_own_messages_at_the_address_in_use(session: Session) -> None:
    client = make_client(session, first_name="Anna", last_name="Berg", email="Anna@Example.com", phone="416 555 0111")
    got = recipient(session, client)
    assert (got.address, got.phone, got.name, got.why_none) == ("anna@example.com", "+14165550111", "Anna Berg", None)


def test_without_an_address_there_is_a_phone_and_a_reason(session: Session) -> None:
    got = recipient(session, make_client(session, email=""))
    assert (got.address, got.why_none) == (None, WhyNone.NO_ADDRESS)
    assert got.phone


def test_a_guardian_who_is_a_client_gets_a_childs_messages_in_her_language(session: Session) -> None:
    mother = make_client(session, email="mother@example.com", language="fr")
    child = make_client(session, email="", phone="", relations=[guardian(mother)])
    got = recipient(session, child)
    assert (got.kind, got.address, got.language) == (MessagesTo.RELATION, "mother@example.com", "fr")


def test_a_named_person_needs_no_record(session: Session) -> None:
    carl = RelationDetails(RelationKind.BOOKS_FOR, name="Carl", email="Carl@example.com", gets_messages=True)
    got = recipient(session, make_client(session, relations=[carl]))
    assert (got.name, got.address) == ("Carl", "carl@example.com")


def test_a_relation_that_has_ended_gets_nothing(session: Session) -> None:
    mother = make_client(session)
    child = make_client(session, relations=[guardian(mother, valid_until=TODAY)])
    assert recipient(session, child).address is not None
    assert recipient(session, child, date(2026, 11, 25)).why_none == WhyNone.NO_RELATION


def test_nobody_means_nobody(session: Session) -> None:
    client = make_client(session)
    act(
        session,
        lambda: direct_messages(
            session, client=client, to=MessagesTo.NOBODY, version=None, actor=RECEPTIONIST, now=NOW
        ),
    )
    assert recipient(session, client).why_none == WhyNone.NOBODY_WANTED


def test_only_one_relation_gets_the_messages(session: Session) -> None:
    mother, father = make_client(session, first_name="Mother"), make_client(session, first_name="Father")
    child = make_client(session, relations=[guardian(mother), guardian(father)])
    assert recipient(session, child).name.startswith("Father")
    assert [row.gets_messages for row, _ in queries.list_relations(session, child.id)] == [False, True]


@pytest.mark.parametrize(
    "details",
    [
        RelationDetails(RelationKind.GUARDIAN),
        RelationDetails(RelationKind.GUARDIAN, name="Carl", valid_from=TODAY, valid_until=date(2026, 11, 23)),
    ],
)
def test_a_relation_names_somebody_and_ends_after_it_starts(session: Session, details: RelationDetails) -> None:
    client = make_client(session)
    with pytest.raises(InvalidRelation) as refused:
        act(
            session,
            lambda: add_relation(session, client=client, details=details, version=None, actor=RECEPTIONIST, now=NOW),
        )
    assert refused.value.ways_out


def test_nobody_is_a_relation_of_herself(session: Session) -> None:
    client = make_client(session)
    with pytest.raises(InvalidRelation):
        act(
            session,
            lambda: add_relation(
                session, client=client, details=guardian(client), version=None, actor=RECEPTIONIST, now=NOW
            ),
        )


def test_consent_is_kept_with_its_text_and_its_end(session: Session) -> None:
    client = make_client(session)
    version = CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version
    for _ in range(2):
        act(
            session,
            lambda: set_consent(
                session,
                client=client,
                purpose=Purpose.REMINDER_EMAIL,
                text_version=version,
                channel="desk",
                actor=RECEPTIONIST,
                now=NOW,
            ),
        )
    act(
        session,
        lambda: withdraw_consent(
            session, client=client, purpose=Purpose.REMINDER_EMAIL, channel="link", actor=RECEPTIONIST, now=NOW
        ),
    )
    rows = queries.list_consents(session, client.id)
    assert [(row.text_version, row.channel, row.withdrawn_channel) for row in rows] == [(version, "desk", "link")]


def test_a_merged_record_leads_to_the_one_that_is_kept(session: Session) -> None:
    kept, retired = make_client(session), make_client(session)

    def merge() -> None:
        session.get_one(Client, retired.id).merged_into_id = kept.id

    act(session, merge)
    assert queries.get_client(session, retired.uid).id == kept.id
    assert queries.search_clients(session, retired.last_name) == []


def test_what_is_audited_names_fields_and_never_what_they_hold(session: Session) -> None:
    make_client(session, first_name="Secretname", phone="+14165550177")
    data = " ".join(session.execute(select(AuditEvent.data)).scalars())
    assert "Secretname" not in data
    assert "5550177" not in data
