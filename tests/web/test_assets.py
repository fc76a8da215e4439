"""Static files have one address per release and are cached for a year."""

from pathlib import Path

import pytest
from flask import Flask, render_template_string

from practice.web.assets import STATIC, MissingAssetError, install_assets, tree_digest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}")
    (tmp_path / "b.svg").write_text("<svg/>")
    return tmp_path


@pytest.fixture
def app(root: Path) -> Flask:
    app = Flask("assets", static_folder=None)
    install_assets(app, root)
    return app


def url_of(app: Flask, name: str) -> str:
    with app.test_request_context():
        return render_template_string("{{ asset_url(name) }}", name=name)


def test_the_digest_changes_with_a_byte_and_with_a_name(root: Path) -> None:
    before = tree_digest(root)
    (root / "css" / "a.css").write_text("b{}")
    changed = tree_digest(root)
    (root / "css" / "a.css").rename(root / "css" / "c.css")
    assert len({before, changed, tree_digest(root)}) == 3


def test_a_file_is_served_for_a_year_under_the_digest(app: Flask, root: Path) -> None:
    url = url_of(app, "css/a.css")
    assert url == f"/static/{tree_digest(root)}/css/a.css"
    answer = app.test_client().get(url)
    assert (answer.status_code, answer.text) == (200, "a{}")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/static/css/a.css", "/static/0123456789ab/css/a.css", "/static/../b.svg"])
def test_no_other_address_serves_it(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


def test_a_name_outside_the_tree_or_unknown_is_an_error_in_the_template(app: Flask) -> None:
    with pytest.raises(MissingAssetError):
        url_of(app, "css/missing.css")


def test_links_between_our_own_files_resolve() -> None:
    modules = STATIC / "js"
    for module in modules.glob("*.js"):
        for line in module.read_text().splitlines():
            if line.startswith("import ") and '"' in line:
                assert (modules / line.split('"')[1]).is_file(), (module.name, line)
