"""The repository's own Python, parsed: what the checks of this folder look at."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One module: its path below the root and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def product() -> list[Source]:
    """Return every module of the product."""
    return [Source(str(path.relative_to(ROOT)), path.read_text()) for path in sorted((ROOT / "practice").rglob("*.py"))]


def tracked_files() -> list[str]:
    """Return the paths of all files that the repository carries, and those that are about to be."""
    answer = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for path in answer.stdout.splitlines() if (ROOT / path).is_file()]
