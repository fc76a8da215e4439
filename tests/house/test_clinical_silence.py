"""Nothing clinical reaches the desk or a client's link: every page, list and file that either may read is searched."""

import pytest
from sqlalchemy import select

from practice.clients.models import Client
from practice.core.transact import transact
from practice.safety.catalogue import usual
from practice.safety.flagging import raise_flag
from practice.safety.heard import note_heard
from practice.safety.models import Flag
from tests.conftest import NOW
from tests.factories import OWNER
from tests.house.access_world import LINK_MAKERS, World
from tests.house.test_permissions import _ROWS, send, values_for, world  # noqa: F401  # a fixture

CANARY = "zebrafinch"
TOKENS = (CANARY, "CANCER_HX", "Past or current cancer", "Blocks treatment")
WHO = {"receptionist": lambda kind: kind not in LINK_MAKERS, "link": lambda kind: kind in LINK_MAKERS}


def reads(actor: str) -> list[tuple[str, str]]:
    return [
        key
        for key, (kind, letters) in sorted(_ROWS.items())
        if key[0] == "GET" and letters[actor] == "Y" and WHO[actor](kind)
    ]


def flag_everybody(here: World) -> None:
    """Let every client have a warning sign with words of its own, and something that a caller said."""
    session = here.session
    flagged = select(Flag.client_id)

    def work() -> None:
        for client_id in session.scalars(select(Client.id).where(Client.id.not_in(flagged))).all():
            said = {"client_id": client_id, "actor": OWNER, "now": NOW}
            raise_flag(session, raised=usual("CANCER_HX"), source="person", note=CANARY, **said)
            note_heard(session, words=CANARY, **said)

    session.rollback()
    transact(session, work)


def told_of(here: World, key: tuple[str, str], actor: str) -> list[str]:
    values = values_for(here, _ROWS[key][0], actor)
    flag_everybody(here)
    answer = send(here, key, actor, values)
    body = answer.get_data(as_text=True)
    return [token for token in TOKENS if token in body or token in str(answer.headers)]


@pytest.mark.parametrize("key", reads("receptionist"), ids=" ".join)
def test_the_desk_reads_nothing_clinical(world: World, key: tuple[str, str]) -> None:  # noqa: F811  # the fixture
    assert told_of(world, key, "receptionist") == []


@pytest.mark.parametrize("key", reads("link"), ids=" ".join)
def test_a_link_shows_nothing_clinical(world: World, key: tuple[str, str]) -> None:  # noqa: F811  # the fixture
    assert told_of(world, key, "link") == []


def test_the_search_finds_what_those_who_treat_may_read(world: World) -> None:  # noqa: F811  # the fixture
    assert told_of(world, ("GET", "/clients/<uid:uid>/safety"), "owner") == list(TOKENS)
