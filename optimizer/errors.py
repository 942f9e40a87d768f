"""Everything the optimiser refuses or fails with, by name."""

from __future__ import annotations


class OptimizerError(Exception):
    """Base of every error that this package raises on purpose."""


class InvalidProblem(OptimizerError, ValueError):
    """A value no day can be planned with; `where` names the object, `reason` field and fault."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class InvalidInstance(OptimizerError, ValueError):
    """A file that cannot be read; the message names the file and its line or field."""


class UnsupportedInstance(InvalidInstance):
    """A well-formed file that asks for something this package does not plan."""


class UnknownName(OptimizerError, KeyError):
    """A visit or technician that the problem does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownPlace(OptimizerError, KeyError):
    """A place for which the given matrix has no travel times."""

    def __str__(self) -> str:
        return str(self.args[0])


class TravelUnavailable(OptimizerError):
    """The routing service gave no answer, or not one for every pair of places."""


class SearchFailed(OptimizerError):
    """The routing library refused the model or its parameters; the message says which."""


class SolverCrashed(OptimizerError):
    """The solver's own process ended without an answer."""


class SolverTimedOut(OptimizerError):
    """The solver's own process did not answer in time and was ended."""
