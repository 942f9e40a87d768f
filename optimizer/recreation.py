"""Ruin and recreate that looks for room, not for short routes, and stops at the first plan with it.

Visits that often end up without a place count more and more, so that the search keeps those and
lets easier ones try: `strings` tells how.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from optimizer.strings.annealing import Annealing, is_loaded, may_load, odds, out_of
from optimizer.strings.ruin import Manner
from optimizer.tours import Network, Tour

# Short strings, few visits: of strings of 3, 4 and 6 and of 4, 6 and 10 visits these found most
# witnesses in 200 ms (five technicians, 90-95 % full), and 1 and 2 % of blinks more than 5 and 10.
# Keys: missed, far, near, narrow, early, late, rare; the rest of the time at random.
ROOM = Manner(6, 4, out_of(0.02), odds(60, 0, 0, 15, 0, 0, 15), for_room=1)
# Annealing between equally complete plans: seconds of travel.
WARM, COLD = 300.0, 10.0
# With so much time the compiled loop is worth loading; else it is used where it is loaded already.
LOADING_S = 5.0


def recreated(
    network: Network, tours: Sequence[Tour], newcomer: int, seed: int, deadline: float
) -> list[Tour] | None:
    """Return tours that serve all of `tours` and the newcomer (a row), None when time ran out.

    `deadline` is a moment of time.monotonic.
    """
    left = deadline - time.monotonic()
    fast = is_loaded() or (left > LOADING_S and may_load(left))
    annealing = Annealing(network, [1] * network.size, ROOM, seed, fast=fast)
    annealing.begin(tours, [newcomer], lowest=0)
    for _ in annealing.until(deadline, WARM, COLD):
        pass
    return None if annealing.cost else annealing.tours(annealing.best)
