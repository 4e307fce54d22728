"""What a world looks like, as plain triangles: for whoever draws it without the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.engine import pose_matrix
from envs.errors import WorldError
from envs.robots import FloatArray
from envs.simulation import Simulation

_SPHERE, _BOX, _CYLINDER, _MESH, _CAPSULE = 2, 3, 4, 5, 7  # what PyBullet calls its shapes

Drawn = tuple[int, FloatArray, NDArray[np.int64], FloatArray]


def visual_arrays(simulation: Simulation) -> list[Drawn]:
    """Joint, vertices (V, 3) m, triangles (F, 3) and colour (4,) in [0, 1] of everything that is seen.

    Vertices are in the frame of the joint that moves them, as in `arm_spheres`; what does not move has joint
    -1 and stands in the world's frame. Fingers and the like are where the robot's file holds them.

    Raises:
        WorldError: trimesh is not installed, or a mesh cannot be read.
    """
    simulation.pose(simulation.robot.rest)
    found = []
    for body in range(simulation.call("getNumBodies")):
        for shape in simulation.call("getVisualShapeData", body):
            joint, place = _mover(simulation, body, shape[1])
            vertices, faces = _triangles(shape)
            placed = place @ pose_matrix(shape[5], shape[6])
            found.append((joint, vertices @ placed[:3, :3].T + placed[:3, 3], faces, np.array(shape[7])))
    return found


def _mover(simulation: Simulation, body: int, link: int) -> tuple[int, FloatArray]:
    """The joint that moves a link, and the link's pose (4, 4) in that joint's frame; -1: in the world's."""
    pose = _pose_of(simulation, body, link)
    if body != simulation.arm:
        return -1, pose
    mover = link
    while mover not in simulation.joints and mover != -1:
        mover = simulation.call("getJointInfo", body, mover)[16]
    if mover == -1:
        return -1, pose
    return simulation.joints.index(mover), np.linalg.inv(_pose_of(simulation, body, mover)) @ pose


def _pose_of(simulation: Simulation, body: int, link: int) -> FloatArray:
    """Pose (4, 4) of a link's frame as the URDF has it."""
    if link != -1:
        state = simulation.call("getLinkState", body, link, computeForwardKinematics=1)
        return pose_matrix(state[4], state[5])
    centre = pose_matrix(*simulation.call("getBasePositionAndOrientation", body))
    inertial = simulation.call("getDynamicsInfo", body, -1)
    return np.asarray(centre @ np.linalg.inv(pose_matrix(inertial[3], inertial[4])))


def _triangles(shape: Any) -> tuple[FloatArray, NDArray[np.int64]]:
    """Vertices and triangles of one shape in its own frame."""
    trimesh = _trimesh()
    kind, size, file = shape[2], np.asarray(shape[3]), shape[4].decode()
    if kind == _MESH:
        made = _read(Path(file))
        made.apply_scale(size)
    elif kind == _BOX:
        made = trimesh.creation.box(size)
    elif kind == _SPHERE:
        made = trimesh.creation.icosphere(2, size[0])
    elif kind == _CYLINDER:
        made = trimesh.creation.cylinder(size[1], size[0], sections=24)
    elif kind == _CAPSULE:
        made = trimesh.creation.capsule(size[0], size[1], count=(12, 12))
        made.apply_translation(-made.bounds.mean(axis=0))  # where its middle is depends on trimesh's version
    else:
        raise WorldError(f"a visual shape of type {kind} cannot be drawn")
    return np.asarray(made.vertices, dtype=np.float64), np.asarray(made.faces, dtype=np.int64)


def _read(file: Path) -> Any:
    trimesh = _trimesh()
    try:
        plain = {"skip_materials": True} if file.suffix.lower() == ".obj" else {}
        mesh = trimesh.load(file, force="mesh", **plain)
        mesh.merge_vertices(merge_tex=True, merge_norm=True)
    except Exception as error:  # whatever the readers of many formats may raise
        raise WorldError(f"{file}: cannot be read as a mesh ({error})") from error
    if not len(getattr(mesh, "faces", ())):
        raise WorldError(f"{file}: has no triangles; export the mesh again")
    return mesh


def _trimesh() -> Any:
    try:
        import trimesh
    except ImportError as error:
        raise WorldError(
            "drawing a world needs trimesh, which is not installed: pip install 'robogeo[viewer]'"
        ) from error
    return trimesh
