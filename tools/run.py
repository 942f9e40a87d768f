"""Start Tijdvenster with a demo branch: database, invented people, portal, jobs. See `make run`."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from pathlib import Path

from portal.settings import Settings, SettingsInvalid, settings_from_environment

DEFAULTS = {
    "TIJDVENSTER_DEMO": "true",
    "TIJDVENSTER_LOG_LEVEL": "WARNING",  # a newcomer looks for the addresses, not at requests
}


def main() -> int:
    """Return the exit code; serving replaces this process and does not return."""
    options = arguments()
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        settings = checked_settings()
        if not options.no_serve:
            insist_on_free(settings.host, settings.port)
        prepare(settings, fresh=options.fresh)
    except Stopped as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0 if options.no_serve else serve()


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.run", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="throw the demo data away first")
    parser.add_argument("--no-serve", action="store_true", help="prepare only")
    return parser.parse_args()


def checked_settings() -> Settings:
    """Return the settings; raises Stopped when one is wrong."""
    try:
        return settings_from_environment()
    except SettingsInvalid as wrong:
        raise Stopped(f"These settings are wrong:\n{wrong}") from None


def insist_on_free(host: str, port: int) -> None:
    """Do nothing when the portal can listen here, else raise Stopped."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            raise Stopped(
                f"Port {port} is taken, perhaps by Tijdvenster itself. Stop that, or choose"
                f" another port: TIJDVENSTER_PORT={min(port + 1, 65535)} make run"
            ) from None


class Stopped(Exception):
    """The portal cannot be prepared; the message says why and what to do."""


def prepare(settings: Settings, *, fresh: bool) -> None:
    """Bring the database up to date, load the demo when it is empty, print where to look."""
    import flask_migrate

    from portal.application import create_app
    from tools import demo_data

    started = time.monotonic()
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade(directory=str(Path("migrations").resolve()))
        try:
            if fresh:
                demo_data.throw_away(settings)
            print(demo_data.load_when_empty(settings), flush=True)
        except demo_data.NotDemoData as refused:
            raise Stopped(str(refused)) from None
        print(f"Ready in {time.monotonic() - started:.0f} seconds.\n")
        print("\n".join(demo_data.where_to_look(settings.base_url)), flush=True)


def serve() -> int:
    """Become the web server."""
    print("\nStop with Ctrl+C. `make demo` makes the demo data new.", flush=True)
    server = [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py", "wsgi:app"]
    os.execv(sys.executable, server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
