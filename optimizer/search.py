"""Guided local search by OR-Tools: the one file that knows its routing library.

Its breaks are near to our lunch but not the same, so callers must `check` what comes back. Import
it where it is used: loading OR-Tools takes long, and `Solve` holds the interpreter lock, so a web
process solves through `apart`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_parameters_pb2

from optimizer.errors import SearchFailed
from optimizer.objective import Objective
from optimizer.plan import Plan
from optimizer.problem import TimeWindow
from optimizer.slack import TOO_LATE
from optimizer.tours import Network, Tour

FIRST_SOLUTIONS = (
    routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION,
)

# Keeps penalties and their sums within 64 bits and far above any travel of a branch-day.
LARGEST_PENALTY = 10**9


class Search:
    """One routing model over a network. Nothing may be added once it has been closed."""

    def __init__(self, network: Network, objective: Objective) -> None:
        self.network = network
        crew = range(len(network.problem.technicians))
        starts = [network.size + 2 * row for row in crew]
        ends = [network.size + 2 * row + 1 for row in crew]
        nodes = network.size + 2 * len(crew)
        self.manager = pywrapcp.RoutingIndexManager(nodes, len(crew), starts, ends)
        self.model = pywrapcp.RoutingModel(self.manager)
        self._add_time()
        self._add_lunch()
        self._add_load()
        self._add_visits(objective)

    def _add_time(self) -> None:
        network = self.network
        service = [one.service_s for one in network.work]
        spent = np.array(service + [0] * (len(network.legs) - len(service)), dtype=np.int64)
        # A Python callback that raises counts as 0 seconds without a word: only matrices here.
        travel = self.model.RegisterTransitMatrix(network.legs)
        clock = self.model.RegisterTransitMatrix((network.seconds + spent[:, None]).tolist())
        self.model.SetArcCostEvaluatorOfAllVehicles(travel)
        ends = [one.shift.end for one in network.problem.technicians]
        horizon = max(0, *ends, *(window.end for one in network.work for window in one.windows))
        self.model.AddDimension(clock, horizon, horizon, False, "time")
        self.time = self.model.GetDimensionOrDie("time")
        for row, one in enumerate(network.problem.technicians):
            for index in (self.model.Start(row), self.model.End(row)):
                # The library knows no time before midnight, and fails on an empty range.
                self.time.CumulVar(index).SetRange(max(one.shift.start, 0), max(one.shift.end, 0))

    def _add_lunch(self) -> None:
        """Add one break per technician; the library wants service seconds by index."""
        model, solver = self.model, self.model.solver()
        service = [0] * (model.Size() + model.vehicles())
        for visit, work in enumerate(self.network.work):
            service[self.manager.NodeToIndex(visit)] = work.service_s
        for row, one in enumerate(self.network.problem.technicians):
            rule = self.network.rules[row]
            if rule.last <= TOO_LATE:
                continue
            first = max(rule.first, one.shift.start)
            lunch = solver.FixedDurationIntervalVar(
                first, max(rule.last, first), rule.seconds, False, f"lunch {row}"
            )
            self.time.SetBreakIntervalsOfVehicle([lunch], row, service)

    def _add_load(self) -> None:
        crew, visits = self.network.problem.technicians, self.network.problem.visits
        if all(one.capacity is None for one in crew):
            return
        total = sum(visit.load for visit in visits)
        loads = [visit.load for visit in visits] + [0] * (2 * len(crew))
        load = self.model.RegisterUnaryTransitVector(loads)
        room = [total if one.capacity is None else min(one.capacity, total) for one in crew]
        self.model.AddDimensionWithVehicleCapacity(load, 0, room, True, "load")

    def _add_visits(self, objective: Objective) -> None:
        for visit, work in enumerate(self.network.work):
            index = self.manager.NodeToIndex(visit)
            # -1 = in no route; without it an optional visit would have to be served.
            self.model.VehicleVar(index).SetValues([-1, *self.network.servers[visit]])
            penalty = min(objective.weights[visit], LARGEST_PENALTY)
            self.model.AddDisjunction([index], penalty)
            self._add_windows(index, work.windows)

    def _add_windows(self, index: int, windows: Sequence[TimeWindow]) -> None:
        """Let a visit begin within its windows; one that is over by midnight is in no route."""
        first = max(min(window.start for window in windows), 0)
        last = max(window.end for window in windows)
        if last < 0:
            self.model.VehicleVar(index).SetValues([-1])
            return
        cumul = self.time.CumulVar(index)
        cumul.SetRange(first, last)
        for start, end in closed_hours(windows):
            cumul.RemoveInterval(start, end)

    def run(self, tours: Sequence[Tour] | None, seconds: float, start: int = 0) -> Plan | None:
        """Return the plan found from `tours`, or from scratch (start 0 or 1); None = none found.

        Raises SearchFailed when the library refuses its parameters.
        """
        parameters = parameters_for(seconds, FIRST_SOLUTIONS[start])
        fault = pywrapcp.FindErrorInRoutingSearchParameters(parameters)
        if fault:
            raise SearchFailed(fault)
        self.model.CloseModelWithParameters(parameters)
        if tours is None:
            assignment = self.model.SolveWithParameters(parameters)
        else:
            rows = [[self.manager.NodeToIndex(one) for one in tour.visits] for tour in tours]
            warm = self.model.ReadAssignmentFromRoutes(rows, True)
            if warm is None:
                return None
            assignment = self.model.SolveFromAssignmentWithParameters(warm, parameters)
        return None if assignment is None else self._plan_from(assignment)

    def _plan_from(self, assignment: pywrapcp.Assignment) -> Plan:
        tours = []
        for row in range(len(self.network.problem.technicians)):
            visits, index = [], assignment.Value(self.model.NextVar(self.model.Start(row)))
            while not self.model.IsEnd(index):
                visits.append(self.manager.IndexToNode(index))
                index = assignment.Value(self.model.NextVar(index))
            tours.append(self.network.tour(row, tuple(visits)))
        return self.network.plan_of(tours)


def closed_hours(windows: Sequence[TimeWindow]) -> list[tuple[int, int]]:
    """Return the (first, last) seconds between windows in which no service may begin."""
    gaps, reached = [], None
    for window in sorted(windows, key=lambda one: one.start):
        if reached is not None and window.start - reached > 1:
            gaps.append((reached + 1, window.start - 1))
        reached = window.end if reached is None else max(reached, window.end)
    return gaps


def parameters_for(seconds: float, first: int) -> routing_parameters_pb2.RoutingSearchParameters:
    """Return parameters for guided local search, which always uses its whole time."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = first
    # AUTOMATIC stops at the first local optimum.
    guided = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.local_search_metaheuristic = guided
    parameters.time_limit.FromMilliseconds(max(int(seconds * 1000), 1))
    return parameters
