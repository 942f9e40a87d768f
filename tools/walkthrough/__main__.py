"""The whole journey on real addresses: import, open, invite, book over HTTP, solve, count.

`python -m tools.walkthrough --data FOLDER` needs addresses_kampen.csv (street, house_number,
postcode, city, latitude, longitude) in the folder. It stands on a Monday in March 2027, so that the
result does not depend on the day on which it runs. See docs/walkthrough.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tools.walkthrough.journey import walk
from tools.walkthrough.tally import Size, table


def main() -> None:
    """Walk, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.walkthrough", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with addresses_kampen.csv")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="search time per day")
    parser.add_argument(
        "--database", help="a database URL; without it SQLite in a folder that goes"
    )
    options = parser.parse_args()
    size = Size(seed=options.seed, solve_seconds=options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        addresses = options.data / "addresses_kampen.csv"
        print(table(walk(addresses, Path(folder), size, options.database)))


if __name__ == "__main__":
    main()
