"""The stopwatch tells waiting from working."""

from __future__ import annotations

import time

from robogeo.stopwatch import Stopwatch


def test_waiting_takes_time_on_the_clock_only() -> None:
    watch = Stopwatch()
    time.sleep(0.2)
    read = watch.read()
    assert set(read) == {"seconds", "cpu_seconds"}
    assert read["seconds"] >= 0.2 > read["cpu_seconds"] >= 0.0


def test_work_takes_time_on_the_processor() -> None:
    watch = Stopwatch()
    while watch.read()["cpu_seconds"] < 0.02:
        sum(range(1000))
    assert watch.read()["seconds"] >= 0.02
