"""The command ``robogeo``: learn, generate, evaluate, ask, tell, info, replay, benchmark, reproduce.

Heavy imports wait until a command needs them, so that help is immediate. Exit status: 0 done, 1 the work
failed, 2 bad input (said in one line), 130 interrupted with nothing lost.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from robogeo.errors import InputError, Interrupted, RobogeoError

# Small matrix products only lose by several threads; it has to be said before numpy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Options whose value may begin with a minus sign, which the parser would take for another option.
_NEGATIVE = ("--start", "--goal")


@dataclass(frozen=True)
class Learn:
    """Run an active-learning experiment, or take a stopped one up where it was.

    Each round trains the model, evaluates it on held-out requests, and asks the demonstrator for the motion
    that the strategy finds most wanting. Repeat the same command to resume.
    """

    config: Annotated[str, tyro.conf.Positional]
    """Configuration file, or the name of one that comes with robogeo (see: robogeo info)."""
    out: Path | None = None
    """Folder of the run. Default: runs/CONFIG-STRATEGY-sSEED."""
    set: tuple[str, ...] = field(default_factory=tuple)
    """Fields that replace those of the file, as key=value, for example seed=1 training.steps=500."""


@dataclass(frozen=True)
class Generate:
    """Plan motions with a learned model and write them: CSV with a JSON side-car, npz, or ROS messages."""

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    out: Path = Path("motion.csv")
    """File to write: .csv, .npz, .json or .yaml; with --requests, a number is put before the ending."""
    format: Literal["csv", "npz", "ros-json", "ros-yaml"] | None = None
    """Format; the ROS ones are trajectory_msgs/JointTrajectory. Default: as the ending of --out says."""
    start: str | None = None
    """Start configuration q1,..,qn in rad."""
    goal: str | None = None
    """Goal configuration q1,..,qn in rad."""
    requests: Path | None = None
    """CSV file of requests instead: a header s1,..,sn,g1,..,gn and one request a line, in rad."""
    mode: Literal["implicit", "verified"] | None = None
    """Trust the demonstrations, or check each motion against robot and scene. Default: as configured."""
    simulate: bool = True
    """Run each motion in the simulator and tell what happened."""


@dataclass(frozen=True)
class Ask:
    """Write down what a person or a real robot should show next: RUN/queries/ID.json, and a line for each.

    Queries that wait for an answer come first, with the same ids as before. The file tells start, goal, a
    configuration in the middle of the worst stretch, why it is asked, joint names and units.
    """

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    n: int = 1
    """Number of queries."""


@dataclass(frozen=True)
class Tell:
    """Answer a query with a file; telling twice changes nothing.

    The file is a demonstration, .npz with the arrays q, t, source and note, or .csv with the header
    t,q1,..,qn (s, rad); or .json with {"refusal": "reason"}, after which nothing near is asked again, or
    {"failure": "reason"}, after which it may be.
    """

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    query: Annotated[str, tyro.conf.Positional]
    """Id of the query, as robogeo ask tells it."""
    file: Annotated[Path, tyro.conf.Positional]
    """The answer."""
    update: bool = False
    """Learn from all that was told so far, and evaluate it: a round, which takes as long as one."""


@dataclass(frozen=True)
class Replay:
    """Run a motion file (.csv, .npz, or a ROS JointTrajectory as .json or .yaml) in the simulator."""

    motion: Annotated[Path, tyro.conf.Positional]
    """The file."""
    scene: str
    """Scene to run it in."""
    robot: str = "iiwa"
    """Robot that runs it; the file's joint names have to be its own."""
    engine: Literal["pybullet", "mujoco"] = "pybullet"
    """Physics engine."""


@dataclass(frozen=True)
class Evaluate:
    """Plan fresh requests with a learned model, run them in the simulator and tell how well it went."""

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    requests: int = 48
    """Number of fresh requests."""
    seed: int = 0
    """Seed of the requests."""
    workers: int | None = None
    """Processes. Default: as the run was configured."""
    mode: Literal["implicit", "verified"] | None = None
    """Trust the demonstrations, or check each motion against robot and scene. Default: as configured."""
    engine: Literal["pybullet", "mujoco"] = "pybullet"
    """With mujoco every motion also runs there; tells whether both agree on collisions and tracking."""
    json: Path | None = None
    """File to write the measures to."""


@dataclass(frozen=True)
class Benchmark:
    """Compare strategies on paired seeds, or go on with a comparison that was stopped.

    Cells that are finished are never run again, so a study grows over many sessions; results are drawn from
    all that are finished, whatever is chosen to be run now.
    """

    config: Annotated[str, tyro.conf.Positional]
    """Configuration file of the study, or the name of one that comes with robogeo."""
    seeds: int | None = None
    """Seeds of each scene to run now, at most. Default: as many as the study has."""
    strategies: str = ""
    """Names a,b of the strategies and controls to run now. Default: all."""
    scenes: str = ""
    """Names a,b of the scenes to run now. Default: all."""
    workers: int = 2
    """Processes; each runs whole cells."""
    minutes: float | None = None
    """Start no cell after so many minutes. Default: run until all is done."""
    out: Path | None = None
    """Folder of everything. Default: runs in runs/CONFIG, results and figures where the study says."""


@dataclass(frozen=True)
class Reproduce:
    """Run one of the papers' experiments: the paper's recipe beside robogeo's default, or go on with it.

    Names: pendulum, robot-circle, fashion-mnist, human-motion, chairs, graph-vs-neural, active-pendulum,
    active-arm. A whole run in a checkout writes docs/results, docs/images and its section of
    docs/reproductions.md; any other writes into its own folder.
    """

    name: Annotated[str, tyro.conf.Positional]
    """Name of the experiment."""
    quick: bool = False
    """A run of minutes, with the fields under quick in the experiment's configuration."""
    seeds: int | None = None
    """Seeds to run, counted from 0. Default: as many as configured."""
    out: Path | None = None
    """Folder of everything. Default: runs/reproduce/NAME, and docs as above."""


@dataclass(frozen=True)
class Info:
    """Show versions, scenes, robots, strategies and configurations."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    commands: dict[str, Callable[..., Any]] = {
        "learn": Learn,
        "generate": Generate,
        "evaluate": Evaluate,
        "ask": Ask,
        "tell": Tell,
        "info": Info,
        "replay": Replay,
        "benchmark": Benchmark,
        "reproduce": Reproduce,
    }
    complaint = io.StringIO()
    try:
        with redirect_stderr(complaint):
            command = tyro.extras.subcommand_cli_from_dict(
                commands,
                prog="robogeo",
                description="Teach a robot arm with few demonstrations.",
                args=_joined(given),
            )
    except InputError as error:
        return _failed(str(error), 2)
    except SystemExit as stopped:
        return _failed(_in_one_line(complaint.getvalue()), 2) if stopped.code else 0
    return _guarded(lambda: _run(command))


def _run(command: Any) -> None:
    from robogeo import commands

    action: Callable[[Any], None] = getattr(commands, type(command).__name__.lower())
    action(command)


def _guarded(action: Callable[[], None]) -> int:
    """Turn errors into one line and an exit status; what is nobody's fault but ours stays as it is."""
    try:
        action()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has enough of it; the rest goes nowhere, without another complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        if _is_interrupt(error):
            return _failed("interrupted; nothing is lost, repeat the command to go on", 130)
        if isinstance(error, RobogeoError):
            return _failed(str(error), 2 if isinstance(error, InputError) else 1)
        raise
    return 0


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether an error is an interruption, or what a library made of one (numba: a SystemError)."""
    while error is not None:
        if isinstance(error, (KeyboardInterrupt, Interrupted)):
            return True
        error = error.__cause__
    return False


def _failed(line: str, status: int) -> int:
    print(f"robogeo: {' '.join(line.split())}", file=sys.stderr, flush=True)
    return status


def _in_one_line(complaint: str) -> str:
    """The parser's complaint without its box: the text above the first rule."""
    said: list[str] = []
    for line in complaint.splitlines()[1:]:
        text = line.strip("│╭╮╰╯ ")
        if not text.strip("─"):
            break
        said.append(text)
    return f"{' '.join(said).rstrip('.')}; see 'robogeo --help'"


def _joined(arguments: Sequence[str]) -> list[str]:
    """Arguments with ``--start -0.1,2`` as ``--start=-0.1,2``, and all of several ``--set`` in one."""
    joined: list[str] = []
    assignments: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in _NEGATIVE and rest:
            joined.append(f"{word}={rest.pop(0)}")
        elif word == "--set" or word.startswith("--set="):
            assignments += [word.removeprefix("--set=")] if word != "--set" else []
            while rest and not rest[0].startswith("-"):
                assignments.append(rest.pop(0))
            if not assignments:
                raise InputError("--set: no assignment follows; give key=value, for example seed=1")
        else:
            joined.append(word)
    return [*joined, "--set", *assignments] if assignments else joined


if __name__ == "__main__":
    sys.exit(main())
