"""One arm among static obstacles, in PyBullet.

Nothing that is not finite reaches the engine (which accepts NaN without a word), and the arm is held by
position control *with* target velocities, which tracks nine times better than position alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.engine import pybullet, silence
from envs.errors import WorldError
from envs.robots import FloatArray, RobotSpec
from envs.static_bodies import StaticBodies

_HOLDING_FORCE = 200.0  # N or N m: holds fingers and the like against any motion of the arm


class Simulation(StaticBodies):
    """A world in PyBullet: one arm on a fixed base and static obstacles, stepped at 240 Hz."""

    def __init__(self, robot: RobotSpec, *, floor: bool = True) -> None:
        super().__init__()
        self.robot, self._floor = robot, floor
        self._torques: list[float] = robot.torque.tolist()
        self.arm = -1
        self.joints: list[int] = []
        self.fixed_links: frozenset[int] = frozenset()
        self._held: dict[int, float] = {}
        self.link_indices: dict[str, int] = {}
        try:
            self.reload()
        except WorldError:
            self.close()
            raise

    def reload(self) -> None:
        """Empty the world and load the arm anew, at rest; obstacles have to be added again."""
        self.empty()
        self.obstacles = []
        try:
            with silence():  # it comments on every link without a mass
                self.arm = self.call("loadURDF", str(self.robot.urdf), useFixedBase=True)
        except pybullet.error as error:
            raise WorldError(f"{self.robot.urdf}: PyBullet cannot load it ({error})") from error
        infos = [self.call("getJointInfo", self.arm, j) for j in range(self.call("getNumJoints", self.arm))]
        index = {info[1].decode(): info[0] for info in infos}
        missing = [name for name in self.robot.joint_names if name not in index]
        if missing:
            raise WorldError(f"{self.robot.urdf}: no joint named {missing[0]!r}")
        self.joints = [index[name] for name in self.robot.joint_names]
        self.link_indices = {info[12].decode(): info[0] for info in infos}
        self.fixed_links = _fixed_links(infos)
        self._hold_others(infos)
        if self._floor:
            self._add_floor()
        self.place(self.robot.rest)

    def _hold_others(self, infos: Sequence[Any]) -> None:
        """Hold every movable joint that is not the arm's own (fingers, say) where the robot's file says."""
        others = [info for info in infos if info[2] != pybullet.JOINT_FIXED and info[0] not in self.joints]
        held = {info[0]: self.robot.held.get(info[1].decode(), 0.0) for info in others}
        for joint, position in held.items():
            self.call(
                "setJointMotorControl2",
                self.arm,
                joint,
                pybullet.POSITION_CONTROL,
                targetPosition=position,
                force=_HOLDING_FORCE,
            )
        self._held = held

    def _add_floor(self) -> None:
        """Add the floor, an obstacle like any other; its top is 6 cm below the arm's base."""
        self.add_boxes([((8.0, 8.0, 0.005), (0.0, 0.0, -0.065))], (0.92, 0.93, 0.94, 1.0))

    def place(self, q: FloatArray) -> None:
        """Put the arm into configuration q (dof,) rad at rest, and hold it there."""
        self.pose(q)
        self.command(q, np.zeros(len(q)))

    def pose(self, q: FloatArray) -> None:
        """Set joint positions (dof,) rad without dynamics or control, as collision checks need it."""
        _require_finite(q)
        joints, values = [*self.joints, *self._held], [*q.tolist(), *self._held.values()]
        self.call("resetJointStatesMultiDof", self.arm, joints, [[value] for value in values])

    def command(self, q: FloatArray, qd: FloatArray) -> None:
        """Set targets of the joint motors: positions (dof,) rad and velocities (dof,) rad/s."""
        positions, velocities = q.tolist(), qd.tolist()
        if not math.isfinite(sum(positions) + sum(velocities)):  # for speed, before looking one by one
            _require_finite(q)
            _require_finite(qd)
        self.call(
            "setJointMotorControlArray",
            self.arm,
            self.joints,
            pybullet.POSITION_CONTROL,
            targetPositions=positions,
            targetVelocities=velocities,
            forces=self._torques,
        )

    def follow(self, q: FloatArray, qd: FloatArray) -> bool:
        """Advance one physics step for each target q, qd (n, dof); whether the arm touched an obstacle."""
        if not math.isfinite(q.sum() + qd.sum()):  # for speed, before looking one by one
            _require_finite(q)
            _require_finite(qd)
        mode, forces = pybullet.POSITION_CONTROL, self._torques
        drive = self.bound("setJointMotorControlArray", self.arm, self.joints, mode, forces=forces)
        step, contacts = self.bound("stepSimulation"), self.bound("getContactPoints", self.arm)
        touched = False
        for position, speed in zip(q.tolist(), qd.tolist(), strict=True):
            drive(targetPositions=position, targetVelocities=speed)
            step()
            if (points := contacts()) and not touched:  # mostly there are none
                touched = self._touch(points)
        return touched

    def joint_state(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Positions rad, velocities rad/s and motor torques N m, each (dof,)."""
        positions, velocities, _, torques = zip(
            *self.call("getJointStates", self.arm, self.joints), strict=True
        )
        if not math.isfinite(sum(positions) + sum(velocities) + sum(torques)):
            raise WorldError("the simulation diverged: a joint state is not finite")
        return np.array(positions), np.array(velocities), np.array(torques)

    def touching(self) -> bool:
        """Whether a moving link of the arm touched an obstacle in the last step.

        The engine lists points before they touch; touching means no distance left, or a force.
        """
        return self._touch(self.call("getContactPoints", self.arm) or ())

    def _touch(self, points: Sequence[Any]) -> bool:
        return any(p[3] not in self.fixed_links and (p[8] <= 0.0 or p[9] > 0.0) for p in points)

    def save(self) -> int:
        """Keep the present state in memory and return its handle."""
        return int(self.call("saveState"))

    def restore(self, state: int) -> None:
        """Go back to a kept state; motor targets are not part of it and have to be commanded again."""
        self.call("restoreState", state)

    def renew(self, state: int) -> None:
        """Go back to a kept state in which nothing touches, and forget all that has happened since.

        The engine goes on from contacts of its last step, which no kept state holds; a step in the kept one
        drops them. What then runs does so to the bit as after :meth:`reload`, which takes far longer.
        """
        self.restore(state)
        self.step()
        self.restore(state)

    def forget(self, state: int) -> None:
        """Free the memory of a kept state."""
        self.call("removeState", state)

    def image(
        self, eye: Sequence[float], target: Sequence[float], size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Render the world (height, width, 3), seen from ``eye`` towards ``target`` (3,) m."""
        width, height = size
        view = self.call_free("computeViewMatrix", list(eye), list(target), [0, 0, 1])
        lens = self.call_free("computeProjectionMatrixFOV", 45.0, width / height, 0.05, 20.0)
        picture = self.call(
            "getCameraImage",
            width,
            height,
            viewMatrix=view,
            projectionMatrix=lens,
            renderer=pybullet.ER_TINY_RENDERER,
            shadow=0,
            lightDirection=[-1.5, -1.0, 3.0],
            lightAmbientCoeff=0.5,
            lightDiffuseCoeff=0.5,
            lightSpecularCoeff=0.05,
        )[2]
        return np.reshape(np.asarray(picture, dtype=np.uint8), (height, width, 4))[:, :, :3].copy()


def _fixed_links(infos: Sequence[Any]) -> frozenset[int]:
    """Links that never move: the base (-1) and whatever is joined to it by fixed joints alone."""
    fixed = {-1}
    for info in infos:  # parents come before their children
        if info[2] == pybullet.JOINT_FIXED and info[16] in fixed:
            fixed.add(info[0])
    return frozenset(fixed)


def _require_finite(values: FloatArray) -> None:
    if not np.isfinite(values).all():
        raise WorldError(f"joint values must be finite, got {np.asarray(values).tolist()}")
