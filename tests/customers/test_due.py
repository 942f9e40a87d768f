from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.customers.due import next_due, visit_period

DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))


def test_a_visit_may_come_eight_weeks_early_and_six_weeks_late():
    assert visit_period(date(2027, 5, 20)) == (date(2027, 3, 25), date(2027, 7, 1))


@pytest.mark.parametrize(
    ("served", "months", "due"),
    [
        (date(2026, 5, 20), 12, date(2027, 5, 20)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_cycle_counts_calendar_months_and_stays_inside_the_month(served, months, due):
    assert next_due(served, months) == due


@given(DAYS, st.integers(1, 120))
def test_the_due_date_lies_the_right_number_of_months_ahead(served, months):
    due = next_due(served, months)
    assert (due.year - served.year) * 12 + due.month - served.month == months
    assert due.day <= served.day
    assert due.day == served.day or (due + timedelta(days=1)).day == 1
