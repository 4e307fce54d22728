"""A second opinion: the same arm among the same solids in MuJoCo, stepped and asked like `envs.simulation`.

The arm is compiled from the URDF that PyBullet loads (collision meshes as their convex hulls, as there); the
obstacles are read back from the PyBullet world, so what stands in the one stands in the other. Joints are
held by position servos with velocity feed-forward and gravity compensation, all within the torque limits,

    tau = k (q* - q) + c (qd* - qd) + g(q),    k = w^2 M_jj,   c = 2 w M_jj,

critically damped at w = 100 rad/s for the joint's own inertia M_jj at rest. Nothing else is shared with
PyBullet: integration, contacts, distances and control are MuJoCo's (Todorov, Erez and Tassa, IROS 2012).
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from envs.collision import Clearance
from envs.engine import PHYSICS_RATE
from envs.errors import WorldError
from envs.robots import FloatArray, RobotSpec

_SUBSTEPS = 4  # integration steps in one of 1/240 s
_SERVO = 100.0  # rad/s: natural frequency of a joint's servo
_REACH = 0.2  # m: as far as clearances are measured
_ARM, _SOLID = "arm", "solid"
_KINDS = {kind: f"mjGEOM_{kind.upper()}" for kind in ("box", "sphere", "cylinder", "plane")}
_ENDLESS = (0.0, 0.0, 1.0)  # size of a plane
Solid = tuple[str, FloatArray, FloatArray]


class MujocoSimulation:
    """One arm on a fixed base among solids, in MuJoCo.

    Args:
        robot: the arm.
        solids: kind, size and pose (4, 4) of the obstacles' primitives, as `envs.obstacles` tells them.
        pairs: pairs of links of the arm, by name, that can touch.
        fixed: names of the links that never move.

    Raises:
        WorldError: MuJoCo is not installed, or cannot compile the URDF.
    """

    def __init__(
        self,
        robot: RobotSpec,
        solids: Sequence[Solid],
        pairs: Sequence[tuple[str, str]],
        fixed: Sequence[str],
    ) -> None:
        try:
            import mujoco
        except ImportError as error:
            raise WorldError(
                "MuJoCo is not installed; install it with: pip install 'robogeo[mujoco]'"
            ) from error
        self._mujoco: Any = mujoco
        self.robot = robot
        try:
            spec = self._spec(solids, pairs, fixed)
            self._model = spec.compile()
        except (ValueError, OSError, ElementTree.ParseError) as error:
            raise WorldError(f"{robot.urdf}: MuJoCo cannot compile it ({error})") from error
        self._data = mujoco.MjData(self._model)
        joints = [self._model.joint(name) for name in robot.joint_names]
        self._at = np.array([joint.qposadr[0] for joint in joints])
        self._speed_at = np.array([joint.dofadr[0] for joint in joints])
        self._geoms = [i for i in range(self._model.ngeom) if self._model.geom(i).name.startswith(_ARM)]
        self._solids = [i for i in range(self._model.ngeom) if self._model.geom(i).name.startswith(_SOLID)]
        self._pairs = list(zip(self._model.pair_geom1.tolist(), self._model.pair_geom2.tolist(), strict=True))
        self._hold_joints()
        self._target = robot.rest
        self._speed = np.zeros(robot.dof)
        self._touched = False

    def place(self, q: FloatArray) -> None:
        """Put the arm into configuration q (dof,) rad at rest, and hold it there."""
        self._mujoco.mj_resetData(self._model, self._data)
        self._data.qpos[self._at] = q
        self._target = np.asarray(q, dtype=np.float64)
        self._speed = np.zeros(len(q))
        self._touched = False
        self._mujoco.mj_forward(self._model, self._data)

    def command(self, q: FloatArray, qd: FloatArray) -> None:
        """Set where the joints are to be now, (dof,) rad, and how fast they are to go on, (dof,) rad/s."""
        self._target, self._speed = q, qd

    def step(self) -> None:
        """Advance by 1/240 s, the servos' targets moving on at the commanded velocity."""
        self._touched = False
        for part in range(_SUBSTEPS):
            ahead = part / (_SUBSTEPS * PHYSICS_RATE) + self._feed_forward
            self._data.ctrl[: self.robot.dof] = self._target + ahead * self._speed
            self._mujoco.mj_step(self._model, self._data)
            self._touched = self._touched or bool((self._data.contact.dist <= 0.0).any())

    def joint_state(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Positions rad, velocities rad/s and motor torques N m, each (dof,)."""
        state = (
            self._data.qpos[self._at],
            self._data.qvel[self._speed_at],
            self._data.qfrc_actuator[self._speed_at],
        )
        if not np.isfinite(state).all():
            raise WorldError("the simulation diverged: a joint state is not finite")
        return state[0].copy(), state[1].copy(), state[2].copy()

    def touching(self) -> bool:
        """Whether the arm touched an obstacle or itself in the last step."""
        return self._touched

    def present_clearance(self) -> Clearance:
        """Clearance in the present state, exact below 0.2 m."""
        surroundings = self.present_surroundings()
        itself = [self._distance(a, b) for a, b in self._pairs]
        return Clearance(surroundings, min(itself, default=_REACH))

    def present_surroundings(self, nearest: float = _REACH) -> float:
        """Distance (m) between the arm's moving links and the solids as they are now, at most ``nearest``."""
        self._mujoco.mj_kinematics(self._model, self._data)
        centres, radii = self._data.geom_xpos, self._model.geom_rbound
        apart = np.linalg.norm(centres[self._geoms][:, None] - centres[self._solids][None], axis=2)
        near = apart - radii[self._geoms][:, None] - radii[self._solids][None] < max(nearest, 0.0)
        around = [self._distance(self._geoms[a], self._solids[b]) for a, b in np.argwhere(near)]
        return min([nearest, *around])

    def touches_itself(self) -> bool:
        """Whether two links that are checked touch, as they are now."""
        self._mujoco.mj_kinematics(self._model, self._data)
        return any(self._distance(a, b) <= 0.0 for a, b in self._pairs)

    def _distance(self, a: int, b: int) -> float:
        return float(self._mujoco.mj_geomDistance(self._model, self._data, a, b, _REACH, None))

    def _hold_joints(self) -> None:
        """Give every servo the stiffness and damping of its joint's inertia."""
        self._model.dof_damping[:], self._model.dof_frictionloss[:] = 0.0, 0.0
        self.place(self.robot.rest)
        own = np.array([self._inertia(joint) for joint in self._speed_at])
        stiffness, damping = _SERVO**2 * own, 2.0 * _SERVO * own
        count = self.robot.dof
        self._model.actuator_gainprm[:count, 0] = stiffness
        self._model.actuator_biasprm[:count, 1] = -stiffness
        self._model.actuator_biasprm[:count, 2] = -damping
        self._feed_forward = damping / stiffness

    def _inertia(self, joint: int) -> float:
        """Torque for a unit acceleration of one joint alone, kg m^2."""
        unit, torque = np.zeros(self._model.nv), np.zeros(self._model.nv)
        unit[joint] = 1.0
        self._mujoco.mj_mulM(self._model, self._data, torque, unit)
        return float(torque[joint])

    def _spec(self, solids: Sequence[Solid], pairs: Sequence[tuple[str, str]], fixed: Sequence[str]) -> Any:
        """The model to compile: the URDF, its servos and the solids."""
        mujoco = self._mujoco
        spec = mujoco.MjSpec.from_string(_readable_urdf(self.robot))
        spec.option.timestep = 1.0 / (PHYSICS_RATE * _SUBSTEPS)
        spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        names: dict[str, list[str]] = {}
        for body in spec.bodies[1:]:
            body.gravcomp = 1.0
            moves = body.name not in fixed
            for i, geom in enumerate(body.geoms):
                geom.name = f"{_ARM if moves else 'base'} {body.name} {i}"
                geom.contype, geom.conaffinity = int(moves), 0  # its own links meet by pairs alone
                names.setdefault(body.name, []).append(geom.name)
        for a, b in pairs:
            for first in names.get(a, []):
                for second in names.get(b, []):
                    spec.add_pair(geomname1=first, geomname2=second)
        for i, (kind, size, pose) in enumerate(solids):
            x, y, z, w = Rotation.from_matrix(pose[:3, :3]).as_quat()
            geom = spec.worldbody.add_geom(
                type=getattr(mujoco.mjtGeom, _KINDS[kind]),
                size=_ENDLESS if kind == "plane" else np.pad(size, (0, 3 - len(size))),
                pos=pose[:3, 3],
                quat=[w, x, y, z],
                name=f"{_SOLID} {i}",
            )
            geom.contype, geom.conaffinity = 0, 1
        self._add_servos(spec)
        return spec

    def _add_servos(self, spec: Any) -> None:
        robot, mujoco = self.robot, self._mujoco
        for j, name in enumerate(robot.joint_names):
            joint = spec.joint(name)
            joint.range = (robot.lower[j], robot.upper[j])
            joint.actgravcomp = True  # compensation is the motors' work: it counts against their limits
            joint.actfrclimited, joint.actfrcrange = True, (-robot.torque[j], robot.torque[j])
            spec.add_actuator(
                name=name,
                target=name,
                trntype=mujoco.mjtTrn.mjTRN_JOINT,
                gaintype=mujoco.mjtGain.mjGAIN_FIXED,
                biastype=mujoco.mjtBias.mjBIAS_AFFINE,
            )


def _weld(joint: ElementTree.Element, position: float) -> None:
    """Fix a joint that is not the arm's own (a finger's, say) where it is held, rad or m."""
    origin = joint.find("origin")
    if origin is None:
        origin = ElementTree.SubElement(joint, "origin")
    axis_element = joint.find("axis")
    axis = np.array(
        ("1 0 0" if axis_element is None else axis_element.get("xyz", "1 0 0")).split(), dtype=float
    )
    place = np.array(origin.get("xyz", "0 0 0").split(), dtype=float)
    turn = Rotation.from_euler("xyz", np.array(origin.get("rpy", "0 0 0").split(), dtype=float))
    if joint.get("type") == "prismatic":
        place = place + turn.apply(position * axis)
    else:
        turn = turn * Rotation.from_rotvec(position * axis)
    origin.set("xyz", " ".join(map(repr, place.tolist())))
    origin.set("rpy", " ".join(map(repr, turn.as_euler("xyz").tolist())))
    joint.set("type", "fixed")


def _readable_urdf(robot: RobotSpec) -> str:
    """The URDF without what is only to be seen, with absolute places of its meshes."""
    root = ElementTree.parse(robot.urdf).getroot()
    for link in root.iter("link"):
        for visual in link.findall("visual"):
            link.remove(visual)
    for mesh in root.iter("mesh"):
        mesh.set("filename", mesh.get("filename", "").removeprefix("package://"))
    for joint in root.iter("joint"):
        if joint.get("type") != "fixed" and joint.get("name") not in robot.joint_names:
            _weld(joint, robot.held.get(joint.get("name", ""), 0.0))
    extension = ElementTree.SubElement(root, "mujoco")
    options = {"strippath": "false", "fusestatic": "false", "balanceinertia": "true"}
    ElementTree.SubElement(extension, "compiler", {"meshdir": str(robot.urdf.parent), **options})
    return ElementTree.tostring(root, encoding="unicode")
