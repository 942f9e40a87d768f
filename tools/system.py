"""Install what the tests need from Debian's packages, or say what to install.

Standard library only: it runs before anything else is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "chromium": "chromium",
    "initdb": "postgresql",
    "libatomic.so.1": "libatomic1",  # the browser driver's own node does not start without it
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",  # with libpango: the letters' lines
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",  # the letters' own fonts
    "libzbar.so.0": "libzbar0",  # reads the letters' QR codes back
}


def main() -> int:
    """Return 0 when everything is there (installed now if need be), 1 after saying what is not."""
    missing = [package for thing, package in PACKAGES.items() if not is_present(thing)]
    if not missing:
        return 0
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if not may_install():
        print("The tests need more programs. Install them with: sudo " + " ".join(command))
        return 1
    print("Installing for the tests: " + ", ".join(missing), flush=True)
    return install(command)


def is_present(thing: str) -> bool:
    """Return whether a program or a shared library can be found."""
    if ".so" in thing:
        return any(Path("/usr/lib").glob(f"*/{thing}")) or any(Path("/lib").glob(f"*/{thing}"))
    if thing == "initdb":
        return bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which(thing))
    return shutil.which(thing) is not None


def may_install() -> bool:
    """Return whether this user can install Debian packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(command: list[str]) -> int:
    """Return 0, or 1 after saying which step of installing failed."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-qq"], command):
        done = subprocess.run(step, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            print(f"“{' '.join(step)}” failed. Is this machine online? Its own words are above.")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
