"""Vendored files are exactly those that were fetched and listed."""

import hashlib
import json
from pathlib import Path

import practice.web

VENDOR = Path(practice.web.__file__).parent / "static" / "vendor"


def listed() -> dict[str, str]:
    packages = json.loads((VENDOR / "vendor.json").read_text())
    return {name: digest for package in packages for name, digest in package["files"].items()}


def test_every_vendored_file_has_the_listed_bytes() -> None:
    actual = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in listed()}
    assert actual == listed()


def test_no_file_is_vendored_without_being_listed() -> None:
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert found == set(listed()) | {"vendor.json"}


def test_every_package_names_its_version_and_licence() -> None:
    for package in json.loads((VENDOR / "vendor.json").read_text()):
        assert package["name"] and package["version"] and package["licence"]


def test_no_vendored_style_or_script_reaches_for_another_host() -> None:
    for path in VENDOR.rglob("*.css"):
        assert "url(http" not in path.read_text(), path
        assert "@import" not in path.read_text(), path
