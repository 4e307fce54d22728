"""What the commands of ``robogeo`` do; `options` holds what was typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.commands.checking import replay, verify, what_was_seen
from robogeo.commands.converting import convert, inspect, reading
from robogeo.commands.fitting import fit
from robogeo.commands.typed_requests import requests_of
from robogeo.commands.typed_values import check_place, names
from robogeo.commands.viewing import map, view
from robogeo.config import load_config
from robogeo.devices import device_named
from robogeo.errors import InputError, RobogeoError
from robogeo.progress import Progress

if TYPE_CHECKING:
    from robogeo.commands.options import Ask, Benchmark, Evaluate, Generate, Info, Learn, Reproduce, Tell
    from robogeo.config import ExperimentConfig

__all__ = [
    "ask",
    "benchmark",
    "convert",
    "evaluate",
    "fit",
    "generate",
    "info",
    "inspect",
    "learn",
    "map",
    "replay",
    "reproduce",
    "tell",
    "verify",
    "view",
]

FloatArray = NDArray[np.float64]


def learn(command: Learn) -> None:
    """``robogeo learn``: run or resume an experiment."""
    config = _experiment(command)
    device_named(config.training.device)  # before anything is made
    out = command.out or Path("runs") / f"{Path(command.config).stem}-{config.strategy}-s{config.seed}"
    from robogeo.experiment import run_experiment

    with Progress() as progress:
        summary = run_experiment(config, out, progress, cluster=command.cluster)
    if config.recorded:
        from robogeo.run.report.recorded import needed

        count = needed(summary["rounds"])
        print(f"recordings that give 95 % of the final success: {'none' if count is None else count}")
    else:
        reached = summary["demonstrations_to_90"]
        print(f"demonstrations to 90 % success: {'not reached' if reached is None else reached}")
    print(f"report: {out / 'report.html'}")


def _experiment(command: Learn) -> ExperimentConfig:
    """The configuration that was named, or that of learning from the recordings that were named."""
    read, overrides = reading(command), list(command.set)
    if command.device is not None:
        overrides.append(f"training.device={json.dumps(command.device)}")
    usual = vars(type(read)())
    given = {name: value for name, value in vars(read).items() if value != usual[name]}
    if Path(command.config).suffix in ("", ".yaml") and not Path(command.config).is_dir():
        if given or command.robot is not None:
            option = next(iter(given), "robot").replace("_", "-")
            raise InputError(
                f"--{option}: is for recordings; {command.config} is a configuration, use --set, for example "
                "--set robot=panda recordings.units=[deg]"
            )
        return load_config(command.config, overrides)
    if command.robot is None:
        known = "iiwa, panda, kuka_lwr, a .yaml file, or tool-xy, tool-xyz, tool-pose for positions and poses"
        raise InputError(f"--robot: whose recordings are {command.config}? Name {known}")
    settings = {"path": command.config, **given}
    told = [f"recordings.{name}={json.dumps(value)}" for name, value in settings.items()]
    return load_config("recordings", [*told, f"robot={json.dumps(command.robot)}", *overrides])


def generate(command: Generate) -> None:
    """``robogeo generate``: plan motions and write them."""
    from robogeo.learning.learner import Learner
    from robogeo.motion.exchange import ENDINGS, check_units, format_of, verify_written, write_motion
    from robogeo.motion.request import Refusal
    from robogeo.run.recordings import world_in
    from robogeo.run.stored import open_run

    out = command.out
    if command.format is not None and out == Path("motion.csv"):
        stem = "motion" if command.format in ("csv", "npz") else "motion-ros"  # motion.json is a side-car
        out = Path(stem + ENDINGS[command.format])
    format_of(out, command.format)
    check_place(out)
    folder, config = open_run(command.run, command.mode)
    with folder, world_in(folder, config) as world:
        check_units(out, world.limits)
        requests = list(requests_of(command, world))
        learner = Learner(folder, config, world)
        refused = 0
        for number, request in enumerate(requests):
            plan = learner.plans.plan(request)
            if isinstance(plan, Refusal):
                refused += 1
                print(f"{request.name}: refused: {plan.reason}")
                continue
            path = out if command.requests is None else _numbered(out, number)
            write_motion(path, plan.motion, world.joint_names, world.limits, world.scene)
            verify_written(path, world.limits)
            length = f"{plan.motion.path_length:.2f} {world.limits.unit}"
            print(f"{request.name}: {plan.motion.duration:.2f} s, {length} -> {path}")
            if command.simulate and world.has_body:
                print(f"  simulated: {what_was_seen(world.execute(plan.motion))}")
    if refused:
        raise RobogeoError(
            f"{refused} of {len(requests)} requests were refused; ask for demonstrations near them"
        )


def ask(command: Ask) -> None:
    """``robogeo ask``: write down what is to be shown."""
    from robogeo.commands.dialogue import ask_run

    asked = ask_run(command.run, command.n)
    for query, file in asked:
        gain = f"expected to mend {query.predicted_gain:.0%}"
        print(f"{query.id}: {query.kind}: {query.request.name}, {gain} -> {file}")
    if not asked:
        raise RobogeoError(
            f"{command.run}: nothing is left to ask in this round; tell what was shown with --update"
        )


def tell(command: Tell) -> None:
    """``robogeo tell``: take an answer."""
    from robogeo.commands.dialogue import tell_run

    with Progress() as progress:
        receipt = tell_run(command.run, command.query, command.file, progress, command.update)
    before = "" if receipt.accepted else " before; nothing changed"
    print(f"{command.query}: {receipt.state.value}{before}")
    if receipt.compliance is not None:
        credit = "" if receipt.credited else "; it is learned from, but is not counted as an answer"
        print(f"covered: {receipt.compliance:.0%} of what was asked{credit}")


def evaluate(command: Evaluate) -> None:
    """``robogeo evaluate``: fresh requests in the simulator."""
    from robogeo.evaluation.statistics import MEANS, RATES
    from robogeo.run.stored import evaluate_run

    if command.requests < 1 or command.seed < 0:
        raise InputError("evaluate: --requests must be at least 1 and --seed at least 0")
    if command.json is not None:
        check_place(command.json)
    engine = None if command.engine == "pybullet" else command.engine
    with Progress() as progress:
        measures = evaluate_run(
            command.run,
            command.requests,
            command.seed,
            command.workers,
            progress,
            command.mode,
            engine,
            command.cluster,
        )
    for name in RATES:
        low, high = measures[f"{name}_ci95"]
        print(f"{name:22} {measures[name]:8.3f}   [{low:.3f}, {high:.3f}]")
    for name in MEANS:
        value = measures[name]
        print(f"{name:22} {'-' if value is None else format(value, '8.4g')}")
    if "deviation_rad" in measures:
        print(f"{'deviation_rad':22} {measures['deviation_rad']:8.4g}")
    for name, value in measures["measures"].items():
        print(f"{name:22} {value:8.4g}")
    print(f"{'failures':22} {measures['failures'] or 'none'}")
    for name, value in measures.get("second_opinion", {}).items():
        shown = format(value, ".4g") if isinstance(value, float) else value
        print(f"{command.engine + ': ' + name:38} {shown}")
    if command.json is not None:
        _write_json(command.json, measures)


def benchmark(command: Benchmark) -> None:
    """``robogeo benchmark``: compare strategies, or go on comparing them."""
    from robogeo.study.benchmark import Selection, places_of, run_study

    if command.seeds is not None and command.seeds < 1:
        raise InputError("benchmark: --seeds must be at least 1")
    if command.minutes is not None and not 0.0 <= command.minutes < float("inf"):
        raise InputError("benchmark: --minutes must be a number from 0")
    contenders, scenes = (names(text) for text in (command.strategies, command.scenes))
    typed = " ".join(["robogeo benchmark", command.config])  # the options choose no results, only what to run
    with Progress() as progress:
        file = run_study(
            command.config,
            places_of(command.config, command.out),
            Selection(command.seeds, contenders, scenes),
            command.workers,
            command.minutes,
            typed,
            progress,
            command.cluster,
        )
    print(file)


def reproduce(command: Reproduce) -> None:
    """``robogeo reproduce``: run one of the papers' experiments."""
    from robogeo.reproduction.running import reproduce as run

    if command.seeds is not None and command.seeds < 1:
        raise InputError(f"--seeds {command.seeds}: expected at least 1")
    with Progress() as progress:
        run(command.name, command.quick, command.seeds, command.out, progress)


def info(command: Info) -> None:
    """``robogeo info``: what is here."""
    import robogeo
    from robogeo.config import ExperimentConfig
    from robogeo.config.file import describe_fields, packaged_configs, packaged_studies
    from robogeo.config.settings import Settings
    from robogeo.data.folder import data_folder, data_sets
    from robogeo.fitting import FitSettings
    from robogeo.learning.provenance import provenance
    from robogeo.learning.strategies import strategies_found
    from robogeo.motion.free_tool import TOOLS
    from robogeo.motion.worlds import robot_names, scene_names
    from robogeo.study.settings import StudyConfig

    if command.fields:
        kinds: tuple[tuple[type[Settings], str], ...] = (
            (ExperimentConfig, ""),
            (FitSettings, "fit: "),
            (StudyConfig, "study: "),
        )
        for settings, before in kinds:
            for field in describe_fields(settings):
                default = "(must be given)" if field.default is ... else f"= {field.default}"
                print(f"{before}{field.name} {default}\n    {field.description}")
        return
    origin = provenance()
    print(f"robogeo {robogeo.__version__}, Python {origin['python']}")
    print(
        "packages:  ",
        ", ".join(f"{name} {version}" for name, version in origin["packages"].items() if version),
    )
    print("scenes:    ", ", ".join(scene_names()))
    print("robots:    ", f"{', '.join(robot_names())}; tools alone: {', '.join(TOOLS)}")
    print("configs:   ", ", ".join(sorted(packaged_configs())))
    print("studies:   ", ", ".join(sorted(packaged_studies())))
    print(
        "data:      ", ", ".join(data_sets()) or f"none in {data_folder()}; ROBOGEO_DATA names another folder"
    )
    print("strategies:")
    for name, line in strategies_found().items():
        print(f"  {name:16} {line}")


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def _write_json(path: Path, value: dict[str, Any]) -> None:
    from robogeo.durable import write_atomically

    write_atomically(path, (json.dumps(value, indent=2) + "\n").encode())
