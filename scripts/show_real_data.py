"""Learn every task of the real recordings, and draw what docs/real-data.md shows.

    python scripts/show_real_data.py

Runs are ordinary ones in runs/real and are taken up where they were. Prints what that page's table tells and
writes it to docs/results/real_tasks.json, and docs/images/real_*.png.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.cli import main as robogeo
from robogeo.errors import RobogeoError
from robogeo.evaluation.results import Results
from robogeo.learning.journal import read_events
from robogeo.learning.learner import Learner
from robogeo.motion.planner import Plan
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.report import figure_png, recorded_ways
from robogeo.run.recordings import world_in
from robogeo.run.report.recorded import needed
from robogeo.run.stored import open_run

ROOT = Path(__file__).resolve().parent.parent
RUNS, IMAGES = ROOT / "runs" / "real", ROOT / "docs" / "images"
SHOWN = {
    ("pour_obst", "latent_map"): "real_pour_map",
    ("pour_obst", "queries"): "real_pour_queries",
    ("openbox", "held_out_recording"): "real_openbox",
    ("letter_h", "held_out_recording"): "real_letter",
}


def main() -> None:
    """Learn, tell, draw."""
    results = Results("real_tasks", "python scripts/show_real_data.py")
    for file in sorted((ROOT / "configs" / "real").glob("*.yaml")):
        learn(file)
        results.row(**learned(file.stem))
    for (task, figure), name in SHOWN.items():
        shutil.copy(RUNS / task / "figures" / f"{figure}.png", IMAGES / f"{name}.png")
    results.row(**two_ways())
    results.write(ROOT / "docs" / "results")


def learn(file: Path) -> None:
    """Run a configuration, or take it up; a finished run stays as it is."""
    run = RUNS / file.stem
    if (run / "summary.json").is_file():
        return
    options = ["--set", "workers=1", *([] if file.stem == "pour_obst" else ["output.video=false"])]
    if robogeo(["learn", str(file), "--out", str(run), *options]):
        raise RobogeoError(f"{file}: could not be learned")


def learned(task: str) -> dict[str, Any]:
    """A line of the table: at first, with two recordings, and at the end."""
    summary = json.loads((RUNS / task / "summary.json").read_text())
    rounds, data = summary["rounds"], summary["recordings"]
    asked = [
        event["query"].get("recording")
        for event in read_events(RUNS / task / "journal.jsonl")
        if event["event"] == "ask"
    ]
    ends = rounds[0], rounds[-1]
    return {
        "task": task,
        "recordings": data["recordings"],
        "held_out": len(data["held_out"]),
        "tolerance": data["tolerance_rad"],
        "success": [round["success_rate"] for round in ends],
        "strayed": [round["deviation_rad"] for round in ends],
        "asked_for": asked,
        "needed": needed(rounds),
    }


def two_ways() -> dict[str, Any]:
    """One pouring round an obstacle, as planned from recordings with and without one; how far each strays."""
    recorded, motions, line, strayed = held_out_pouring()
    joints = [f"lwr_joint_{joint}" for joint in range(1, 8)]
    figure = recorded_ways(recorded, {**motions, "straight line": line}, joints)
    (IMAGES / "real_two_pourings.png").write_bytes(figure_png(figure))
    return {"task": "pour_obst, one held-out recording", "strayed": strayed}


def held_out_pouring() -> tuple[Any, dict[str, Any], Any, dict[str, float]]:
    """First held-out recording round the obstacle, ways of both models, the straight line, how far off."""
    motions: dict[str, Any] = {}
    strayed: dict[str, float] = {}
    folder, config = open_run(RUNS / "pour_obst")
    with folder, world_in(folder, config) as world:
        assert isinstance(world, RecordedWorld)
        request = world.held_out(0, 1)[0]
        shown = world.demonstrate(request, 0)
        assert not isinstance(shown, Refusal)
        held = world.reference(request, shown)
        assert held is not None
        for task, name in (
            ("pour_obst", "learned round the obstacle"),
            ("pour_no_obst", "learned without it"),
        ):
            other, settings = open_run(RUNS / task)
            with other, world_in(other, settings) as its_world:
                plan = Learner(other, settings, its_world).planner.plan(request)
                assert isinstance(plan, Plan)
                strayed[name] = held.deviation(plan.motion.q)
                motions[f"{name} ({strayed[name]:.2f} rad off)"] = plan.motion.q
        line = np.linspace(request.start, request.goal, 64)
        strayed["straight line"] = held.deviation(line)
        return shown, motions, line, strayed


if __name__ == "__main__":
    main()
