"""What is told of a tool alone: nothing that only a body shows, and in its own units."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.learning.journal import read_events
from robogeo.learning.question_file import request_question
from robogeo.motion.exchange import read_motion
from robogeo.motion.free_tool import TOOLS, FreeTool
from robogeo.motion.request import Request
from robogeo.motion.trajectory import UNITS, load_description
from robogeo.motion.world import World

UNSEEN = ("goal_error_m", "tracking_rmse_rad", "min_clearance_m", "peak_torque_fraction")
SETTINGS = (
    "rounds=1",
    "queries_per_round=2",
    "held_out=2",
    "workers=1",
    "model={hidden: [16, 16], heads: 2, latent_dim: 2}",
    "training={steps: 60, warm_steps: 60, passes: 0}",
    "motion={correction_limit: 10.0}",
    "success={abruptness: 1.0e+6, length_ratio: 100.0}",
    "recordings.tolerance=1.5",
)
ENDS = ["--start", "0.1,0.2", "--goal", "2.9,0.1"]


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on arcs of different height, in cm, all of them with exactly the same start and goal."""
    folder = tmp_path_factory.mktemp("tool")
    share = np.linspace(0.0, 1.0, 60)
    heights = (6.0, 8.0, 10.0, 12.0, 14.0, 16.0)
    arcs = np.stack([np.stack([30.0 * share, h * np.sin(np.pi * share)], axis=1) for h in heights])
    arcs[:, -1] = 30.0, 0.0
    np.save(folder / "arcs.npy", arcs)
    options = ["--robot", "tool-xy", "--units", "cm", "--rate", "50", "--out", str(folder / "run")]
    assert main(["learn", str(folder / "arcs.npy"), *options, "--set", *SETTINGS]) == 0
    return folder / "run"


def test_several_recordings_with_the_same_ends_are_asked_for_in_a_round(learned: Path) -> None:
    events = read_events(learned / "journal.jsonl")
    asked = [event["query"]["recording"] for event in events if event["event"] == "ask"]
    assert len(asked) == len(set(asked)) == 2
    assert all(event["query"]["part"] == [0.0, 1.0] for event in events if event["event"] == "ask")


def test_the_report_says_of_no_simulator_and_of_decimetres(learned: Path) -> None:
    page = (learned / "report.html").read_text()
    assert "run in the simulator" not in page and "planner never sees an obstacle" not in page
    assert "no body that could be simulated" in page
    assert " rad" not in re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    assert "joint path, dm" in page and "strayed, dm" in page and "is at most 1.500 dm" in page


def test_measures_of_a_body_are_nothing_in_tables_and_json(
    learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(learned), "--requests", "2", "--json", str(tmp_path / "e.json")]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    measures = json.loads((tmp_path / "e.json").read_text())
    assert all(measures[name] is None and lines[name] == "-" for name in UNSEEN)
    assert measures["success_rate"] > 0.0 and measures["tool_length_m"] > 0.1


def test_a_motion_is_generated_in_decimetres_and_not_simulated(
    learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for ending in ("csv", "npz"):
        out = tmp_path / f"motion.{ending}"
        assert main(["generate", str(learned), *ENDS, "--out", str(out)]) == 0
        told = capsys.readouterr().out
        assert "simulated" not in told and "rad" not in told and " dm -> " in told
        motion, names = read_motion(out)
        assert names == ("x_dm", "y_dm") and motion.q[0].tolist() == [0.1, 0.2]
    units = json.loads((tmp_path / "motion.json").read_text())["units"]
    assert units == {"t": "s", "q": ["dm"] * 2, "qd": ["dm/s"] * 2, "qdd": ["dm/s^2"] * 2}
    assert load_description(tmp_path / "motion.csv").limits.units == ("dm", "dm")
    with np.load(tmp_path / "motion.npz") as archive:
        assert archive["units"].tolist() == ["dm", "dm"]
    command = ["replay", str(tmp_path / "motion.csv"), "--scene", "Free", "--robot", "tool-xy"]
    assert main(command) == 0
    assert "clearance" not in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_joint_trajectories_are_refused(
    learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    out = tmp_path / f"motion.{ending}"
    assert main(["generate", str(learned), *ENDS, "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "in dm; write .csv or .npz" in told and told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_position_too_far_is_told_in_decimetres(learned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(learned), "--start", "0,500", "--goal", "1,0"]) == 2
    assert "joint 2 is 500 dm, outside its limits [-100, 100]" in capsys.readouterr().err


@pytest.mark.parametrize("units", [["dm"], ["dm", "m"], "dm", {"x": "dm"}])
def test_a_side_car_with_other_units_is_refused(
    learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], units: object
) -> None:
    out = tmp_path / "motion.csv"
    assert main(["generate", str(learned), *ENDS, "--out", str(out)]) == 0
    description = json.loads(out.with_suffix(".json").read_text())
    description["units"]["q"] = units
    out.with_suffix(".json").write_text(json.dumps(description))
    assert main(["replay", str(out), "--scene", "Free", "--robot", "tool-xy"]) == 2
    assert "motion.json: units: expected" in capsys.readouterr().err


def test_nothing_is_seen_of_a_motion_but_its_length() -> None:
    q = np.linspace([0.0, 0.0, 0.0], [3.0, 4.0, 0.0], 20)
    seen = FreeTool("tool-xyz").execute(q, np.zeros_like(q))
    assert seen.tool_length_m == pytest.approx(0.5) and not seen.collision
    assert np.isnan([getattr(seen, name) for name in (*UNSEEN, "goal_error_rad")]).all()


@pytest.mark.parametrize(
    ("tool", "unit"), [("tool-xy", "dm"), ("tool-xyz", "dm"), ("tool-pose", "dm or rad")]
)
def test_a_question_says_the_units_of_a_tool(tool: str, unit: str) -> None:
    with World("Free", tool) as world:
        assert world.limits.unit == unit
        assert world.limits.rotation.sum() == (3 if tool == "tool-pose" else 0)
        asked = request_question(Request(world.rest, world.rest), world)
        expected = ["dm" if name.endswith("_dm") else "rad" for name in TOOLS[tool]]
        assert asked["coordinates"] == expected


def test_units_of_an_arm_are_as_ever() -> None:
    with World("Free", "iiwa") as world:
        assert world.limits.unit == "rad" and "coordinates" not in request_question(
            Request(world.rest, world.rest), world
        )
        assert set(world.limits.to_dict()) == {
            "lower",
            "upper",
            "velocity",
            "acceleration",
            "jerk",
            "torque",
        }
    assert UNITS["q"] == "rad"
