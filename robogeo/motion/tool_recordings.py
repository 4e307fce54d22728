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
_NORM = 0.05  # by which a recorded quaternion may miss the length 1
_COLUMNS = {
    "tool-xy": ("m", "m"),
    "tool-xyz": ("m", "m", "m"),
    "tool-pose": ("m", "m", "m", "1", "1", "1", "1"),
}


def for_tool(data: DataSet, tool: str) -> DataSet:
    """The data set in a tool's coordinates: decimetres, and a rotation vector about the mean rotation.

    Args:
        data: columns x, y, z in m, of which a tool in the plane has two; for poses then a unit quaternion
            w, x, y, z. How the mean rotation stands is a remark.
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
    middle = Rotation.concatenate(turns).mean()
    vectors = [continued((middle.inv() * turn).as_rotvec()) for turn in turns]
    paths = [
        np.concatenate([each.q[:, :3] / METRES, vector], axis=1)
        for each, vector in zip(data.demonstrations, vectors, strict=True)
    ]
    x, y, z, w = middle.as_quat(canonical=True)
    remark = f"rotation vectors: about the mean rotation, quaternion w x y z {w:.4f} {x:.4f} {y:.4f} {z:.4f}"
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


def _made(data: DataSet, paths: list[FloatArray]) -> tuple[Demonstration, ...]:
    return tuple(
        Demonstration(path, each.t, each.source, each.note)
        for path, each in zip(paths, data.demonstrations, strict=True)
    )
