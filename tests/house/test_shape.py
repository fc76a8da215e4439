"""One commit point, empty packages, imports at the top, the web framework only in faces."""

import ast
import re

from tests.house.sources import Source, product

COMMITS_IN = {"practice.core.transact"}
ENDS_A_TRANSACTION = {"commit", "rollback", "begin_nested", "begin"}
TEXTUAL = re.compile(r"""["'](?:COMMIT|ROLLBACK|SAVEPOINT|END)\b""")
WEB_LIBRARIES = {"flask", "flask_migrate", "flask_smorest", "flask_sqlalchemy", "flask_wtf", "werkzeug", "webargs"}
FACES = re.compile(
    r"practice\.(app|cli|routes|worker|__main__|web(\..+)?|demo(\..+)?"
    r"|([a-z_]+\.)+(api|[a-z_]*_api|views|[a-z_]*_views|forms|[a-z_]*_forms|schemas|[a-z_]*_schemas|pages|[a-z_]*_pages"
    r"|current|policy|sign_in|signing_pins|unlocking|csrf|ownership|cli|commands))$"
)


def transaction_ends(source: Source) -> list[str]:
    """Return the places of a module that commit, roll back or begin, unless it is the commit point."""
    if source.module in COMMITS_IN:
        return []
    found = [
        f"{source.path}:{node.lineno} {node.func.attr}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDS_A_TRANSACTION
    ]
    return found + [f"{source.path} {match.group()}" for match in TEXTUAL.finditer(source.text)]


def not_only_a_docstring(source: Source) -> list[str]:
    is_package = source.path.endswith("__init__.py")
    body = source.tree.body
    is_docstring = len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return [source.path] if is_package and not is_docstring else []


def without_docstring(source: Source) -> list[str]:
    docstring = ast.get_docstring(source.tree)
    if docstring is None:
        return [f"{source.path}: no docstring"]
    return [f"{source.path}: docstring of {docstring.count(chr(10)) + 1} lines"] if docstring.count("\n") > 5 else []


def local_imports(source: Source) -> list[str]:
    return [
        f"{source.path}:{inner.lineno}"
        for node in source.functions()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def imported(source: Source) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def web_outside_faces(source: Source) -> list[str]:
    used = {name.partition(".")[0] for name in imported(source)} & WEB_LIBRARIES
    return [f"{source.path} imports {', '.join(sorted(used))}"] if used and not FACES.match(source.module) else []


CHECKS = {
    "def f(session):\n    session.commit()": transaction_ends,
    "def f(session):\n    with session.begin_nested(): ...": transaction_ends,
    'def f(s):\n    s.execute(text("ROLLBACK"))': transaction_ends,
    '"""Docstring."""\nX = 1': not_only_a_docstring,
    "X = 1": without_docstring,
    "def f():\n    import os": local_imports,
    "def f():\n    from practice.app import create_app": local_imports,
    "from flask import g": web_outside_faces,
}


def _all(check):
    return [fault for source in product() for fault in check(source)]


def test_only_transact_ends_a_transaction():
    assert _all(transaction_ends) == []


def test_packages_hold_nothing_but_a_docstring():
    assert _all(not_only_a_docstring) == []


def test_every_module_says_what_lives_in_it():
    assert _all(without_docstring) == []


def test_imports_stand_at_the_top():
    assert _all(local_imports) == []


def test_only_faces_know_the_web_framework():
    assert _all(web_outside_faces) == []


def test_each_check_finds_a_planted_fault():
    for planted, check in CHECKS.items():
        path = "practice/clinic/__init__.py" if check is not_only_a_docstring else "practice/clinic/service.py"
        assert check(Source(path, planted)), planted
