"""Joint states in ROS bags: a ROS 1 ``.bag``, the folder of a ROS 2 bag, or a folder of such recordings.

Read are messages of type sensor_msgs/JointState of one topic: the only one, the one named ``joint_states``,
or the one that `Reading.key` names. Times are those of the messages' headers, or of the bag where those are
not set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from robogeo.data.data_set import MOST_EPISODES, Episode, Reading, Recordings
from robogeo.data.formats.hdf5 import check_total
from robogeo.data.formats.library import library, unreadable
from robogeo.errors import InputError

METADATA = "metadata.yaml"
_FIRST_LINE, _MOST_BYTES = b"rosbag2_bagfile_information:", 4096
_TYPE = "sensor_msgs/msg/JointState"
_USUAL = "joint_states"


def is_bag(path: Path) -> bool:
    """Whether a path is a bag of either ROS, as far as its name, or its description's first line, tells."""
    if path.is_file():
        return path.suffix.lower() == ".bag"
    described = path / METADATA
    if not described.is_file():
        return False
    with open(described, "rb") as opened:
        return opened.read(_MOST_BYTES).lstrip().startswith(_FIRST_LINE)


def bags_in(folder: Path) -> list[Path]:
    """The bags in a folder, by name.

    Raises:
        InputError: there are files with recordings of another kind beside them.
    """
    bags = sorted(place for place in folder.iterdir() if is_bag(place))
    others = sorted(file.name for file in folder.iterdir() if file.suffix.lower() in (".npz", ".csv"))
    if bags and others:
        raise InputError(f"{folder}: holds bags and {others[0]}; put each kind into a folder of its own")
    return bags


def read_rosbag(path: Path, reading: Reading) -> Recordings:
    """What a bag, or a folder of bags, holds of joint states.

    Raises:
        InputError: one line with file, topic and reason.
    """
    there = [path] if is_bag(path) else bags_in(path)
    bags = [bag for bag in there if reading.reads(bag.name)]
    if not 1 <= len(bags) <= MOST_EPISODES:
        raise InputError(f"{path}: {len(bags)} bags in it to be read, expected 1 to {MOST_EPISODES}")
    episodes: list[Episode] = []
    joints: tuple[str, ...] | None = None
    for bag in bags:
        joints, episode = _recording(bag, reading, joints, sum(each.q.size for each in episodes))
        episodes.append(episode)
    left = tuple(bag.name for bag in there if bag not in bags)
    return Recordings(str(path), "rosbag", episodes, joints, left_out=left)


def _recording(
    bag: Path, reading: Reading, joints: tuple[str, ...] | None, before: int
) -> tuple[tuple[str, ...], Episode]:
    """The joints in the order of the bags before this one, and the recording that it holds.

    Args:
        bag: to be read.
        reading: which topic.
        joints: of the bags before; None for the first.
        before: values that they hold.
    """
    any_reader = library("rosbags.highlevel", bag)
    types = library("rosbags.typesys", bag)
    usual = types.get_typestore(types.Stores.ROS2_HUMBLE)  # for bags that do not define their types
    try:
        with any_reader.AnyReader([bag], default_typestore=usual) as opened:
            topic = _topic(opened, bag, reading)
            chosen = [each for each in opened.connections if each.topic == topic and each.msgtype == _TYPE]
            rows: list[list[float]] = []
            stamps: list[tuple[float, float]] = []
            for connection, stamp, raw in opened.messages(connections=chosen):
                message = opened.deserialize(raw, connection.msgtype)
                joints = joints or tuple(str(name) for name in message.name)
                rows.append(_in_order(message, joints, f"{bag}: {topic}: message {len(rows)}"))
                stamps.append((_seconds(message), stamp * 1e-9))
                check_total(before + len(rows) * len(joints), bag)
    except InputError:
        raise
    except Exception as error:  # of rosbags, and of the three libraries that it reads with
        raise unreadable(bag, "bag", error) from error
    if joints is None or not rows:
        raise InputError(f"{bag}: {topic}: holds no message; record the arm's joint states")
    times = np.array(stamps)
    t = times[:, 0] if times[:, 0].all() else times[:, 1]
    return joints, Episode(bag.name, np.array(rows), t - t[0], f"{bag.name} {topic}")


def _topic(opened: Any, bag: Path, reading: Reading) -> str:
    """The topic that is wanted."""
    there = sorted({str(each.topic) for each in opened.connections if each.msgtype == _TYPE})
    wanted = [topic for topic in there if topic.strip("/") == (reading.key or _USUAL).strip("/")]
    if len(there) == 1 and reading.key is None:
        return there[0]
    if not wanted:
        known = ", ".join(there) or "none"
        named = f"no topic {reading.key!r}" if reading.key else "several topics, or none,"
        raise InputError(f"{bag}: {named} of joint states; name one with --key; there are: {known}")
    return wanted[0]


def _in_order(message: Any, joints: tuple[str, ...], where: str) -> list[float]:
    """The positions of a message in the order of the first one's joints."""
    names = [str(name) for name in message.name]
    if len(names) != len(message.position) or set(names) != set(joints) or len(set(names)) != len(names):
        raise InputError(
            f"{where}: name, position: joints {', '.join(names)[:120]} with {len(message.position)} "
            f"positions, expected one each of {', '.join(joints)[:120]}; give each device a topic of its own"
        )
    place = {name: index for index, name in enumerate(names)}
    return [float(message.position[place[name]]) for name in joints]


def _seconds(message: Any) -> float:
    stamp = message.header.stamp
    return float(stamp.sec) + float(stamp.nanosec) * 1e-9
