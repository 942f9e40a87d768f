"""The proofs by name, each with its full size and a short one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.storm import mail, mines, mixed, outage, race, repeats, shown, solver_kills
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


def kills(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R4: kill -9 of web workers and jobs at 12 named points, five times each."""
    size = Size(visits=70, days=8, technicians=6, places=4)
    return mines.mines(kind, size, rounds=1 if short else 5, seed=seed)


def optimiser_kills(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R6: kill -9 of the optimiser while it solves and publishes."""
    size = Size(visits=40, days=3, technicians=3, places=4)
    return solver_kills.solver_kills(kind, size, rounds=1 if short else 5, seed=seed)


def mixed_storm(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R2: ten minutes of everything at once (a minute when short)."""
    size = Size(visits=150, days=6, technicians=4, places=3, regions=2)
    return mixed.mixed(kind, size, customers=6, seconds=60 if short else 600, seed=seed)


def shown_alone(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """Every window that is shown can be booked by who comes alone, until all days are full."""
    size = Size(visits=40 if short else 400, days=3 if short else 10, technicians=3, minutes=45)
    return shown.alone(kind, size, seed)


def shown_crowd(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """Two hundred customers look and click at once in a branch that is 70 % booked."""
    size = (
        Size(visits=64, days=5, technicians=8, places=4)
        if short
        else Size(visits=1096, days=20, technicians=30, places=4, regions=4)
    )
    return shown.crowd(kind, size, booked=round(size.all_places * 0.7), seed=seed)


def double_clicks(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R3: the same form 2 to 50 times at once, cut off and retried, with other data."""
    size = Size(visits=130, days=8, technicians=8, places=5)
    return repeats.repeats(kind, size, rounds=1 if short else 20, seed=seed)


def database_gone(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R8: PostgreSQL stopped with -m immediate under load."""
    size = Size(visits=600, days=15, technicians=10, places=8)
    return outage.outage(size, clients=8, times=2 if short else 20, seed=seed)


def sender_kills(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R5: kill -9 of the sender while 300 mails go out, 100 times."""
    return mail.killed(kind, mails=40 if short else 300, kills=12 if short else 100, seed=seed)


def sender_kills_control(kind: Kind, short: bool, seed: int) -> Sequence[Figure]:
    """R5's control: the same kills on senders that mark before, or after, and nothing else."""
    return mail.control(kind, mails=60 if short else 150, kills=20 if short else 50, seed=seed)


PROOFS = {
    "race": Proof(race_proof),
    "race-control": Proof(race_control),
    "mixed": Proof(mixed_storm),
    "repeats": Proof(double_clicks),
    "kills": Proof(kills),
    "optimiser-kills": Proof(optimiser_kills),
    "shown-alone": Proof(shown_alone),
    "shown-crowd": Proof(shown_crowd),
    "mail": Proof(sender_kills),
    "mail-control": Proof(sender_kills_control),
    "database-gone": Proof(database_gone, (Kind.POSTGRESQL,)),
}
