"""The whole journey on the real addresses of Kampen, at the size that docs/walkthrough.md shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.walkthrough.journey import walk
from tools.walkthrough.tally import Size, table

ADDRESSES = Path(__file__).parents[3] / "shared" / "data" / "addresses_kampen.csv"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_everything_shown_can_be_booked_and_every_promise_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not ADDRESSES.exists():
        pytest.skip(f"the addresses of Kampen are not here: {ADDRESSES.name}")
    tally = walk(ADDRESSES, tmp_path, Size(solve_seconds=0.5))
    with capsys.disabled():
        print(f"\n{table(tally)}")
    assert (tally.booked, tally.refused) == (200, 0)
    assert tally.violations == []
    assert tally.after_s <= tally.before_s
    assert tally.mails == 500
    assert (tally.invites, tally.unreadable) == (200, 0)
