"""Every refusal has a documented code, and every one that asks for another act says which."""

import http

import pytest

from practice.core import errors
from practice.desk.refusal_notes import NOTES, REQUEST, RefusalNote
from practice.web.problems import STATUS, _code
from tests.house import refusals
from tests.house.sources import Source, product

# Failing to sign in is told by 401 and 429, a forged form by 400, whatever the kind of refusal.
ANSWERED_OTHERWISE = {"csrf_failed": 400, "sign_in_failed": 401, "too_many_tries": 429}
ANSWERED = (400, 401, 403, 404, 405, 412, 413, 415, 422, 428, 429, 500, 503)


def test_conflicts_stale_versions_and_rules_lead_somewhere():
    assert refusals.without_way_out(product(), refusals.read(product())) == []


def test_every_code_in_the_source_is_documented_and_no_other():
    used = refusals.codes(product()) | {_code(status) for status in ANSWERED}
    assert sorted(used - set(NOTES)) == [], "undocumented"
    assert sorted(set(NOTES) - used) == [], "documented but nowhere in the source"


def test_notes_are_sentences_with_a_known_status():
    for code, note in NOTES.items():
        assert http.HTTPStatus(note.status)
        assert note.means.endswith(".") and note.way_out.endswith("."), code
    assert {code: note.status for code, note in REQUEST.items()} == {
        _code(status): status for status in ANSWERED if _code(status) in REQUEST
    }


def test_notes_name_the_status_of_their_kind():
    known = refusals.read(product())
    for name, each in known.classes.items():
        if each.code in NOTES and (kind := known.kind(name)):
            status = ANSWERED_OTHERWISE.get(each.code, STATUS[getattr(errors, kind)])
            assert NOTES[each.code].status == status, each.code


def test_the_type_of_a_problem_leads_to_its_page(app):
    browser = app.test_client()
    overview = browser.get("/problems").text
    for code in NOTES:
        assert f'href="/problems/{code}"' in overview
        assert NOTES[code].means in browser.get(f"/problems/{code}").text.replace("&#39;", "'")
    assert browser.get("/problems/nonsense").status_code == 404


PLANTED = """
class Planted(Conflict):
    code = "planted"

class Carried(RuleViolation):
    def __init__(self):
        super().__init__("Words.", ways_out=(RELOAD,))

def bare():
    raise Planted("Words.")

def fitted():
    raise Planted("Words.", ways_out=(RELOAD,))

def carried():
    raise Carried()

def listed():
    return Refusal("in_a_list", "Words.")
"""


def test_a_refusal_without_way_out_or_documentation_is_found():
    planted = [Source("planted.py", PLANTED)]
    assert refusals.without_way_out(planted, refusals.read(planted)) == ["planted.py:10 Planted"]
    assert refusals.codes(planted) == {"planted", "in_a_list"}


def test_a_note_says_all_three():
    with pytest.raises(TypeError):
        RefusalNote(409, "Means.")
