"""A robot's file against its URDF, and robots found by the path of their file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pybullet
import pytest

from envs.arm import ArmEnv
from envs.errors import WorldError
from envs.robots import load_robot
from tests.envs.small_arm import SPEC, URDF, write_arm


def test_a_robot_anywhere_is_loaded_by_the_path_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_arm(tmp_path)
    robot = load_robot(str(path))
    assert robot.name == "small"
    assert robot.urdf == tmp_path / "small.urdf"
    assert robot.self_collision_pairs is None
    np.testing.assert_array_equal(robot.upper, [2.0, 3.0])
    monkeypatch.chdir(tmp_path)
    assert load_robot("small.yaml").dof == 2


def test_a_file_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("[" * 2_000 + "]" * 2_000)
    with pytest.raises(WorldError, match=r"deep\.yaml: maximum recursion depth"):
        load_robot(str(tmp_path / "deep.yaml"))


def test_an_arm_that_cannot_be_put_into_a_scene_leaves_no_client(tmp_path: Path) -> None:
    path = write_arm(tmp_path)
    before = {client for client in range(100) if pybullet.isConnected(client)}
    for _ in range(3):
        with pytest.raises(WorldError):
            ArmEnv("ShelfReach", str(path))
    assert {client for client in range(100) if pybullet.isConnected(client)} == before


def test_a_path_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        WorldError, match=r"nothing\.yaml: no such robot file; known robots: iiwa, kuka_lwr, panda"
    ):
        load_robot(str(tmp_path / "nothing.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[shoulder, elbow]",
            "[shoulder, knee]",
            "field 'joints' names 'knee', which small.urdf does not have",
        ),
        ("[shoulder, elbow]", "[shoulder, wrist]", "field 'joints' names 'wrist', which is fixed"),
        ("[shoulder, elbow]", "[shoulder, grip]", "field 'joints' names 'grip', which is prismatic"),
        ("[shoulder, elbow]", "[elbow, shoulder]", "from base to tool link 'flange' come shoulder, elbow"),
        ("link: flange", "link: hand", "field 'tool.link' names 'hand', which small.urdf does not have"),
        ("link: flange", "link: finger", "from base to tool link 'finger' come shoulder, elbow, grip"),
        (
            "[2.0, 3.0]",
            "[2.1, 3.0]",
            "[-2.1000, 2.1000] rad of 'shoulder' are wider than those of small.urdf",
        ),
        ("[2.0, 3.0]", "[[-2.0, 2.0], [-3.2, 3]]", "[-3.2000, 3.0000] rad of 'elbow' are wider"),
        ("grip: 0.02", "grip: 0.05", "field 'held' puts 'grip' at 0.05, outside its limits [0, 0.04]"),
        ("grip: 0.02", "wrist: 0.0", "field 'held' names 'wrist', which is not a movable joint"),
        ("reach_m", "self_collision_pairs: [[0, 4]]\nreach_m", "field 'self_collision_pairs' has [0, 4]"),
        ("reach_m", "self_collision_pairs: [[2, 2]]\nreach_m", "two different link indices from -1"),
        ("grip: 0.02", "thumb: 0.0", "field 'held' names 'thumb', which small.urdf does not have"),
    ],
)
def test_a_file_that_does_not_fit_its_urdf_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SPEC
    path = write_arm(tmp_path, spec=SPEC.replace(old, new))
    with pytest.raises(WorldError) as caught:
        load_robot(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_urdf_is_refused_before_the_engine_sees_it(tmp_path: Path) -> None:
    path = write_arm(tmp_path, urdf=URDF.replace('mass value="1.0"', 'mass value="nan"'))
    with pytest.raises(WorldError, match=r"small\.urdf: link 'lower': <mass value>"):
        load_robot(str(path))


@pytest.mark.sim
def test_an_arm_at_rest_in_itself_is_refused(tmp_path: Path) -> None:
    # The forearm is turned back over the upper arm, on whose height it is mounted here.
    low = URDF.replace('xyz="0.5 0 0.12"', 'xyz="0.65 0 0"')
    path = write_arm(tmp_path, urdf=low, spec=SPEC.replace("rest_rad: [0.0, 1.0]", "rest_rad: [0.0, 2.9]"))
    spec = path.read_text().replace("held:", "self_collision_pairs: [[0, 1]]\nheld:")
    path.write_text(spec)
    with pytest.raises(WorldError, match="field 'rest_rad' folds upper into lower; choose a posture"):
        ArmEnv("ReachDetour", str(path))
