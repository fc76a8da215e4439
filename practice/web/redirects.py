"""Where a page may send a browser next: to a path of this site and nowhere else. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote

LONGEST = 2_000
# Only what a correctly encoded path, query and fragment may contain; no raw non-ASCII, space or backslash.
ALLOWED = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?#\[\]]*")
DANGEROUS = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
DEEPEST = 4


def _decodings(target: str) -> list[str]:
    """Return the target as written and as each proxy on the way might decode it again."""
    seen = [target]
    while len(seen) < DEEPEST and (decoded := unquote(seen[-1])) != seen[-1]:
        seen.append(decoded)
    return seen


def _is_plain(text: str) -> bool:
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return not (DANGEROUS.search(text) or "//" in path or "/.." in path or "/./" in path)


def is_local_path(target: str) -> bool:
    """Return whether it is an absolute path of this site that stays one however often it is decoded."""
    if len(target) > LONGEST or not ALLOWED.fullmatch(target):
        return False
    decodings = _decodings(target)
    return len(decodings) < DEEPEST and all(map(_is_plain, decodings))


def local_target(target: str | None, default: str) -> str:
    """Return the target when it is safe to go there, else the default."""
    return target if target and is_local_path(target) else default
