"""Renew the copies of other people's scripts, fonts and data in portal/static/vendor (needs npm).

What is copied stands in `COPIES`, the versions in package.json beside this file, what npm must find
in its lock. Files are copied as they are; the manifest tells where each came from.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
VENDOR = Path("portal/static/vendor")
NEXT = "atkinson-hyperlegible-next"
HYPERLEGIBLE = f"@fontsource/{NEXT}"
LOCKED = ("package.json", "package-lock.json")
COPIES = {
    "ical.min.js": ("ical.js", "dist/ical.min.js"),
    "ical.LICENSE.txt": ("ical.js", "LICENSE"),
    "windowsZones.json": ("cldr-core", "supplemental/windowsZones.json"),
    "windowsZones.LICENSE.txt": ("cldr-core", "LICENSE"),
    **{
        f"hyperlegible-{part}-{weight}.woff": (
            HYPERLEGIBLE,
            f"files/{NEXT}-{part}-{weight}-normal.woff",
        )
        for part in ("latin", "latin-ext")
        for weight in (400, 700)
    },
    "hyperlegible.LICENSE.txt": (HYPERLEGIBLE, "LICENSE"),
}


def main() -> None:
    """Install what the lock says into a folder that is thrown away, and copy from there."""
    with TemporaryDirectory() as folder:
        modules = installed(Path(folder))
        manifest = {name: copied(name, modules / package, file)
                    for name, (package, file) in COPIES.items()}  # fmt: skip
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    for name, facts in manifest.items():
        print(f"{name:26} {facts['package']} {facts['version']}, {facts['licence']}")


def installed(folder: Path) -> Path:
    """Return the folder with the packages; npm checks their hashes and runs none of their code."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed: apt-get install npm")
    for name in LOCKED:
        shutil.copy(HERE / name, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


def copied(name: str, package: Path, file: str) -> dict[str, str]:
    """Copy a package's file, and return what the manifest says of it."""
    content = (package / file).read_bytes()
    (VENDOR / name).write_bytes(content)
    facts = json.loads((package / "package.json").read_text())
    return {
        "package": facts["name"],
        "version": facts["version"],
        "file": file,
        "licence": facts["license"],
        "sha256": hashlib.sha256(content).hexdigest(),
    }


if __name__ == "__main__":
    main()
