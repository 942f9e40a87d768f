"""The optimiser's time is the processor's: a busy machine lets it search as long as an idle one."""

from __future__ import annotations

import importlib
import pkgutil
import time
from types import SimpleNamespace

import pytest

import optimizer

PROCESSOR = SimpleNamespace(monotonic=time.process_time)
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(optimizer.__path__, "optimizer.")
    if not found.name.endswith("__main__")
]
TELLING = [module for module in MODULES if getattr(module, "time", None) is time]


@pytest.fixture(autouse=True)
def _processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count only the seconds in which this process had a turn."""
    for module in TELLING:
        monkeypatch.setattr(module, "time", PROCESSOR)
