"""Show the four claims of Chen et al. (IROS 2018) about asking for demonstrations, with numbers and figures.

    python scripts/show_claims.py

Three seeds of ShelfReach, TwoSkills and ReachDetour are run as configured, and a pendulum known from
pictures: about 11 minutes on two cores that do nothing else. Runs and measures lie in runs/claims, so that an
interrupted command goes on when repeated. Writes docs/results/claims.json and
docs/images/claim_{pendulum,generalise,transition,collision}.png.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from robogeo.evaluation.results import Results
from robogeo.parallel import Workers, use_one_thread
from robogeo.report.png import figure_png
from robogeo.reproduction.arm import collisions as collision
from robogeo.reproduction.arm import generalising as generalise
from robogeo.reproduction.arm import transition
from robogeo.reproduction.arm.records import AFTER, BEFORE
from robogeo.reproduction.arm.runs import SCENES, Measured, measured_all
from robogeo.reproduction.pendulum import swings as pendulum

ROOT = Path(__file__).resolve().parent.parent
IMAGES, RESULTS = ROOT / "docs" / "images", ROOT / "docs" / "results"
RUNS = ROOT / "runs" / "claims"
PROCESSES = 2


def main() -> None:
    """Run, measure, draw and write everything."""
    use_one_thread()
    results = Results("claims", "python scripts/show_claims.py")
    show_pendulum(results)
    with Workers(PROCESSES) as workers:
        runs = measured_all(RUNS, workers)
    by_scene = {scene: [run for run in runs if run.scene == scene] for scene in SCENES}
    show_generalising(results, by_scene[generalise.SCENE])
    show_transition(results, by_scene[transition.SCENE])
    show_collisions(results, runs, by_scene[collision.SCENE][0])
    print(results.write(RESULTS))


def show_pendulum(results: Results) -> None:
    """A pendulum from pictures: abrupt before asking, smooth after."""
    with tempfile.TemporaryDirectory() as place:
        swings = pendulum.measure(0, Path(place) / "run")
    for row in pendulum.rows(swings, seed=0):
        results.row(**row)
    before, after = swings[0], swings[-1]
    note = f"{len(after.queries)} questions"
    results.target("pendulum: abruptness before asking", before.abruptness, ">=", pendulum.SMOOTH)
    results.target("pendulum: abruptness after asking", after.abruptness, "<=", pendulum.SMOOTH, note)
    ridge = after.peak / before.peak
    results.target("pendulum: peak magnification factor, after / before", ridge, "<=", 0.5, note)
    draw("pendulum", pendulum.drawn(swings))


def show_generalising(results: Results, runs: Sequence[Measured]) -> None:
    """Pairs of places never shown."""
    rows = generalise.rows(runs)
    for row in rows:
        results.row(**row)
    whole = {(row["pairs"], row["moment"]): row for row in rows[:4]}
    never = [whole[generalise.NEVER, moment] for moment in (BEFORE, AFTER)]
    _rises(results, "generalise: success between pairs never shown", never, 0.35)
    gap = whole[generalise.SHOWN, AFTER]["success_rate"] - whole[generalise.NEVER, AFTER]["success_rate"]
    results.target("generalise: success between pairs shown minus never shown, after asking", gap, "<=", 0.1)
    draw("generalise", generalise.drawn(runs))


def show_transition(results: Results, runs: Sequence[Measured]) -> None:
    """From one skill to another."""
    rows = transition.rows(runs)
    for row in rows:
        results.row(**row)
    whole = {(row["requests"], row["moment"]): row for row in rows[:4]}
    between = [whole[transition.BETWEEN, moment] for moment in (BEFORE, AFTER)]
    _rises(results, "transition: success between skills", between, 0.1)
    before, after = between
    ratio = after["median_abruptness"] / before["median_abruptness"]
    results.target("transition: median abruptness between skills, after / before", ratio, "<=", 0.5)
    draw("transition", transition.drawn(runs, transition.example(RUNS, runs[0])))


def show_collisions(results: Results, runs: Sequence[Measured], pictured: Measured) -> None:
    """Obstacles avoided because demonstrations avoided them."""
    rows = collision.rows(runs)
    for row in rows:
        results.row(**row)
        if row["method"] == "geodesic after asking":
            refused = round(row["refusal_rate"] * row["refusal_of"])
            note = f"{_interval(row, 'collision_of_motions', 'motions')}; {refused} requests refused"
            name = f"collision: {row['scene']}, motions along geodesics after asking that collide"
            results.target(name, row["collision_of_motions_rate"], "<=", 0.1, note)
    draw("collision", collision.drawn(runs, collision.example(RUNS, pictured)))


def draw(name: str, figure: Figure) -> None:
    """Write the figure of a claim."""
    (IMAGES / f"claim_{name}.png").write_bytes(figure_png(figure))


def _rises(results: Results, name: str, rows: Sequence[dict[str, Any]], most_before: float) -> None:
    """Success before asking is at most that, and at least 0.9 after it."""
    before, after = rows
    told = [_interval(row, "success") for row in rows]
    results.target(f"{name}, {BEFORE}", before["success_rate"], "<=", most_before, told[0])
    results.target(f"{name}, {AFTER}", after["success_rate"], ">=", 0.9, told[1])


def _interval(row: dict[str, Any], name: str, what: str = "requests") -> str:
    low, high = row[f"{name}_ci95"]
    return f"95 % interval {low:.2f} to {high:.2f}, {row[f'{name}_of']} {what}"


if __name__ == "__main__":
    main()
