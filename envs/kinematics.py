"""Forward and inverse kinematics of a serial arm, compiled.

Inverse kinematics is damped least squares with a null-space pull towards the rest posture,
``dq = J^T (J J^T + lambda^2 I)^-1 e + (I - J^+ J)(q_rest - q)``, iterated until the null-space motion
has died away too: then the configuration is a function of the tool pose alone (near a given branch),
and arms that are led along like tool paths make like motions. A joint that would leave its limits is
stopped there and the others make up for it; merely clipping it leaves the iteration stuck beside poses
that can be reached. Bullet's own null-space IK solves 1-6 % of what this solves fully.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from envs.chain import joint_chain
from envs.damped_least_squares import forward, solve
from envs.robots import FloatArray, RobotSpec


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
        self.origins, self.axes, self.tool = joint_chain(robot)

    def tool_pose(self, q: FloatArray) -> ToolPose:
        """Tool pose at configuration q (dof,) rad."""
        frames, _ = forward(np.asarray(q, dtype=np.float64), self.origins, self.axes, self.tool)
        return ToolPose(frames[-1, :3, 3].copy(), frames[-1, :3, :3].copy())

    def tool_path(self, q: FloatArray) -> FloatArray:
        """Tool positions (T, 3) m along configurations q (T, dof) rad."""
        frames = np.eye(4)
        for origin, axis, angle in zip(self.origins, self.axes, np.asarray(q).T, strict=True):
            turns = np.tile(np.eye(4), (len(q), 1, 1))
            turns[:, :3, :3] = Rotation.from_rotvec(angle[:, None] * axis).as_matrix()
            frames = frames @ origin @ turns
        return np.asarray((frames @ self.tool)[:, :3, 3])

    def jacobian(self, q: FloatArray) -> FloatArray:
        """Geometric Jacobian (6, dof) of the tool: linear rows first."""
        return np.asarray(forward(np.asarray(q, dtype=np.float64), self.origins, self.axes, self.tool)[1])

    def solve(self, pose: ToolPose, seed: FloatArray, *, pulled: bool = True) -> FloatArray | None:
        """Configuration (dof,) that reaches ``pose`` from ``seed`` within limits, else None.

        Solved means: closer than 1e-5 m and 1e-5 rad, and the null-space motion has come to rest.

        Args:
            pose: where the tool shall be.
            seed: configuration (dof,) rad to start from.
            pulled: whether the null space is pulled towards the rest posture.
        """
        q, error, moved = solve(
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
