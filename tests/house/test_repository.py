"""What may stand in the repository, and what must not run out."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import holidays
import pytest

LOCKS = sorted(Path("requirements").glob("*.txt"))
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]|pypi\.org/simple|files\.pythonhosted"
    r"|registry\.(?:npmjs|yarnpkg)|artifactory|--(?:extra-)?index-url|--find-links"
)
NOTICE_TIME = timedelta(days=548)  # eighteen months: time to get a release with newer dates


def tracked_files() -> list[Path]:
    if shutil.which("git") is None or not Path(".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.split("\0") if name and Path(name).is_file()]


def test_no_file_names_a_machine_or_a_package_registry():
    this = Path("tests/house/test_repository.py")
    guilty = []
    for file in tracked_files():
        content = file.read_bytes()
        if file != this and b"\0" not in content:
            found = MACHINE.search(content.decode("utf-8"))
            guilty += [f"{file}: {found.group()}"] if found else []
    assert not guilty


def test_the_readme_leads_to_every_page_of_the_manual_and_every_link_leads_somewhere():
    pages = [Path("README.md"), Path("CONTRIBUTING.md"), *Path("docs").glob("**/*.md")]
    linked = {page: {(page.parent / to).resolve() for to in links_of(page)} for page in pages}
    assert {page.resolve() for page in Path("docs").glob("*.md")} <= linked[Path("README.md")]
    assert not [(str(page), str(to)) for page in pages for to in linked[page] if not to.exists()]


def links_of(page: Path) -> list[str]:
    """Return the paths that a page links to, without the places inside them."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    return [to.split("#")[0] for to in found if "://" not in to and not to.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_lock_files_hold_exact_versions_and_hashes_and_no_addresses(lock):
    text = lock.read_text()
    assert "://" not in text
    logical = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(str.strip, logical.splitlines()):
        assert "==" in line, line[:60]
        assert "--hash=sha256:" in line, line[:60]


@pytest.mark.parametrize("zone", ["Noord", "Midden", "Zuid"])
def test_the_school_holidays_do_not_run_out_soon(zone):
    last_year = (datetime.now(UTC).date() + NOTICE_TIME).year
    known = holidays.country_holidays("NL", subdiv=zone, categories="school", years=last_year)
    assert len(known) > 50, f"no school holidays of {last_year}: take a newer `holidays`"
