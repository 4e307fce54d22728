"""Running a timed motion in the simulator, and what was seen while it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from envs.engine import PHYSICS_RATE
from envs.errors import WorldError
from envs.kinematics import Kinematics
from envs.robots import FloatArray, RobotSpec
from envs.scenes.scene import Surroundings
from envs.simulation import Simulation

_CLEARANCE_EVERY = 4  # physics steps between two exact clearance checks
SETTLE = 48  # physics steps in which the goal is held before it is judged


@dataclass(frozen=True)
class Execution:
    """What happened when a motion ran.

    Attributes:
        q: measured configurations (T, dof) rad, at the times of the commanded ones.
        collision: whether the arm touched an obstacle or itself.
        min_clearance_m: smallest distance to obstacles along the way (capped at 0.2).
        goal_error_m, goal_error_rad: distance of the tool from the commanded goal at the end.
        tracking_rmse_rad: root mean square of measured minus commanded positions.
        peak_torque_fraction: largest motor torque as a share of its limit.
        tool_length_m: length of the tool's way.
        measures: the scene's own measures of the motion, by name; smaller is better.
        bounds: of those measures that success needs, the largest value that succeeds.
    """

    q: FloatArray
    collision: bool
    min_clearance_m: float
    goal_error_m: float
    goal_error_rad: float
    tracking_rmse_rad: float
    peak_torque_fraction: float
    tool_length_m: float
    measures: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, float] = field(default_factory=dict)


class SteppedArm(Protocol):
    """What running a motion needs of a physics engine; see `Simulation` for what the methods do."""

    robot: RobotSpec

    def place(self, q: FloatArray) -> None:
        """Put the arm somewhere at rest."""
        ...

    def command(self, q: FloatArray, qd: FloatArray) -> None:
        """Set targets of the joint motors."""
        ...

    def step(self) -> None:
        """Advance by 1/240 s."""
        ...

    def joint_state(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Positions, velocities and torques."""
        ...

    def touching(self) -> bool:
        """Whether the arm touches anything."""
        ...


class Distances(Protocol):
    """Whoever knows what is near in an engine's present state."""

    def present_surroundings(self, nearest: float = ...) -> float:
        """Distance to the surroundings, m, or ``nearest`` if that is less."""
        ...

    def touches_itself(self) -> bool:
        """Whether links of the arm touch each other."""
        ...


def execute(
    simulation: SteppedArm,
    scene: Surroundings,
    kinematics: Kinematics,
    checker: Distances,
    q: FloatArray,
    qd: FloatArray,
) -> Execution:
    """Run samples q, qd (T, dof), given at 240 Hz, from rest at q[0]; the world must be freshly loaded.

    Args:
        simulation: the engine that runs it.
        scene: whose measures are taken.
        kinematics: of the arm.
        checker: knows clearances in that engine's present state.
        q: positions, rad.
        qd: velocities, rad/s.

    Raises:
        WorldError: wrong shapes, no samples, or values that are not finite.
    """
    q, qd = _checked(q, qd, simulation.robot.dof)
    run = _run(simulation, checker, q, qd)
    start, goal = kinematics.tool_pose(q[0]), kinematics.tool_pose(q[-1])
    distance, angle = goal.distance(kinematics.tool_pose(run.final))
    errors, way = run.q - q, kinematics.tool_path(run.q)
    return Execution(
        q=run.q,
        collision=run.touched or run.clearance <= 0.0,
        min_clearance_m=run.clearance,
        goal_error_m=distance,
        goal_error_rad=angle,
        tracking_rmse_rad=float(np.sqrt(np.mean(errors**2))),
        peak_torque_fraction=float((np.abs(run.torques) / simulation.robot.torque).max(initial=0.0)),
        tool_length_m=float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum()),
        measures=scene.measures(way, start.position, goal.position),
        bounds=scene.bounds,
    )


def _checked(q: FloatArray, qd: FloatArray, dof: int) -> tuple[FloatArray, FloatArray]:
    q, qd = np.asarray(q, dtype=np.float64), np.asarray(qd, dtype=np.float64)
    if q.shape != qd.shape or q.ndim != 2 or len(q) == 0 or q.shape[1] != dof:
        raise WorldError(f"a motion needs q and qd of shape (T, {dof}), got {q.shape}, {qd.shape}")
    for name, values in (("q", q), ("qd", qd)):
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values).all(axis=1)))
            raise WorldError(f"a motion needs finite values, {name} has others at sample {row}")
    return q, qd


@dataclass(frozen=True, eq=False)
class _Run:
    """What was measured.

    Attributes:
        q: configurations (T, dof), rad.
        torques: motor torques (T - 1, dof), N m.
        final: where the arm came to rest (dof,), rad.
        touched: whether it touched anything or itself.
        clearance: least distance to the surroundings, m.
    """

    q: FloatArray
    torques: FloatArray
    final: FloatArray
    touched: bool
    clearance: float


def _run(simulation: SteppedArm, checker: Distances, q: FloatArray, qd: FloatArray) -> _Run:
    """Run samples q, qd (T, dof) and hold the last until the arm has settled."""
    simulation.place(q[0])
    measured, torques = [simulation.joint_state()[0]], []
    touched, clearance = checker.touches_itself(), checker.present_surroundings()
    # A command is for the present instant; after the step it is the next sample's time that is measured.
    for i, (target, speed) in enumerate(zip(q[:-1], qd[:-1], strict=True)):
        simulation.command(target, speed)
        simulation.step()
        position, _, torque = simulation.joint_state()
        measured.append(position)
        torques.append(torque)
        touched = touched or simulation.touching()
        if i % _CLEARANCE_EVERY == 0:  # only what is nearer than before need be measured
            clearance = checker.present_surroundings(clearance)
            touched = touched or checker.touches_itself()
    for _ in range(SETTLE):
        simulation.command(q[-1], np.zeros_like(qd[-1]))
        simulation.step()
        touched = touched or simulation.touching()
    final, _, _ = simulation.joint_state()
    clearance = checker.present_surroundings(clearance)
    touched = touched or checker.touches_itself()
    return _Run(np.stack(measured), np.array(torques).reshape(-1, q.shape[1]), final, touched, clearance)


def film(
    simulation: Simulation,
    q: FloatArray,
    eye: tuple[float, float, float],
    target: tuple[float, float, float],
    fps: float,
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Pictures (n, height, width, 3) of configurations q (T, dof), measured at 240 Hz, ``fps`` a second.

    Raises:
        WorldError: no configurations, or a rate or size that is not positive.
    """
    if len(q) == 0 or not fps > 0.0 or min(size) < 1:
        raise WorldError(
            f"a film needs configurations, a rate and a size, got {len(q)}, {fps} a second, {size}"
        )
    stride = PHYSICS_RATE / fps
    rows = np.unique(np.append(np.arange(0, len(q), stride).astype(int), len(q) - 1))
    frames = []
    for row in rows:
        simulation.pose(q[row])
        frames.append(simulation.image(eye, target, size))
    return np.stack(frames)
