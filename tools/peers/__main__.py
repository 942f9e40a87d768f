"""Let programs that others wrote judge our calendars: invites, answers, downloads, feeds, links.

Nothing is installed: peers are taken where they are found, and the absent ones are named. How to
bring them in, and what each found: docs/calendar.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools.peers.demo_run import demo_run
from tools.peers.feeds import check_feeds
from tools.peers.home import Home
from tools.peers.hostile import check_hostile
from tools.peers.links import check_links
from tools.peers.mails import check_mails
from tools.peers.messages import check_messages
from tools.peers.result import Result, table, verdict
from tools.peers.round_trip import check_round_trip
from tools.peers.servers import check_servers
from tools.peers.subscription import check_subscription
from tools.peers.times import check_times

ON_A_BRANCH = {
    "messages": check_messages,
    "mails": check_mails,
    "feeds": check_feeds,
    "subscription": check_subscription,
    "thunderbird": check_round_trip,  # last: it changes the branch
}
CHECKS = ("times", "servers", "links", "hostile", *ON_A_BRANCH)


def main() -> int:
    """Return 0 when all holds and nobody was absent, 1 for a fault, 2 when somebody was absent."""
    options = arguments()
    started, results = time.monotonic(), []
    for result in judged(options):
        results.append(result)
        print(".", end="", flush=True)
    code, sentence = verdict(results)
    print(f"\n\n{table(results)}\n\n{sentence} {time.monotonic() - started:.0f} s")
    return code


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.peers", description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    parser.add_argument("--home", type=Path, default=Path("var/peers"), help="where peers are")
    parser.add_argument(
        "--demo", type=Path, help="folder of a demo branch, which is changed (else a fresh one)"
    )
    parser.add_argument("--events", type=int, default=1000, help="how many deep links, by four")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if unknown := set(options.checks) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    return options


def judged(options: argparse.Namespace) -> Iterator[Result]:
    """Yield the lines of every check that was asked for; of all when none was named."""
    home = Home(options.home)
    wanted = options.checks or CHECKS
    if "times" in wanted:
        yield from check_times(home)
    if "servers" in wanted:
        yield from check_servers(home)
    if "links" in wanted:
        yield from check_links(home, options.events, options.seed)
    if "hostile" in wanted:
        yield from check_hostile(home)
    on_a_branch = [name for name in wanted if name in ON_A_BRANCH]
    if on_a_branch:
        with demo_run(options.demo) as run:
            for name in on_a_branch:
                yield from ON_A_BRANCH[name](home, run)


if __name__ == "__main__":
    sys.exit(main())
