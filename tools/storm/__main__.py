"""Let storms loose on the portal and print what was found beside what was demanded.

Everything is invented and stays on this machine: a temporary database (SQLite, or a PostgreSQL
server of its own), the portal under gunicorn, customers over HTTP. See docs/proofs.md.
"""

from __future__ import annotations

import argparse
import sys
import time

from tools.storm.figures import table
from tools.storm.programme import PROOFS
from tools.storm.stage import Kind


def main() -> int:
    """Return 0 when everything holds that was demanded, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.storm", description=__doc__)
    parser.add_argument("proof", choices=[*PROOFS, "all"])
    parser.add_argument("--database", choices=[kind.value for kind in Kind], action="append")
    parser.add_argument("--short", action="store_true", help="a minute instead of the full size")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kinds = [Kind(name) for name in options.database or [kind.value for kind in Kind]]
    names = list(PROOFS) if options.proof == "all" else [options.proof]
    holds = True
    for name in names:
        for kind in [kind for kind in kinds if kind in PROOFS[name].kinds]:
            started = time.monotonic()
            figures = PROOFS[name].run(kind, options.short, options.seed)
            title = f"{name}, {kind.value}, seed {options.seed}"
            seconds = round(time.monotonic() - started)
            print(f"{table(title, figures)}\n\n{seconds} s\n", flush=True)
            holds = holds and all(figure.holds for figure in figures)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
