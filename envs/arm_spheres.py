"""The arm's moving links as spheres, for fast clearances that are never larger than the true ones.

The spheres cover what PyBullet collides: of a mesh its convex hull (or the hulls of an OBJ's objects), of a
box, sphere or capsule the body itself. They are fitted once and kept in the user's cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.arm_cache import cached
from envs.engine import pose_matrix
from envs.errors import WorldError
from envs.meshes import READABLE, mesh_vertices
from envs.robots import FloatArray
from envs.simulation import Simulation
from envs.sphere_cover import cover

_MOST = 96  # spheres of one arm
_MARGIN = 0.001  # m by which PyBullet makes every mesh larger
# What PyBullet calls its shapes.
_SPHERE, _BOX, _MESH, _CAPSULE = 2, 3, 5, 7


@dataclass(frozen=True)
class ArmSpheres:
    """Spheres fixed to moving links.

    Attributes:
        joints: index (n,) of the joint that moves each sphere's link.
        centres: (n, 3) in the frame of that joint's link, m.
        radii: (n,), m.
    """

    joints: NDArray[np.intp]
    centres: FloatArray
    radii: FloatArray


@dataclass(frozen=True)
class _Part:
    """A convex part of a link: the hull of points (n, 3) in a joint's link frame, ``grown`` m larger."""

    joint: int
    points: FloatArray
    grown: float


def arm_spheres(simulation: Simulation) -> ArmSpheres:
    """Spheres that cover the arm's moving links, fitted or from the cache."""
    rows = cached(simulation.robot, "spheres", [_MOST, _MARGIN], lambda: _fitted(simulation))
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    return ArmSpheres(table[:, 0].astype(np.intp), table[:, 1:4], table[:, 4])


def _fitted(simulation: Simulation) -> list[list[float]]:
    """Rows of joint, centre and radius."""
    parts = _parts(simulation)
    # Links nearer the tool come nearest to obstacles, so they are covered twice as closely.
    coarseness = [2.0 ** (0.5 - part.joint / max(1, simulation.robot.dof - 1)) for part in parts]
    spheres = cover([part.points for part in parts], coarseness, _MOST)
    return [
        [part.joint, *centre, radius + part.grown]
        for part, (centres, radii) in zip(parts, spheres, strict=True)
        for centre, radius in zip(centres.tolist(), radii.tolist(), strict=True)
    ]


def _parts(simulation: Simulation) -> list[_Part]:
    """Convex parts of all moving links, in the frames of the joints that move them."""
    call, arm = simulation.call, simulation.arm
    parents = {j: call("getJointInfo", arm, j)[16] for j in range(call("getNumJoints", arm))}
    simulation.pose(simulation.robot.rest)
    found = []
    for link in parents:
        mover = link
        while mover not in simulation.joints and mover != -1:
            mover = parents[mover]
        if mover == -1:
            continue
        state = call("getLinkState", arm, mover, computeForwardKinematics=1)
        base = np.linalg.inv(pose_matrix(state[4], state[5]))
        body = call("getLinkState", arm, link, computeForwardKinematics=1)
        place = base @ pose_matrix(body[0], body[1])
        for points, grown in _link_hulls(simulation, link):
            moved = points @ place[:3, :3].T + place[:3, 3]
            found.append(_Part(simulation.joints.index(mover), moved, grown))
    return found


def _link_hulls(simulation: Simulation, link: int) -> list[tuple[FloatArray, float]]:
    """Point sets whose hulls, made larger by a radius, are a link's collision shapes, in its own frame.

    A mesh that is in no file read here (the engine makes one of a URDF's cylinder) gives all its vertices,
    and then one hull stands for all meshes of the link.
    """
    hulls, opaque = [], False
    for shape in simulation.call("getCollisionShapeData", simulation.arm, link):
        file = Path(shape[4].decode())
        if shape[2] == _MESH and file.suffix.lower() not in READABLE:
            opaque = True
            continue
        place = pose_matrix(shape[5], shape[6])
        hulls += [
            (points @ place[:3, :3].T + place[:3, 3], grown) for points, grown in _shape_hulls(shape, file)
        ]
    if opaque:
        vertices = np.array(simulation.call("getMeshData", simulation.arm, link)[1], dtype=np.float64)
        hulls.append((vertices, _MARGIN))
    return hulls


def _shape_hulls(shape: Any, file: Path) -> list[tuple[FloatArray, float]]:
    kind, size = shape[2], np.asarray(shape[3])
    if kind == _MESH:
        return [(points * size, _MARGIN) for points in mesh_vertices(file)]
    if kind == _SPHERE:
        return [(np.zeros((1, 3)), float(size[0]))]
    if kind == _CAPSULE:
        return [(np.array([[0.0, 0.0, 0.5], [0.0, 0.0, -0.5]]) * size[0], float(size[1]))]
    if kind == _BOX:
        signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
        return [(signs * size, 0.0)]
    raise WorldError(f"{file}: a collision shape of type {kind} cannot be covered with spheres")
