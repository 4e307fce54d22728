"""What two workers gain over one, by the clock; needs a machine with two idle processors.

Beside each gain stands that of two loops that share nothing: where processors are two threads of one core, or
others use them too, nothing can gain more.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
from geometry_fixture import clock_seconds, decoder, latents

from robogeo.config import load_config
from robogeo.evaluation.results import Results
from robogeo.evaluation.roll_out import roll_out, trials_for
from robogeo.experiment import Loop, usual_oracle
from robogeo.geometry import GeodesicGraph, PullbackMetric
from robogeo.geometry.edges import edge_lengths
from robogeo.learning.beginning import begin
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.screening import first_look
from robogeo.motion.request import Request
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Silence
from robogeo.run.stored import criteria_of
from robogeo.study.cells import cells
from robogeo.study.records import RecordFile
from robogeo.study.schedule import run_missing
from robogeo.study.settings import SceneSettings, StudyConfig

NODES, NEIGHBORS, REQUESTS, CELLS = 100_000, 10, 192, 4
DEMONSTRATIONS, DRAWN, OUTLINED = 96, 1_000, 40_000
REPEATS = 3
SUBJECTS = (
    "study",
    "evaluation",
    "demonstrations",
    "drawing of candidates",
    "outlines of candidates",
    "edge lengths",
)
TARGET = 0.85

Work = Callable[[Workers], object]


def target_name(subject: str) -> str:
    """What the target for a subject is called."""
    return f"speed-up of {subject} by 2 workers, of their number"


def measure_speedup(results: Results) -> None:
    """The machine's own gain, and that of all that is handed to workers."""
    machine = _note(results, "two loops that share nothing", _loops, REPEATS)
    with tempfile.TemporaryDirectory() as place:
        gains = {
            "study": _note(results, "study", _study(Path(place) / "study"), 1, cells=CELLS),
            "demonstrations": _demonstrations(results, Path(place)),
            **_with_a_model(results, Path(place) / "run"),
            "edge lengths": _edges(results),
        }
    for subject in SUBJECTS:
        note = f"two loops that share nothing: {machine:.2f}"
        results.target(target_name(subject), gains[subject], ">=", TARGET, note)


def _note(results: Results, subject: str, work: Work, repeats: int, **size: int) -> float:
    """Times of one and of two workers, taken in turn, the least of each; returns half their ratio."""
    with Workers(1, engine="processes") as one, Workers(2, engine="processes") as two:
        groups = (one, two)
        if repeats > 1:  # the first time opens worlds and loads machine code
            for group in groups:
                work(group)
        times = [[clock_seconds(partial(work, group)) for group in groups] for _ in range(repeats)]
    one_s, two_s = (min(column) for column in zip(*times, strict=True))
    results.row(what="speedup", of=subject, one_s=one_s, two_s=two_s, efficiency=one_s / two_s / 2, **size)
    return one_s / two_s / 2


def _loops(workers: Workers) -> None:
    workers.map(_loop, range(2))


def _loop(seed: int) -> float:
    matrix = np.random.default_rng(seed).normal(size=(200, 200))
    for _ in range(4_000):
        matrix = np.tanh(matrix @ matrix / 200.0)
    return float(matrix.sum())


def _study(place: Path) -> Work:
    """Cells of one strategy with different seeds, each from its first demonstration on."""
    study = StudyConfig(
        scenes=(SceneSettings(experiment="shelf_reach", seeds=CELLS, rounds=2, held_out=24),),
        strategies=("combined", "random"),
        target=1.0,
    )
    wanted = [cell for cell in cells(study) if cell.contender.name == "combined"]

    def work(workers: Workers) -> None:
        shutil.rmtree(place, ignore_errors=True)
        with RecordFile(place / "cells.jsonl") as records:
            run_missing(wanted, records, place, workers, Silence())

    return work


def _demonstrations(results: Results, place: Path) -> float:
    """The beginning of a run: what is shown, and written down."""
    config = load_config("shelf_reach").model_copy(
        update={"initial_demonstrations": DEMONSTRATIONS, "initial_places": ()}
    )
    number = count()
    with World(config.scene, config.robot) as world:

        def work(workers: Workers) -> None:
            with RunFolder.open(place / f"begun-{next(number)}", config.as_dict()) as folder:
                learner = Learner(folder, config, world)
                begin(learner, usual_oracle(learner), workers, Silence())

        return _note(results, "demonstrations", work, REPEATS, demonstrations=DEMONSTRATIONS)


def _with_a_model(results: Results, place: Path) -> dict[str, float]:
    """What is done with a planner: an evaluation, and very many candidates drawn and outlined."""
    config = load_config("shelf_reach").model_copy(update={"rounds": 0, "initial_demonstrations": 20})
    with World(config.scene, config.robot) as world, RunFolder.open(place, config.as_dict()) as folder:
        learner = Learner(folder, config, world)
        with Workers(1) as alone:
            Loop(learner, alone, Silence(), usual_oracle(learner)).run()
        trials, _ = trials_for(world, world.held_out(1, REQUESTS))
        known, rng = world.candidates(0, 0, REQUESTS, ()), np.random.default_rng(0)
        ends = rng.integers(len(known), size=(OUTLINED, 2))
        requests = [Request(known[start].start, known[goal].goal) for start, goal in ends]
        stream, manifold = count(), learner.planner.manifold

        def rolled_out(workers: Workers) -> None:
            criteria = criteria_of(config)
            roll_out(learner.planner, trials, config.scene, config.robot, criteria, workers)

        return {
            "evaluation": _note(results, "evaluation", rolled_out, REPEATS, requests=len(trials)),
            "drawing of candidates": _note(
                results,
                "drawing of candidates",
                lambda workers: world.draw_ahead(next(stream), 1, DRAWN, workers),
                REPEATS,
                requests=DRAWN,
            ),
            "outlines of candidates": _note(
                results,
                "outlines of candidates",
                lambda workers: first_look(manifold, requests, workers),
                REPEATS,
                requests=OUTLINED,
            ),
        }


def _edges(results: Results) -> float:
    """The edges of a graph, and that they are the same as measured here."""
    metric = PullbackMetric(decoder(2))
    graph = GeodesicGraph.build(metric, latents(NODES, 2), NEIGHBORS)
    nodes, embedded = graph.nodes.numpy(), graph.embedded.numpy()

    def work(workers: Workers) -> None:
        found = edge_lengths(metric, nodes, embedded, graph.edges, mapped=workers.map)
        if not np.array_equal(found, graph.lengths):
            raise AssertionError("edges measured by workers differ from those measured here")

    return _note(results, "edge lengths", work, REPEATS, nodes=NODES, edges=len(graph.edges))
