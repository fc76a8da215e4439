"""A warning sign is raised in one place, which stops what must stop; and every booking passes the gate."""

import ast

from practice.app import BOOKING_RULES
from practice.scheduling.gating.rule import SAFETY_RULE
from tests.house.sources import Source, product

ALLOWED = {"practice.treatment_plans.stopping"}


def raising(source: Source) -> list[str]:
    """Return where a module takes safety's own verb of raising a flag into its hands."""
    if source.module in ALLOWED or source.module == "practice.safety.flagging":
        return []
    return [
        f"{source.path}:{node.lineno}"
        for node in ast.walk(source.tree)
        if _imports_it(node) or (isinstance(node, ast.Attribute) and ast.unparse(node) == "flagging.raise_flag")
    ]


def _imports_it(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "practice.safety.flagging"
        and any(alias.name == "raise_flag" for alias in node.names)
    )


def test_only_stopping_raises_a_flag():
    assert [fault for source in product() for fault in raising(source)] == []


def test_another_caller_is_found():
    for planted in (
        "from practice.safety.flagging import raise_flag",
        "from practice.safety import flagging\nflagging.raise_flag(session)",
    ):
        assert raising(Source("practice/desk/planted.py", planted))


def test_the_gate_is_among_the_rules_of_every_booking():
    assert SAFETY_RULE in BOOKING_RULES
