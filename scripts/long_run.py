"""What a long run costs and whether it leaks: durability's share of a round, memory, handles, processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from robogeo.config import load_config
from robogeo.evaluation.results import Results
from robogeo.experiment import run_experiment
from robogeo.learning.journal import read_events
from robogeo.progress import Progress, Silence

_TIMED = ("fsync", "replace", "ftruncate", "pwrite")
_SETTLED = 0.1  # share of a long run after which memory should not grow any more


def durability_share(results: Results, place: Path, rounds: int) -> None:
    """Time in calls that make things last, within rounds of the quickstart's experiment."""
    config = load_config("quickstart", [f"rounds={rounds}", "output.video=false", "workers=1"])
    spent = [0.0]

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                spent[0] += time.perf_counter() - started

        return call

    honest = {name: getattr(os, name) for name in _TIMED}
    for name, function in honest.items():
        setattr(os, name, timed(function))
    try:
        started = time.perf_counter()
        run_experiment(config, place / "timed", Silence())
        whole = time.perf_counter() - started
    finally:
        for name, function in honest.items():
            setattr(os, name, function)
    share = spent[0] / whole
    results.row(what="durability", seconds=spent[0], of_seconds=whole, events=_events(place / "timed"))
    results.target(
        "time for durability, share of a round", share, "<=", 0.02, f"{rounds} rounds of the quickstart"
    )


def leaks(results: Results, place: Path, told: Progress, resets: int = 1000, rounds: int = 200) -> None:
    """Memory, file handles and processes over many resets and many rounds."""
    _report(results, f"{resets} resets", *_resets(resets, told))
    _report(results, f"{rounds} rounds", *_rounds(place, rounds, told))


def _report(results: Results, what: str, memory: list[int], handles: list[int]) -> None:
    settled = int(_SETTLED * len(memory))
    growth = memory[-1] / memory[settled] - 1.0
    results.row(
        what=what, memory_mib=memory[-1] / 2**20, growth=growth, handles=handles[-1] - handles[settled]
    )
    results.target(f"growth of memory over {what}", growth, "<=", 0.05, "from a tenth of the way to the end")
    results.target(f"file handles left over by {what}", float(handles[-1] - handles[settled]), "<=", 0.0)


def _resets(count: int, told: Progress) -> tuple[list[int], list[int]]:
    import gymnasium

    import envs

    environment = gymnasium.make(envs.ENV_IDS[0])
    memory, handles = [], []
    for number in range(count):
        environment.reset(seed=number)
        memory.append(_resident())
        handles.append(_handles())
        told("resets", number, count)
    environment.close()
    return memory, handles


def _rounds(place: Path, count: int, told: Progress) -> tuple[list[int], list[int]]:
    """A run of many rounds of next to no training, in this process."""
    memory: list[int] = []
    handles: list[int] = []

    class Watching(Silence):
        def say(self, line: str) -> None:
            if "held-out requests" in line:
                memory.append(_resident())
                handles.append(_handles())
                told("rounds", len(memory), count)

    small = ["model.hidden=[16,16]", "model.heads=2", "training.steps=5", "training.warm_steps=5"]
    small += ["training.passes=0", "held_out=2", "candidates=6", "initial_demonstrations=2", "workers=1"]
    small += ["output.video=false", "strategy=random", f"rounds={count}", "stop={}"]
    config = load_config("shelf_reach", small)
    run_experiment(config, place / "long", Watching())
    return memory, handles


def _events(run: Path) -> int:
    return len(read_events(run / "journal.jsonl"))


def _resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _handles() -> int:
    return len(os.listdir("/proc/self/fd"))
