"""Runs random histories: a state machine of Hypothesis, as many times as asked."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_histories(machine: type[RuleBasedStateMachine], number: int, steps: int) -> None:
    """Run so many histories of at most so many steps; raises what a broken rule raised."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=number,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a history that breaks is not shortened: controls break too
            suppress_health_check=list(HealthCheck),
        ),
    )
