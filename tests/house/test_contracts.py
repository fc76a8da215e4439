"""The import contracts of pyproject.toml hold, are complete, and have teeth."""

import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import grimp
import pytest

from tests.house.sources import ROOT, product

OUTSIDE_WORLD = {"aiosmtpd", "alembic", "apscheduler", "click", "smtplib", "socket", "subprocess", "waitress"}


def contracts() -> dict[str, dict[str, list[str]]]:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract for contract in configured}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("practice", include_external_packages=True, cache_dir=None)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def pure_modules(graph: grimp.ImportGraph) -> set[str]:
    """Return the modules that reach no framework and nothing of the outside world by any chain of imports, packages' docstring files left out."""
    modules = {source.module for source in product() if not source.path.endswith("__init__.py")}
    impure = OUTSIDE_WORLD | set(contracts()["pure"]["forbidden_modules"])
    return {module for module in modules if not graph.find_upstream_modules(module) & impure}


def test_the_contracts_hold():
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout


def test_every_pure_module_is_held_to_it(graph):
    patterns = [pattern.replace("**", "*") for pattern in contracts()["pure"]["source_modules"]]
    unlisted = [module for module in pure_modules(graph) if not any(fnmatch(module, pattern) for pattern in patterns)]
    assert sorted(unlisted) == [], "list these in the contract 'pure'"


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("practice/core/text.py", "import practice.clinic.models"),
        ("practice/portal/planted.py", "import practice.desk.diary.planted"),
        ("practice/desk/diary/address.py", "import practice.desk.booking.draft"),
        ("practice/core/intervals.py", "import sqlalchemy"),
        ("practice/clinic/queries.py", "import flask"),
        ("practice/lodger/__init__.py", '"""A package without a floor."""'),
    ],
)
def test_a_planted_import_breaks_a_contract(tmp_path, module, line):
    _copy_product(tmp_path)
    desk = tmp_path / "practice" / "desk" / "diary" / "planted.py"
    desk.write_text('"""Planted."""\n')
    target = tmp_path / module
    target.parent.mkdir(exist_ok=True)
    target.write_text((target.read_text() if target.exists() else "") + f"\n{line}\n")
    outcome = lint(tmp_path)
    assert outcome.returncode != 0
    assert "BROKEN" in outcome.stdout or "exhaustive" in outcome.stdout.lower(), outcome.stdout + outcome.stderr


def _copy_product(folder: Path) -> None:
    for path in [ROOT / "pyproject.toml", *(ROOT / "practice").rglob("*.py")]:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text())
