"""What a link opens: reading it changes nothing, tells nobody where it was read, is kept nowhere and loads only ours."""

import re

import pytest

from tests.house.access_world import LINK_MAKERS, World
from tests.house.test_permissions import _ROWS, _address, values_for, world  # noqa: F401  # a fixture
from tests.house.test_reads import changed_by

OPENED = sorted(key for key, (kind, _) in _ROWS.items() if key[0] == "GET" and kind in LINK_MAKERS)
_LOADED = re.compile(r"""<(?:script|link|img|iframe|source|form)\b[^>]*?\b(?:src|href|action)="([^"]+)\"""", re.ASCII)


@pytest.mark.parametrize("key", OPENED, ids=" ".join)
def test_reading_a_link_is_private_and_changes_nothing(world: World, key: tuple[str, str]) -> None:  # noqa: F811
    address = _address(world.app, key, values_for(world, _ROWS[key][0], "link"))
    world.session.rollback()
    answers = []

    def read() -> None:
        answers.extend(world.app.test_client().open(address, method=method) for method in ("GET", "HEAD"))

    assert changed_by(world, read) == []
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers or "HttpOnly" in answer.headers["Set-Cookie"]
    assert answers[1].data == b""
    loaded = _LOADED.findall(answers[0].get_data(as_text=True))
    assert [each for each in loaded if not each.startswith("/") or each.startswith("//")] == []


def test_every_page_behind_a_link_is_walked() -> None:
    assert {rule.split("/")[1] for _, rule in OPENED} >= {"m", "u", "o", "s", "f"}
