"""What the source says about refusals: their classes, their codes, and calls that make one without a way out."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.house.sources import Source

KINDS = {"NotFound", "NotAllowed", "Conflict", "StaleVersion", "RuleViolation"}
NEED_A_WAY_OUT = {"Conflict", "StaleVersion", "RuleViolation"}


@dataclass
class RefusalClass:
    name: str
    bases: tuple[str, ...]
    code: str | None = None
    brings_ways_out: bool = False


@dataclass
class Refusals:
    classes: dict[str, RefusalClass] = field(default_factory=dict)

    def ancestry(self, name: str) -> Iterator[str]:
        yield name
        if name in KINDS:
            yield "PracticeError"
        elif name in self.classes:
            for base in self.classes[name].bases:
                yield from self.ancestry(base)

    def kind(self, name: str) -> str | None:
        return next((each for each in self.ancestry(name) if each in KINDS), None)

    def brings_ways_out(self, name: str) -> bool:
        return any(self.classes[each].brings_ways_out for each in self.ancestry(name) if each in self.classes)


def read(sources: list[Source]) -> Refusals:
    """Return every class that descends from a kind of refusal."""
    found = Refusals()
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                found.classes[node.name] = _class(node)
    found.classes = {name: each for name, each in found.classes.items() if "PracticeError" in found.ancestry(name)}
    return found


def _class(node: ast.ClassDef) -> RefusalClass:
    bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name))
    described = RefusalClass(node.name, bases)
    for statement in node.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "code":
            described.code = getattr(statement.value, "value", None)
        if isinstance(statement, ast.FunctionDef) and node.name not in KINDS | {"PracticeError"}:
            # A class that lists refusals of its own carries theirs, and those were made with ways out.
            described.brings_ways_out |= statement.name == "refusals"
            described.brings_ways_out |= statement.name == "__init__" and "ways_out" in ast.unparse(statement)
    return described


def codes(sources: list[Source]) -> set[str]:
    """Return every code that a refusal may carry."""
    found = {each.code for each in read(sources).classes.values() if each.code}
    for source in sources:
        for node in ast.walk(source.tree):
            first = (
                node.args[0]
                if isinstance(node, ast.Call) and _called(node) in {"Refusal", "Finding"} and node.args
                else None
            )
            if isinstance(first, ast.Constant):
                found.add(first.value)
    return found - {"refused"}


def without_way_out(sources: list[Source], known: Refusals) -> list[str]:
    """Return the places that make a refusal of a kind that must lead somewhere, and give it no way out."""
    return [
        f"{source.path}:{node.lineno} {_called(node)}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and known.kind(_called(node)) in NEED_A_WAY_OUT
        and not any(keyword.arg == "ways_out" for keyword in node.keywords)
        and not known.brings_ways_out(_called(node))
    ]


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
