"""The repository speaks of the product only, its README lists what there is, and vendored files are the pinned ones."""

import hashlib
import json
import re
import tomllib
from itertools import chain

import pytest

from tests.house.sources import ROOT, tracked_files

# Spelled in pieces, so that this file is no find of its own.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:home|Users|work|root)/(?!\.)\w+"),
    "a host that serves packages": re.compile(
        r"(?:pypi|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs)" + r"\.(?:org|com|net)"
    ),
    "a merge left open": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
    "a task left open": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
    "a number of a tracker": re.compile(r"\bissue #?" + r"\d+", re.IGNORECASE),
}
PINS = {"uv.lock", "script/vendor"}
BINARY = {".woff2", ".png", ".ico"}
VENDOR = "practice/web/static/vendor/"
TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "benchmarks", "migrations", "practice", "pyproject.toml",
    "script", "tests", "uv.lock", "wsgi.py",
}  # fmt: skip
SETTING = re.compile(r"\bPRACTICE_[A-Z_]+\b")
FOR_TESTS_ONLY = {"PRACTICE_FAILPOINT"}


def slips(path: str, text: str) -> list[str]:
    """Return what a text says that the repository must not say."""
    if path in PINS or path.startswith(VENDOR):
        return []
    return [f"{path}: {what}: {match.group()}" for what, word in FORBIDDEN.items() for match in word.finditer(text)]


def _text_files() -> list[str]:
    return [path for path in tracked_files() if not any(path.endswith(suffix) for suffix in BINARY)]


def test_the_repository_speaks_of_itself_only():
    found = (slips(path, (ROOT / path).read_text(encoding="utf-8")) for path in _text_files())
    assert list(chain.from_iterable(found)) == []


@pytest.mark.parametrize(
    "planted",
    ["see /home/" + "ada/x", "https://cdn.jsdelivr" + ".net/x", "# TO" + "DO", "<" * 7 + " HEAD", "(issue" + " 12)"],
)
def test_a_planted_slip_is_found(planted):
    assert len(slips("practice/core/text.py", planted)) == 1


def test_nothing_new_lies_at_the_top():
    assert {path.split("/")[0] for path in tracked_files()} <= TOP_LEVEL


def test_every_setting_is_in_the_readme_and_no_other():
    used = (
        set(SETTING.findall("".join(path.read_text() for path in (ROOT / "practice").rglob("*.py")))) - FOR_TESTS_ONLY
    )
    described = set(SETTING.findall((ROOT / "README.md").read_text()))
    assert {name for name in used if not name.endswith("_")} == described


def test_every_script_of_the_readme_exists_and_can_be_run():
    named = set(re.findall(r"script/[a-z]+", (ROOT / "README.md").read_text()))
    assert {"script/demo", "script/test", "script/lint", "script/bench"} <= named
    for path in [*named, ".ci/run"]:
        assert (ROOT / path).stat().st_mode & 0o111, path


def test_the_package_is_the_one_that_the_changelog_describes():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def changed_files(folder, entries) -> list[str]:
    """Return the vendored files whose bytes are not the listed ones."""
    listed = {name: digest for entry in entries for name, digest in entry["files"].items()}
    return [
        name for name, digest in listed.items() if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


def test_vendored_files_are_the_listed_ones():
    entries = json.loads((ROOT / VENDOR / "vendor.json").read_text())
    assert changed_files(ROOT / VENDOR, entries) == []
    listed = {name for entry in entries for name in entry["files"]} | {"vendor.json"}
    assert {path.removeprefix(VENDOR) for path in tracked_files() if path.startswith(VENDOR)} == listed


def test_an_altered_vendored_file_is_found(tmp_path):
    (tmp_path / "a.js").write_text("altered")
    assert changed_files(tmp_path, [{"files": {"a.js": hashlib.sha256(b"as it was").hexdigest()}}]) == ["a.js"]
