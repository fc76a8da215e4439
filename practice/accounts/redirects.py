"""Where a browser may be sent after sign-in: a path of our own and nothing else (open redirects)."""

from urllib.parse import quote, unquote, urlsplit

LONGEST = 1000


def safe_path(target: str | None) -> str | None:
    """Return *target* when it is a plain path on this host, else None."""
    if not target or len(target) > LONGEST or not target.isascii() or not target.isprintable():
        return None
    return target if _is_path(target) and _is_path(unquote(target)) else None


def _is_path(target: str) -> bool:
    if not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target or " " in target:
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and ":" not in parts.path.partition("/")[0]


def sign_in_address(target: str | None) -> str:
    """Return the address of the sign-in page that leads on to *target*."""
    path = safe_path(target)
    return f"/sign-in?next={quote(path, safe='/')}" if path and path != "/" else "/sign-in"
