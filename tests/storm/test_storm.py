"""Small storms over HTTP on a served portal; docs/proofs.md has the full ones."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tools.storm.figures import Figure, table
from tools.storm.mines import mines
from tools.storm.mixed import mixed
from tools.storm.race import race, unguarded
from tools.storm.repeats import repeats
from tools.storm.stage import Kind
from tools.storm.world import Size

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEED = 1
FEW = Size(visits=30, days=1, technicians=4, places=2)


def hold(figures: Sequence[Figure]) -> None:
    """Show the figures where one of them does not hold."""
    assert all(figure.holds for figure in figures), table("A small storm", figures)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_a_storm_sells_exactly_the_places_there_are(kind: Kind) -> None:
    hold(race(kind, FEW, clients=8, seed=SEED))


def test_control_without_guards_the_storm_oversells() -> None:
    hold(unguarded(Kind.SQLITE, FEW, clients=8, seed=SEED))


def test_a_killed_web_worker_leaves_no_half_state_and_loses_nothing() -> None:
    points = ("after_stop", "before_commit", "after_commit")
    hold(mines(Kind.SQLITE, FEW, rounds=1, seed=SEED, points=points))


def test_one_form_makes_one_appointment_however_often_it_is_sent() -> None:
    hold(repeats(Kind.SQLITE, FEW, rounds=1, seed=SEED, at_a_time=(2, 10)))


def test_everything_at_once_breaks_no_promise() -> None:
    size = Size(visits=30, days=2, technicians=3, places=3)
    hold(mixed(Kind.SQLITE, size, customers=3, seconds=5, seed=SEED))
