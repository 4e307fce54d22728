"""The obstacles of a world as plain primitives, for whoever wants to compute distances without the engine."""

from __future__ import annotations

import numpy as np

from envs.engine import pose_matrix
from envs.errors import WorldError
from envs.robots import FloatArray
from envs.simulation import Simulation

_SPHERE, _BOX, _CYLINDER, _PLANE = 2, 3, 4, 6  # what PyBullet calls its shapes


def obstacle_arrays(simulation: Simulation) -> list[tuple[str, FloatArray, FloatArray]]:
    """Kind, size and pose (4, 4) of every primitive of every obstacle, in m.

    Kinds and sizes: ``box``, half extents (3,); ``sphere``, radius (1,); ``cylinder`` about z, radius and
    half height (2,); ``plane``, solid below z = 0, (0,).

    Raises:
        WorldError: an obstacle is something else (a mesh).
    """
    found = []
    for body in simulation.obstacles:
        base = pose_matrix(*simulation.call("getBasePositionAndOrientation", body))
        for shape in simulation.call("getCollisionShapeData", body, -1):
            kind, size = _primitive(shape[2], np.asarray(shape[3]))
            found.append((kind, size, base @ pose_matrix(shape[5], shape[6])))
    return found


def _primitive(kind: int, size: FloatArray) -> tuple[str, FloatArray]:
    if kind == _BOX:
        return "box", size / 2
    if kind == _SPHERE:
        return "sphere", size[:1]
    if kind == _CYLINDER:
        return "cylinder", np.array([size[1], size[0] / 2])
    if kind == _PLANE:
        return "plane", np.zeros(0)
    raise WorldError(f"an obstacle of shape {kind} is no box, sphere, cylinder or plane")
