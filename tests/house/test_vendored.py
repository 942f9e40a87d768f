"""Scripts and data from others stand here unmodified, named, and with their licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tools.vendor.__main__ import COPIES, HERE, LOCKED, VENDOR

MANIFEST = json.loads((VENDOR / "manifest.json").read_text())
OURS = sorted(Path("portal/static").glob("*.js")) + sorted(Path("portal/static").glob("[!v]*/*.js"))


@pytest.mark.parametrize("name", MANIFEST)
def test_a_copy_is_what_the_manifest_says(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == MANIFEST[name]["sha256"]


def test_every_file_is_in_the_manifest_and_is_renewed():
    kept = {file.name for file in VENDOR.iterdir()} - {"manifest.json"}
    assert kept == set(MANIFEST) == set(COPIES)


def test_the_manifest_has_the_versions_and_packages_of_the_lock():
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    for facts in MANIFEST.values():
        found = locked[f"node_modules/{facts['package']}"]
        assert facts["version"] == found["version"] == wanted[facts["package"]]
        assert facts["licence"] == found["license"]
        assert found["integrity"].startswith("sha512-")


def test_every_package_brings_its_licence():
    packages = {facts["package"] for facts in MANIFEST.values()}
    licences = {facts["package"] for name, facts in MANIFEST.items() if "LICENSE" in name}
    assert licences == packages
    assert all(facts["package"] in Path("README.md").read_text() for facts in MANIFEST.values())


@pytest.mark.parametrize("name", LOCKED)
def test_the_lock_names_no_place(name):
    assert "://" not in (HERE / name).read_text()


@pytest.mark.parametrize("file", OURS, ids=str)
def test_our_own_scripts_are_small_modules(file):
    source = file.read_text()
    assert len(source.splitlines()) <= 300
    assert source.startswith("/*"), "says first what it is for"
    assert "innerHTML" not in source
