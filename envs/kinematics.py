"""Forward and inverse kinematics of a serial arm, compiled.

Inverse kinematics is damped least squares with a null-space pull towards the rest posture,
``dq = J^T (J J^T + lambda^2 I)^-1 e + (I - J^+ J)(q_rest - q)``, iterated until the null-space motion
has died away too: then the configuration is a function of the tool pose alone (near a given branch),
and arms that are led along like tool paths make like motions. A joint that would leave its limits is
stopped there and the others make up for it; merely clipping it leaves the iteration stuck beside poses
that can be reached. Bullet's own null-space IK solves 1-6 % of what this solves fully.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from scipy.spatial.transform import Rotation

from envs.errors import WorldError
from envs.robots import FloatArray, RobotSpec

_ITERATIONS = 200


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, keeping the machine code on disk unless no folder for it can be written."""
    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:
        return numba.njit(function)


@dataclass(frozen=True)
class ToolPose:
    """Pose of the tool frame: position (3,) m and rotation matrix (3, 3); its z axis is the approach."""

    position: FloatArray
    rotation: FloatArray

    def distance(self, other: ToolPose) -> tuple[float, float]:
        """Distance in position (m) and rotation (rad)."""
        angle = Rotation.from_matrix(self.rotation.T @ other.rotation).magnitude()
        return float(np.linalg.norm(self.position - other.position)), float(angle)


class Kinematics:
    """Kinematics of one arm whose base stands at the origin.

    Attributes:
        origins: transforms (dof, 4, 4) of the joints in the frame of the link before each, m.
        axes: unit axes (dof, 3) of the joints in their own frames.
        tool: transform (4, 4) of the tool in the last joint's frame, after its rotation.
    """

    def __init__(self, robot: RobotSpec) -> None:
        self.robot = robot
        self.origins, self.axes, self.tool = _chain(robot)

    def tool_pose(self, q: FloatArray) -> ToolPose:
        """Tool pose at configuration q (dof,) rad."""
        frames, _ = _forward(np.asarray(q, dtype=np.float64), self.origins, self.axes, self.tool)
        return ToolPose(frames[-1, :3, 3].copy(), frames[-1, :3, :3].copy())

    def tool_path(self, q: FloatArray) -> FloatArray:
        """Tool positions (T, 3) m along configurations q (T, dof) rad."""
        return np.stack([self.tool_pose(row).position for row in q])

    def jacobian(self, q: FloatArray) -> FloatArray:
        """Geometric Jacobian (6, dof) of the tool: linear rows first."""
        return np.asarray(_forward(np.asarray(q, dtype=np.float64), self.origins, self.axes, self.tool)[1])

    def solve(self, pose: ToolPose, seed: FloatArray, *, pulled: bool = True) -> FloatArray | None:
        """Configuration (dof,) that reaches ``pose`` from ``seed`` within limits, else None.

        Solved means: closer than 1e-5 m and 1e-5 rad, and the null-space motion has come to rest.

        Args:
            pose: where the tool shall be.
            seed: configuration (dof,) rad to start from.
            pulled: whether the null space is pulled towards the rest posture.
        """
        q, error, moved = _solve(
            pose.position,
            pose.rotation,
            np.asarray(seed, dtype=np.float64),
            self.robot.rest,
            self.robot.lower,
            self.robot.upper,
            self.origins,
            self.axes,
            self.tool,
            1.0 if pulled else 0.0,
        )
        return np.asarray(q) if error < 1e-5 and moved < 1e-6 else None

    def solve_with_restarts(
        self, pose: ToolPose, seed: FloatArray, rng: np.random.Generator, starts: int = 30
    ) -> FloatArray | None:
        """Like :meth:`solve`, with up to ``starts`` random configurations tried after ``seed``.

        Near a stretched arm the null space turns so fast that the pull never comes to rest; so from each
        start the pose is also sought without it.
        """
        guess = np.asarray(seed, dtype=np.float64)
        for _ in range(starts + 1):
            for pulled in (True, False):
                q = self.solve(pose, guess, pulled=pulled)
                if q is not None:
                    return q
            guess = rng.uniform(self.robot.lower, self.robot.upper)
        return None

    def follow(self, poses: Sequence[ToolPose], seed: FloatArray) -> FloatArray | None:
        """Lead the tool along ``poses``, each solved from the one before: (n, dof), or None if it fails."""
        q = np.asarray(seed, dtype=np.float64)
        path = []
        for pose in poses:
            solved = self.solve(pose, q)
            if solved is None:
                return None
            q = solved
            path.append(q)
        return np.stack(path)


def _chain(robot: RobotSpec) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Joint origins (dof, 4, 4), joint axes (dof, 3) and tool transform (4, 4), read from the URDF."""
    root = ElementTree.parse(robot.urdf).getroot()
    by_child = {_attribute(joint, "child", "link"): joint for joint in root.findall("joint")}
    origins: list[FloatArray] = []
    axes: list[FloatArray] = []
    names: list[str] = []
    tail = np.eye(4)
    tail[:3, :3], tail[:3, 3] = robot.tool_rotation, robot.tool_offset
    tool, link = tail, robot.tool_link
    pending = tool
    while link in by_child:
        joint = by_child[link]
        origin = _origin(joint)
        if joint.get("name") in robot.joint_names:
            if not axes:
                tool = pending
            elif not np.allclose(pending, np.eye(4)):
                origins[-1] = pending @ origins[-1]
            origins.append(origin)
            names.append(joint.get("name", ""))
            axis = joint.find("axis")
            text = "1 0 0" if axis is None else axis.get("xyz", "1 0 0")
            direction = np.array(text.split(), dtype=np.float64)
            axes.append(direction / np.linalg.norm(direction))
            pending = np.eye(4)
        else:
            pending = origin @ pending
        link = _attribute(joint, "parent", "link")
    if tuple(names[::-1]) != robot.joint_names:
        raise WorldError(
            f"{robot.urdf}: from base to tool link {robot.tool_link!r} come the joints "
            f"{', '.join(names[::-1]) or 'none'}, but the robot file lists {', '.join(robot.joint_names)}"
        )
    origins[-1] = pending @ origins[-1]
    return np.stack(origins[::-1]), np.stack(axes[::-1]), tool


def _attribute(joint: ElementTree.Element, tag: str, name: str) -> str:
    element = joint.find(tag)
    return "" if element is None else element.get(name, "")


def _origin(joint: ElementTree.Element) -> FloatArray:
    transform = np.eye(4)
    element = joint.find("origin")
    if element is not None:
        transform[:3, 3] = np.array(element.get("xyz", "0 0 0").split(), dtype=np.float64)
        rpy = np.array(element.get("rpy", "0 0 0").split(), dtype=np.float64)
        transform[:3, :3] = Rotation.from_euler("xyz", rpy).as_matrix()
    return transform


@_compiled
def _forward(
    q: FloatArray, origins: FloatArray, axes: FloatArray, tool: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Frames of the joints and the tool (dof + 1, 4, 4), and the geometric Jacobian (6, dof)."""
    dof = q.shape[0]
    frames = np.zeros((dof + 1, 4, 4))
    transform = np.eye(4)
    for j in range(dof):
        transform = transform @ origins[j]
        frames[j] = transform
        x, y, z = axes[j]
        c, s = np.cos(q[j]), np.sin(q[j])
        turn = np.eye(4)
        turn[0, 0], turn[0, 1], turn[0, 2] = (
            c + x * x * (1 - c),
            x * y * (1 - c) - z * s,
            x * z * (1 - c) + y * s,
        )
        turn[1, 0], turn[1, 1], turn[1, 2] = (
            y * x * (1 - c) + z * s,
            c + y * y * (1 - c),
            y * z * (1 - c) - x * s,
        )
        turn[2, 0], turn[2, 1], turn[2, 2] = (
            z * x * (1 - c) - y * s,
            z * y * (1 - c) + x * s,
            c + z * z * (1 - c),
        )
        transform = transform @ turn
    frames[dof] = transform @ tool
    jacobian = np.zeros((6, dof))
    for j in range(dof):
        axis = frames[j, :3, :3].copy() @ axes[j]
        jacobian[:3, j] = np.cross(axis, frames[dof, :3, 3] - frames[j, :3, 3])
        jacobian[3:, j] = axis
    return frames, jacobian


@_compiled
def _rotation_vector(rotation: FloatArray) -> FloatArray:
    """Axis times angle (3,) of a rotation matrix, angles from 0 to pi."""
    skew = np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    sine = 0.5 * np.sqrt(np.sum(skew**2))
    cosine = 0.5 * (rotation[0, 0] + rotation[1, 1] + rotation[2, 2] - 1.0)
    if sine > 1e-6:
        return skew * (0.5 * np.arctan2(sine, cosine) / sine)
    if cosine > 0.0:
        return 0.5 * skew
    # Half a turn has no skew part: its axis is the eigenvector (R + 1) / 2 = a a^T.
    outer = 0.5 * (rotation + np.eye(3))
    k = np.argmax(np.diag(outer))
    return np.pi * outer[k] / np.sqrt(outer[k, k])


@_compiled
def _step(
    q: FloatArray,
    error: FloatArray,
    jacobian: FloatArray,
    pull: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
) -> FloatArray:
    """One damped step (dof,) within limits: joints that would leave stop there, others make up."""
    worst = max(np.sqrt(np.sum(error[:3] ** 2)), np.sqrt(np.sum(error[3:] ** 2)))
    # Far from the target the damping keeps singular directions quiet; near it, it must vanish.
    damping = min(1e-3, 1e-2 * worst * worst + 1e-10) * np.eye(6)
    dof = len(q)
    step = np.zeros(dof)
    free = jacobian.copy()
    wish = pull.copy()
    for _ in range(dof):
        rest = error - jacobian @ step
        part = wish + free.T @ np.linalg.solve(free @ free.T + damping, rest - free @ wish)
        length = np.sqrt(np.sum(part**2))
        if length > 0.3:
            part *= 0.3 / length
        stopped = False
        for j in range(dof):
            bound = min(max(q[j] + part[j], lower[j]), upper[j])
            if bound != q[j] + part[j]:
                step[j], wish[j], free[:, j], stopped = bound - q[j], 0.0, 0.0, True
        if not stopped:
            return step + part
    return step


@_compiled
def _solve(
    position: FloatArray,
    rotation: FloatArray,
    seed: FloatArray,
    rest: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    origins: FloatArray,
    axes: FloatArray,
    tool: FloatArray,
    pull: float,
) -> tuple[FloatArray, float, float]:
    """Damped least squares with null space.

    Returns the configuration, the larger of its remaining errors, and the length of the last step (rad).
    """
    q = np.minimum(np.maximum(seed, lower), upper)
    worst, moved = 1e9, 1e9
    for _ in range(_ITERATIONS):
        frames, jacobian = _forward(q, origins, axes, tool)
        error = np.zeros(6)
        error[:3] = position - frames[-1, :3, 3]
        error[3:] = _rotation_vector(rotation @ frames[-1, :3, :3].copy().T)
        worst = max(np.sqrt(np.sum(error[:3] ** 2)), np.sqrt(np.sum(error[3:] ** 2)))
        if moved < 1e-7:
            break
        step = _step(q, error, jacobian, pull * (rest - q), lower, upper)
        after = np.minimum(np.maximum(q + step, lower), upper)
        moved = np.sqrt(np.sum((after - q) ** 2))
        q = after
    return q, worst, moved
