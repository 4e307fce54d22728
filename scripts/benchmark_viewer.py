"""How quickly the viewer answers: click to geodesic with the decoded arm, the verdict after it, and the map.

Times are of one thread on the server's side; drawing is the browser's. ``core_ms`` is the time that the
thread ran, ``wall_ms`` what the clock said on a machine that others may use. On the quickstart's run:

    robogeo learn quickstart --out runs/quickstart
    python scripts/benchmark_viewer.py runs/quickstart
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.evaluation.results import Results
from robogeo.learning.learner import Learner
from robogeo.motion.world import World
from robogeo.parallel import use_one_thread
from robogeo.stored_run import criteria_of, open_run
from robogeo.viewer.arm import Arm
from robogeo.viewer.card import curves_card, map_card
from robogeo.viewer.latent_map import LAYERS, LatentMap
from robogeo.viewer.session import Session

CLICKS = 60
Seconds = tuple[float, float]  # that the thread ran, and by the clock
RESULTS = Path(__file__).parents[1] / "docs" / "results"


def main() -> None:
    """Time it, print it and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a run")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    use_one_thread()
    folder, config = open_run(given.run)
    with folder, World(config.scene, config.robot) as world:
        session = Session(Learner(folder, config, world), criteria_of(config))
        results = Results("viewer", f"python scripts/benchmark_viewer.py {given.run.name}")
        for row in (*_clicks(session, Arm(world)), *_maps(session)):
            results.row(**row)
    of = {row["what"]: row["core_ms"] for row in results.rows}
    results.target("click to geodesic with decoded arm, median, core ms", of[_LEAD], "<=", 100.0)
    results.target("map of 200 x 200, 5 heads, all three layers, core ms", of[_MAP], "<=", 1000.0)
    print(results.write(given.out))


_LEAD = "second click to geodesic, decoded arm and its links' poses"
_JUDGE = "motion timed, run in the simulator, judged, film measured"
_CURVES = "curves drawn"
_FIRST = "map of 200 x 200 as first shown: magnification under fog"
_MAP = "map of 200 x 200, all three layers"
_CARD = "map drawn with demonstrations"


def _clicks(session: Session, arm: Arm) -> list[dict[str, Any]]:
    """Pairs of clicks spread over what is supported."""
    rng = np.random.default_rng(0)
    nodes = session.map.projection.plane_nodes
    margin = session.learner.config.success.margin_m
    times: dict[str, list[Seconds]] = {_LEAD: [], _JUDGE: [], _CURVES: []}
    for pair in rng.integers(len(nodes), size=(CLICKS + 3, 2)):
        session.clear()
        session.choose(*nodes[pair[0]])
        _, lead = _timed(lambda pair=pair: _click(session, arm, nodes[pair[1]]))
        judged, judge = _timed(session.judge)
        _, draw = _timed(lambda judged=judged: curves_card(judged.film, margin, judged.title))
        for name, seconds in ((_LEAD, lead), (_JUDGE, judge), (_CURVES, draw)):
            times[name].append(seconds)
    return [_row(name, found[3:]) for name, found in times.items()]  # the first few compile and load


def _click(session: Session, arm: Arm, point: Any) -> Any:
    session.choose(*point)
    route = session.lead()
    arm.poses(route.path)
    arm.tool(route.path)
    return route


def _maps(session: Session) -> list[dict[str, Any]]:
    first, maps, cards = [], [], []
    for _ in range(6):
        chart = LatentMap(session.map.manifold)
        first.append(_timed(lambda chart=chart: (chart.layer("magnification"), chart.lack))[1])
        chart = LatentMap(session.map.manifold)
        maps.append(_timed(lambda chart=chart: [chart.layer(name) for name in LAYERS])[1])
        drawn = _timed(lambda chart=chart: map_card(chart, "magnification", demonstrations=True, graph=False))
        cards.append(drawn[1])
    return [_row(_FIRST, first[1:]), _row(_MAP, maps[1:]), _row(_CARD, cards[1:])]


def _timed(work: Callable[[], Any]) -> tuple[Any, Seconds]:
    wall, core = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.process_time() - core, time.perf_counter() - wall)


def _row(what: str, seconds: list[Seconds]) -> dict[str, Any]:
    core, wall = 1000.0 * np.array(seconds).T
    low, median, high = (float(value) for value in np.percentile(core, [10, 50, 90]))
    spread = {"core_ms": median, "core_ms_p10": low, "core_ms_p90": high}
    return {"what": what, "times": len(seconds), **spread, "wall_ms": float(np.median(wall))}


if __name__ == "__main__":
    main()
