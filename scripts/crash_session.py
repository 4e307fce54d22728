"""A short run with the planner and a person as oracles, in processes that are killed and begun again.

Every process is a copy (fork) of one that has loaded everything, so that a restart costs no start. It works
through the session's steps and tells its parent which are done; killed, another goes on with the step in
hand, as a user would who repeats the command.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from robogeo import experiment
from robogeo.commands import dialogue
from robogeo.config import ExperimentConfig
from robogeo.config.file import validated
from robogeo.data.demonstrations import Demonstration
from robogeo.data.storage import save_demonstration
from robogeo.errors import RobogeoError
from robogeo.experiment import run_experiment, usual_oracle
from robogeo.learning.journal import read_events
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World
from robogeo.progress import Silence
from robogeo.run import report
from robogeo.stopwatch import TIMES

# Learns next to nothing, but goes through everything: any gap at the end points may be closed.
_CONFIG = {
    "scene": "ShelfReach",
    "initial_demonstrations": 2,
    "initial_places": ["home", "centre low"],
    "rounds": 1,
    "candidates": 6,
    "held_out": 2,
    "workers": 1,
    "strategy": "farthest",
    "model": {"hidden": [16, 16], "heads": 2},
    "training": {"steps": 30, "warm_steps": 30, "passes": 0},
    "motion": {"correction_limit": 10.0},
    "success": {"margin_m": 0.0, "goal_tolerance_m": 0.05, "length_ratio": 100.0, "abruptness": 1e6},
    "output": {"video": False},
}
# Whatever makes something on the disk, or makes it last.
DURABLE = ("fsync", "replace", "rename", "ftruncate", "pwrite", "mkdir", "unlink")
_PATIENCE = 200  # restarts of one session
_GAVE_UP = 3  # exit status of a process that stopped with one clear line


@dataclass(frozen=True)
class Outcome:
    """How a session ended.

    Attributes:
        kills: how often its process was killed, or gave up because the disk failed.
        content: what the run's folder holds, times excepted.
    """

    kills: int
    content: dict[str, bytes]


class Session:
    """The session's steps, and everything they need, ready to be copied into processes.

    Args:
        place: folder for the answers; runs are made beside it.
        world: shared by all; each process works on its own copy.
    """

    def __init__(self, place: Path, world: World) -> None:
        self.place, self._world = place, world
        self._config: ExperimentConfig = validated(_CONFIG, "session")
        self._answers = self._written_answers()

    def steps(self, run: Path) -> Sequence[Callable[[], object]]:
        """The commands of the session, in order; each may be repeated."""
        shown, refused, failed = self._answers

        def tell(query: str, file: Path, update: bool = False) -> Callable[[], object]:
            return lambda: dialogue.tell_run(run, query, file, Silence(), update)

        return (
            lambda: run_experiment(self._config, run, Silence()),
            lambda: dialogue.ask_run(run, 2),
            tell("q1-0", refused),
            tell("q1-1", shown, update=True),
            lambda: dialogue.ask_run(run, 1),
            tell("q2-0", failed),
            lambda: dialogue.ask_run(run, 1),
        )

    def operations(self, run: Path) -> int:
        """Run the session undisturbed and count its durable operations."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            with _dying():
                self._share_world()
                count = _instrumented(lambda passed: None)
                for step in self.steps(run):
                    step()
                os.write(writing, json.dumps(count[0]).encode())
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            answer = told.read()
        os.waitpid(child, 0)
        return int(json.loads(answer)) // 2

    def killed_at(self, run: Path, instant: int) -> Outcome:
        """Kill the first process at an instant: 2 k is before, 2 k + 1 after durable operation k."""

        def deadly() -> None:
            _instrumented(lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == instant else None)

        return self._driven(run, lambda kills: deadly if kills == 0 else (lambda: None), None)

    def failing_at(self, run: Path, operation: int, number: int) -> Outcome:
        """Let a durable operation fail with an error number, as on a full disk, then begin again."""

        def failing() -> None:
            def fail(passed: int) -> None:
                if passed == 2 * operation:
                    raise OSError(number, os.strerror(number))

            _instrumented(fail)

        return self._driven(run, lambda kills: failing if kills == 0 else (lambda: None), None)

    def killed_at_random(self, run: Path, seconds: float, generator: np.random.Generator) -> Outcome:
        """Kill processes at random times within the length of a session, until one gets through."""
        return self._driven(run, lambda kills: lambda: None, lambda: float(generator.uniform(0.0, seconds)))

    def _driven(
        self, run: Path, prepared: Callable[[int], Callable[[], None]], patience: Callable[[], float] | None
    ) -> Outcome:
        done = kills = 0
        while done < len(self.steps(run)):
            done, killed = self._attempt(run, done, prepared(kills), patience() if patience else None)
            kills += killed
            if kills > _PATIENCE:
                raise RuntimeError(f"{run}: killed {kills} times, at step {done}")
        return Outcome(kills, content_of(run))

    def _attempt(
        self, run: Path, first: int, prepare: Callable[[], None], seconds: float | None
    ) -> tuple[int, bool]:
        """One process from a step on; the steps that are done then, and whether it was killed."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            with _dying():
                self._share_world()
                prepare()
                for step in self.steps(run)[first:]:
                    step()
                    os.write(writing, b".")
        os.close(writing)
        if seconds is not None:
            _kill_after(child, seconds)
        with os.fdopen(reading, "rb") as told:
            done = len(told.read())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status not in (0, _GAVE_UP, -signal.SIGKILL):
            raise RuntimeError(f"{run}: a process ended with status {status}")
        return first + done, status != 0

    def _share_world(self) -> None:
        """In a process of its own: take the world that is loaded; make no report, nothing depends on it."""
        experiment.world_of = lambda config, data: nullcontext(self._world)  # type: ignore[assignment, return-value]
        dialogue.world_in = lambda folder, config: nullcontext(self._world)  # type: ignore[assignment, return-value]
        report.write_run_report = lambda *_: None  # type: ignore[assignment]

    def _written_answers(self) -> tuple[Path, Path, Path]:
        """A demonstration, a refusal and a failure, as files."""
        files = [self.place / name for name in ("shown.npz", "refused.json", "failed.json")]
        with RunFolder.open(self.place / "nobody", self._config.as_dict()) as folder:
            oracle = usual_oracle(Learner(folder, self._config, self._world))
            shown = oracle.demonstrate(self._world.request(3, 0), 0)
        assert isinstance(shown, Demonstration)
        save_demonstration(files[0], shown)
        files[1].write_text('{"refusal": "the cable is too short"}')
        files[2].write_text('{"failure": "somebody walked by"}')
        return files[0], files[1], files[2]


@contextmanager
def _dying() -> Iterator[None]:
    """A block after which the process is gone, whatever happens in it."""
    try:
        yield
    except RobogeoError:
        os._exit(_GAVE_UP)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def content_of(run: Path) -> dict[str, bytes]:
    """Journal, blobs, demonstrations and questions of a run, without times and what follows from them."""
    events = [
        {name: value for name, value in event.items() if name not in ("sha", *TIMES)}
        for event in read_events(run / "journal.jsonl")
    ]
    summary = json.loads((run / "summary.json").read_bytes())
    held = {"journal": json.dumps(events).encode(), "summary": json.dumps(_timeless(summary)).encode()}
    for pattern in ("blobs/*", "demonstrations/*", "queries/*", "config.yaml"):
        held |= {
            str(file.relative_to(run)): file.read_bytes()
            for file in sorted(run.glob(pattern))
            if not file.name.endswith(".part")
        }
    return held


def _timeless(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _timeless(value) for name, value in tree.items() if "seconds" not in name}
    return [_timeless(value) for value in tree] if isinstance(tree, list) else tree


def _instrumented(tick: Callable[[int], None]) -> list[int]:
    """Have `tick` called before and after each durable operation of this process; counts the calls."""
    passed = [0]

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            tick(passed[0])
            passed[0] += 1
            result = function(*arguments, **options)
            tick(passed[0])
            passed[0] += 1
            return result

        return call

    for name in DURABLE:
        setattr(os, name, watched(getattr(os, name)))
    return passed


def _kill_after(child: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
