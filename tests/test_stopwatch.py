"""The stopwatch tells waiting from working."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from robogeo import stopwatch


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The two clocks, set by hand: what the machine's own ones show is up to its other work."""
    clocks = SimpleNamespace(wall=100.0, processor=7.0)
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: clocks.wall)
    monkeypatch.setattr(stopwatch.time, "process_time", lambda: clocks.processor)
    return clocks


def test_waiting_takes_time_on_the_clock_only(clocks: SimpleNamespace) -> None:
    watch = stopwatch.Stopwatch()
    clocks.wall += 0.5
    assert watch.read() == {"seconds": 0.5, "cpu_seconds": 0.0}


def test_work_takes_time_on_the_processor(clocks: SimpleNamespace) -> None:
    watch = stopwatch.Stopwatch()
    clocks.wall += 0.5
    clocks.processor += 0.25
    assert watch.read() == {"seconds": 0.5, "cpu_seconds": 0.25}


def test_each_reading_is_since_the_start(clocks: SimpleNamespace) -> None:
    watch = stopwatch.Stopwatch()
    for _ in range(2):
        clocks.wall += 0.5
        watch.read()
    assert watch.read()["seconds"] == 1.0
    assert set(watch.read()) == set(stopwatch.TIMES)
