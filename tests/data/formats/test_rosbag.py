"""ROS bags, written by the format's own library: joints are put in order, times are those of the headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.data.data_set import Reading
from robogeo.data.formats import read_data_set
from robogeo.errors import InputError

rosbags = pytest.importorskip("rosbags", reason="rosbags is not installed; pip install 'robogeo[formats]'")

T = np.arange(60) / 50.0
Q = np.stack([np.sin(T), 0.5 * np.cos(T)], axis=1)
NAMES = ["shoulder", "elbow"]


def write_bag(
    path: Path, ros: int, topics: dict[str, Any], *, stamped: bool = True, shuffled: bool = False
) -> Path:
    """A bag with the motion Q on every topic; a topic's value gives its joints."""
    from rosbags import rosbag1, rosbag2
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS1_NOETIC if ros == 1 else Stores.ROS2_HUMBLE)
    kinds = store.types
    writer = rosbag1.Writer(path) if ros == 1 else rosbag2.Writer(path, version=9)
    serialize = store.serialize_ros1 if ros == 1 else store.serialize_cdr
    number = {"seq": 0} if ros == 1 else {}
    with writer:
        for topic, names in topics.items():
            connection = writer.add_connection(topic, "sensor_msgs/msg/JointState", typestore=store)
            for k, (t, q) in enumerate(zip(T, Q, strict=True)):
                order = [1, 0] if shuffled and k % 2 else [0, 1]
                seconds = 100.0 + t if stamped else 0.0
                stamp = kinds["builtin_interfaces/msg/Time"](
                    sec=int(seconds), nanosec=round((seconds % 1.0) * 1e9) % 10**9
                )
                message = kinds["sensor_msgs/msg/JointState"](
                    header=kinds["std_msgs/msg/Header"](stamp=stamp, frame_id="", **number),
                    name=[names[i] for i in order],
                    position=q[order],
                    velocity=np.array([]),
                    effort=np.array([]),
                )
                # Written down late, and unevenly: the headers know better.
                late = int((100.0 + t + 0.003 * (k % 3 if stamped else 0)) * 1e9)
                writer.write(connection, late, serialize(message, "sensor_msgs/msg/JointState"))
    return path


@pytest.mark.parametrize(("ros", "name"), [(1, "arm.bag"), (2, "arm")])
@pytest.mark.parametrize("stamped", [True, False])
def test_what_was_recorded_comes_back(ros: int, name: str, stamped: bool, tmp_path: Path) -> None:
    bag = write_bag(tmp_path / name, ros, {"/joint_states": NAMES}, stamped=stamped, shuffled=True)
    data = read_data_set(bag)
    assert data.joints == ("shoulder", "elbow") and data.format == "rosbag"
    assert data.rate == pytest.approx(50.0)
    (shown,) = data.demonstrations
    np.testing.assert_array_equal(shown.q, Q)
    np.testing.assert_allclose(shown.t, T, atol=1e-6)


def test_a_folder_of_bags_is_a_data_set(tmp_path: Path) -> None:
    write_bag(tmp_path / "first", 2, {"/joint_states": NAMES})
    write_bag(tmp_path / "second.bag", 1, {"/joint_states": NAMES[::-1]})
    data = read_data_set(tmp_path)
    assert [each.source for each in data.demonstrations] == [
        "first /joint_states",
        "second.bag /joint_states",
    ]
    np.testing.assert_array_equal(data.demonstrations[1].q, Q[:, ::-1])


def test_of_several_topics_the_usual_or_the_named_one_is_read(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "two", 2, {"/joint_states": NAMES, "/hand/joint_states": ["a", "b"]})
    assert read_data_set(bag).joints == ("shoulder", "elbow")
    assert read_data_set(bag, Reading(key="hand/joint_states")).joints == ("a", "b")
    with pytest.raises(InputError, match=r"no topic 'arm' .* there are: /hand/joint_states, /joint_states"):
        read_data_set(bag, Reading(key="arm"))


def test_topics_of_which_none_is_usual_are_named(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "two", 2, {"/left": NAMES, "/right": NAMES})
    with pytest.raises(InputError, match=r"name one with --key; there are: /left, /right"):
        read_data_set(bag)


def test_bags_of_other_joints_do_not_mix(tmp_path: Path) -> None:
    write_bag(tmp_path / "first", 2, {"/joint_states": NAMES})
    write_bag(tmp_path / "second", 2, {"/joint_states": ["a", "b"]})
    with pytest.raises(InputError, match=r"second: /joint_states: message 0: name, position: joints a, b"):
        read_data_set(tmp_path)


@pytest.mark.parametrize("keep", [0, 40, 400, 3000])
@pytest.mark.parametrize("ros", [1, 2])
def test_a_truncated_bag_is_one_line(ros: int, keep: int, tmp_path: Path) -> None:
    bag = write_bag(tmp_path / ("arm.bag" if ros == 1 else "arm"), ros, {"/joint_states": NAMES})
    victim = bag if ros == 1 else next(bag.glob("*.db3"))
    victim.write_bytes(victim.read_bytes()[:keep])
    with pytest.raises(InputError) as caught:
        read_data_set(bag)
    assert str(bag) in str(caught.value) and "\n" not in str(caught.value)


def test_a_damaged_bag_can_be_left_out_and_other_files_do_not_mix(tmp_path: Path) -> None:
    write_bag(tmp_path / "first.bag", 1, {"/joint_states": NAMES})
    (tmp_path / "second.bag").write_bytes(b"#ROSBAG V2.0\nnothing")
    with pytest.raises(InputError, match=r"second\.bag: not a readable bag"):
        read_data_set(tmp_path)
    data = read_data_set(tmp_path, Reading(leave_out=("second.bag",)))
    assert len(data.demonstrations) == 1 and "left out: second.bag" in data.remarks
    (tmp_path / "third.csv").write_text("t,a\n")
    with pytest.raises(InputError, match=r"holds bags and third\.csv"):
        read_data_set(tmp_path)


def test_a_description_of_something_else_makes_no_bag(tmp_path: Path) -> None:
    rows = "".join(f"{t:.2f},{0.1 * t:.4f}\n" for t in T)
    (tmp_path / "one.csv").write_text("time_s,elbow_rad\n" + rows)
    (tmp_path / "metadata.yaml").write_text("operator: Ada\n")
    assert read_data_set(tmp_path).format == "folder"
