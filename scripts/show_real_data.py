"""Learn every task of the real recordings, and draw what docs/real-data.md shows.

    python scripts/show_real_data.py

Runs are ordinary ones in runs/real and are taken up where they were. Prints the table of that page and writes
docs/images/real_*.png.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.cli import main as robogeo
from robogeo.errors import RobogeoError
from robogeo.learning.journal import read_events
from robogeo.learning.learner import Learner
from robogeo.motion.planner import Plan
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.recordings import world_in
from robogeo.report import figure_png, recorded_ways
from robogeo.run_report.recorded import needed
from robogeo.stored_run import open_run

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
    for file in sorted((ROOT / "configs" / "real").glob("*.yaml")):
        learn(file)
        tell(file.stem)
    for (task, figure), name in SHOWN.items():
        shutil.copy(RUNS / task / "figures" / f"{figure}.png", IMAGES / f"{name}.png")
    two_ways()


def learn(file: Path) -> None:
    """Run a configuration, or take it up; a finished run stays as it is."""
    run = RUNS / file.stem
    if (run / "summary.json").is_file():
        return
    options = ["--set", "workers=1", *([] if file.stem == "pour_obst" else ["output.video=false"])]
    if robogeo(["learn", str(file), "--out", str(run), *options]):
        raise RobogeoError(f"{file}: could not be learned")


def tell(task: str) -> None:
    """A line of the table."""
    summary = json.loads((RUNS / task / "summary.json").read_text())
    rounds, data = summary["rounds"], summary["recordings"]
    asked = [
        str(event["query"].get("recording", "-"))
        for event in read_events(RUNS / task / "journal.jsonl")
        if event["event"] == "ask"
    ]
    first, last = rounds[0], rounds[-1]
    cells = [
        task,
        f"{data['recordings']} ({len(data['held_out'])})",
        f"{data['tolerance_rad']:.3f}",
        f"{first['success_rate']:.0%}, {last['success_rate']:.0%}",
        f"{first['deviation_rad']:.3f}, {last['deviation_rad']:.3f}",
        ", ".join(asked),
        str(needed(rounds) or "-"),
    ]
    print(f"| {' | '.join(cells)} |")


def two_ways() -> None:
    """One pouring round an obstacle, as planned from recordings with and without one."""
    recorded, motions, line = held_out_pouring()
    joints = [f"lwr_joint_{joint}" for joint in range(1, 8)]
    figure = recorded_ways(recorded, {**motions, "straight line": line}, joints)
    (IMAGES / "real_two_pourings.png").write_bytes(figure_png(figure))


def held_out_pouring() -> tuple[Any, dict[str, Any], Any]:
    """The first held-out recording round the obstacle, motions of both models for it, the straight line."""
    motions: dict[str, Any] = {}
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
                motions[f"{name} ({held.deviation(plan.motion.q):.2f} rad off)"] = plan.motion.q
        line = np.linspace(request.start, request.goal, 64)
        print(*motions, f"straight line {held.deviation(line):.2f}", sep="; ")
        return shown, motions, line


if __name__ == "__main__":
    main()
