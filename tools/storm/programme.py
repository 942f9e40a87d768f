"""The proofs by name, each with its full size and a short one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.storm import race
from tools.storm.figures import Figure
from tools.storm.stage import Kind
from tools.storm.world import Size

BOTH = (Kind.SQLITE, Kind.POSTGRESQL)
SIXTY_PLACES = Size(visits=2000, days=5, technicians=6, places=3)


@dataclass(frozen=True)
class Proof:
    """How a proof is run: on which databases, and with (database, short or not, seed)."""

    run: Callable[[Kind, bool, int], Sequence[Figure]]
    kinds: tuple[Kind, ...] = BOTH


def race_proof(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R1: 32 clients, 2,000 attempts on 60 places."""
    size = Size(visits=60, days=2, places=2) if short else SIXTY_PLACES
    return race.race(kind, size, clients=8 if short else 32, seed=seed)


def race_control(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R1's control: the guards off."""
    size = Size(visits=60, days=1, places=2) if short else Size(visits=400, places=3)
    return race.unguarded(kind, size, clients=16, seed=seed)


PROOFS = {
    "race": Proof(race_proof),
    "race-control": Proof(race_control),
}
