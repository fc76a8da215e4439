"""Finding a client: accents, parts of names, parts of phone numbers, birth dates."""

import pytest
from sqlalchemy.orm import Session

from practice.clients.queries import search_clients
from tests.factories import make_client


def found(session: Session, text: str) -> list[str]:
    return [hit.legal_name for hit in search_clients(session, text)]


@pytest.mark.parametrize(
    "typed",
    [
        "brule",
        "Brûlé",
        "tremb",
        "BRULE-TREM",
        "chloe tremb",
        "tremb chl",
        "416 555",
        "5550123",
        "0123",
        "(416) 555-0123",
        "+1 416",
        "chloe.b",
        "chloeb",
        "1979-03-14",
        "14.3.1979",
        "tremb 0123",
        "zoe",
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
