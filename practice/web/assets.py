"""Static files under one URL per release: /static/<digest of the whole tree>/..., cached for a year.

One digest for all files keeps relative links between them (module imports, url(), sprites) valid without rewriting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

STATIC = Path(__file__).parent / "static"
ONE_YEAR = 31_536_000


class MissingAssetError(LookupError):
    """A template names a static file that does not exist."""


def tree_digest(root: Path) -> str:
    """Return a short digest over every file's path and bytes below root."""
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _static_headers(*, immutable: bool) -> Callable[[MutableMapping[str, str], str, str], None]:
    def add(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if immutable:
            headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"

    return add


def install_assets(app: Flask, root: Path = STATIC) -> None:
    """Serve root before the application sees the request and give templates asset_url()."""
    prefix = f"/static/{tree_digest(root)}/"

    @cache
    def asset_url(name: str) -> str:
        if not (root / name).is_file():
            raise MissingAssetError(name)
        return prefix + name

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(root),
        prefix=prefix,
        autorefresh=app.debug,
        max_age=0,
        allow_all_origins=False,
        add_headers_function=_static_headers(immutable=not app.debug),
    )
    app.jinja_env.globals["asset_url"] = asset_url
