"""Small functions, short files, few arguments."""

import ast
import io
import statistics
import tokenize

from tests.house.sources import Source, product

LONGEST_FUNCTION, P95_FUNCTION, MEDIAN_FUNCTION = 50, 25, 8
LONGEST_FILE = 350
MOST_ARGUMENTS = 6
NOT_COUNTED = {"self", "cls", "session", "rules", "actor", "now"}
_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER}


def code_lines(source: Source) -> set[int]:
    """Return the numbers of the lines that carry code: not blank, not only a comment, not a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                lines.difference_update(range(first.lineno, first.end_lineno + 1))
    return lines


def function_lengths(source: Source) -> dict[str, int]:
    """Return the lines of code of each function, its signature included."""
    code = code_lines(source)
    return {
        f"{source.path}:{node.lineno} {node.name}": len(code & set(range(node.lineno, node.end_lineno + 1)))
        for node in source.functions()
    }


def too_many_arguments(source: Source) -> list[str]:
    found = []
    for node in source.functions():
        given = node.args
        named = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        count = len([name for name in named if name not in NOT_COUNTED])
        if count > MOST_ARGUMENTS:
            found.append(f"{source.path}:{node.lineno} {node.name} takes {count}")
    return found


def too_long_files(sources: list[Source]) -> list[str]:
    return [f"{source.path}: {len(source.lines)}" for source in sources if len(source.lines) > LONGEST_FILE]


def faults_of_lengths(lengths: dict[str, int]) -> list[str]:
    values = sorted(lengths.values())
    p95 = values[int(len(values) * 0.95)]
    faults = [f"{name}: {length} lines" for name, length in lengths.items() if length > LONGEST_FUNCTION]
    if p95 > P95_FUNCTION:
        faults.append(f"p95 is {p95} lines")
    if statistics.median(values) > MEDIAN_FUNCTION:
        faults.append(f"the median is {statistics.median(values)} lines")
    return faults


def test_functions_are_short():
    lengths: dict[str, int] = {}
    for source in product():
        lengths |= function_lengths(source)
    assert faults_of_lengths(lengths) == []


def test_files_are_short():
    assert too_long_files(product()) == []


def test_functions_take_few_arguments():
    assert [fault for source in product() for fault in too_many_arguments(source)] == []


def _planted(body_lines: int) -> Source:
    return Source("planted.py", 'def long():\n    """Says something."""\n\n' + "    # why\n    x = 1\n" * body_lines)


def test_a_long_function_is_found():
    assert list(function_lengths(_planted(49)).values()) == [50]
    assert faults_of_lengths({"a": 1, "b": 1, "c": 51}) == ["c: 51 lines", "p95 is 51 lines"]
    assert faults_of_lengths({"a": 9, "b": 9}) == ["the median is 9.0 lines"]


def test_a_long_file_is_found():
    assert too_long_files([Source("planted.py", "x = 1\n" * 351)]) == ["planted.py: 351"]


def test_a_seventh_argument_is_found():
    fits = Source("planted.py", "def f(self, session, a, b, c, d, *, e, f, rules, actor, now): ...")
    assert too_many_arguments(fits) == []
    planted = Source("planted.py", "def f(session, a, b, c, d, *, e, f, g, now): ...")
    assert too_many_arguments(planted) == ["planted.py:1 f takes 7"]
