"""Recorded positions and poses as configurations of a tool alone (`robogeo.motion.free_tool`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.motion.free_tool import METRES, TOOLS
from robogeo.motion.rotation_vectors import continued

FloatArray = NDArray[np.float64]
_POINTS = 64  # of a recording, by which it is compared with others
_NORM = 0.05  # by which a recorded quaternion may miss the length 1
_COLUMNS = {
    "tool-xy": ("m", "m"),
    "tool-xyz": ("m", "m", "m"),
    "tool-pose": ("m", "m", "m", "1", "1", "1", "1"),
}


def for_tool(data: DataSet, tool: str) -> DataSet:
    """The data set in a tool's coordinates: decimetres, and a rotation vector about a middle rotation.

    That is the mean rotation, as long as all are within half a turn of it. Beyond that rotations come round
    again: it is then the middle of the turns, and recordings near each other have vectors near each other.

    Args:
        data: columns x, y, z in m, of which a tool in the plane has two; for poses then a unit quaternion
            w, x, y, z. How the middle rotation stands is a remark.
        tool: a key of `robogeo.motion.free_tool.TOOLS`.

    Raises:
        InputError: other columns, or quaternions that are none.
    """
    wanted = _COLUMNS[tool]
    if data.units != wanted:
        raise InputError(
            f"units: columns in {', '.join(data.units)[:120]}; a {tool} needs {', '.join(wanted)}: "
            "positions in m, cm or mm" + (", then a quaternion w, x, y, z of unit 1" if "1" in wanted else "")
        )
    names, units = TOOLS[tool], tuple("rad" for _ in TOOLS[tool])
    if tool != "tool-pose":
        paths = [each.q / METRES for each in data.demonstrations]
        return replace(data, demonstrations=_made(data, paths), joints=names, units=units)
    turns = [_rotations(index, each.q[:, 3:]) for index, each in enumerate(data.demonstrations)]
    middle, vectors = _about_their_middle(turns)
    paths = [
        np.concatenate([each.q[:, :3] / METRES, vector], axis=1)
        for each, vector in zip(data.demonstrations, vectors, strict=True)
    ]
    x, y, z, w = middle.as_quat(canonical=True)
    what = "mean" if _within_half_a_turn(vectors) else "middle"
    about = f"quaternion w x y z {w:.4f} {x:.4f} {y:.4f} {z:.4f}"
    remark = f"rotation vectors: about the {what} rotation, {about}"
    remarks = (*data.remarks, remark)
    return replace(data, demonstrations=_made(data, paths), joints=names, units=units, remarks=remarks)


def _rotations(index: int, quaternions: FloatArray) -> Rotation:
    """Rotations of quaternions (T, 4), w first."""
    lengths = np.linalg.norm(quaternions, axis=1)
    row = int(np.abs(lengths - 1.0).argmax())
    if abs(lengths[row] - 1.0) > _NORM:
        raise InputError(
            f"recording {index}: the quaternion w, x, y, z at sample {row} has the length "
            f"{lengths[row]:.3g}, expected 1"
        )
    return Rotation.from_quat(quaternions[:, [1, 2, 3, 0]])


def _about_their_middle(turns: list[Rotation]) -> tuple[Rotation, list[FloatArray]]:
    """A rotation, and the rotation vectors (T, 3) about it of each recording's rotations."""
    middle = Rotation.concatenate(turns).mean()
    vectors = [continued((middle.inv() * turn).as_rotvec()) for turn in turns]
    if _within_half_a_turn(vectors):
        return middle, vectors
    # The mean of more than a turn is where most rotations are, and that may be the end of the turn.
    mean = np.concatenate(_side_by_side(vectors)).mean(axis=0)
    middle = middle * Rotation.from_rotvec(mean)
    return middle, _side_by_side([(middle.inv() * turn).as_rotvec() for turn in turns])


def _within_half_a_turn(vectors: list[FloatArray]) -> bool:
    return bool(max(np.linalg.norm(each, axis=1).max() for each in vectors) <= np.pi)


def _side_by_side(recordings: list[FloatArray]) -> list[FloatArray]:
    """Rotation vectors (T, 3) of recordings without jumps, each as near as may be to one before it.

    The turns of the first are counted so that it stays nearest to the middle.
    """
    found: list[FloatArray] = []
    known = np.zeros((1, _POINTS, 3))
    for vectors in recordings:
        ways = [continued(vectors, first) for first in _beginnings(vectors[0])]
        apart = [_mean_distances(known, _thinly(way)).min() for way in ways]
        found.append(ways[int(np.argmin(apart))])
        known = np.stack([_thinly(way) for way in found])
    return found


def _beginnings(vector: FloatArray) -> list[FloatArray]:
    """The rotation vector (3,), and the same rotation a turn more and a turn less."""
    angle = float(np.linalg.norm(vector))
    axis = vector / angle if angle > 0.0 else np.array([1.0, 0.0, 0.0])
    return [vector, vector - 2.0 * np.pi * axis, vector + 2.0 * np.pi * axis]


def _thinly(vectors: FloatArray) -> FloatArray:
    """Some of a recording's vectors, (64, 3), at equal shares of its samples."""
    return vectors[np.linspace(0, len(vectors) - 1, _POINTS).round().astype(int)]


def _mean_distances(known: FloatArray, vectors: FloatArray) -> FloatArray:
    """Mean distances (n,) of paths (n, 64, 3) from one (64, 3)."""
    return np.asarray(np.linalg.norm(known - vectors, axis=2).mean(axis=1))


def _made(data: DataSet, paths: list[FloatArray]) -> tuple[Demonstration, ...]:
    return tuple(
        Demonstration(path, each.t, each.source, each.note)
        for path, each in zip(paths, data.demonstrations, strict=True)
    )
