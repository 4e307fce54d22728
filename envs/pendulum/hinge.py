"""The pendulum as a body of PyBullet: a weight on a hinge, driven by torques or by a motor."""

from __future__ import annotations

from envs.engine import Engine, pybullet

LENGTH = 0.5  # m from hinge to weight
TORQUE = 7.0  # N m: more than the 4.9 that hold the pendulum level
_WEIGHT_RADIUS, _MASS = 0.05, 1.0  # m, kg


class Hinge:
    """A pendulum in a world of its own; angles in rad are not wrapped."""

    def __init__(self) -> None:
        self._engine = Engine()
        call = self._engine.call
        self._engine.empty()
        ball = call("createCollisionShape", pybullet.GEOM_SPHERE, radius=_WEIGHT_RADIUS)
        self._body = int(
            call(
                "createMultiBody",
                baseMass=0.0,
                linkMasses=[_MASS],
                linkCollisionShapeIndices=[ball],
                linkVisualShapeIndices=[-1],
                linkPositions=[[0.0, 0.0, 0.0]],
                linkOrientations=[[0.0, 0.0, 0.0, 1.0]],
                linkInertialFramePositions=[[0.0, 0.0, -LENGTH]],
                linkInertialFrameOrientations=[[0.0, 0.0, 0.0, 1.0]],
                linkParentIndices=[0],
                linkJointTypes=[pybullet.JOINT_REVOLUTE],
                linkJointAxis=[[0.0, -1.0, 0.0]],
            )
        )
        for link in (-1, 0):
            call("changeDynamics", self._body, link, linearDamping=0.0, angularDamping=0.0, jointDamping=0.0)
        self.free()

    def free(self) -> None:
        """Take the motor away, so that the hinge swings."""
        self._engine.call("setJointMotorControl2", self._body, 0, pybullet.VELOCITY_CONTROL, force=0.0)

    def place(self, angle: float) -> None:
        """Put the pendulum at rest at an angle, rad."""
        self._engine.call("resetJointState", self._body, 0, angle, 0.0)

    def turn(self, torque: float) -> None:
        """Apply a torque, N m, for one physics step."""
        self._engine.call("setJointMotorControl2", self._body, 0, pybullet.TORQUE_CONTROL, force=torque)
        self._engine.step()

    def follow(self, angle: float, speed: float) -> None:
        """Let the motor go for an angle, rad, and a speed, rad/s, for one physics step."""
        self._engine.call(
            "setJointMotorControl2",
            self._body,
            0,
            pybullet.POSITION_CONTROL,
            targetPosition=angle,
            targetVelocity=speed,
            positionGain=0.2,
            velocityGain=1.0,
            force=TORQUE,
        )
        self._engine.step()

    def state(self) -> tuple[float, float, float]:
        """Angle rad, speed rad/s and torque of the motor N m."""
        state = self._engine.call("getJointState", self._body, 0)
        return float(state[0]), float(state[1]), float(state[3])

    def close(self) -> None:
        """Free the engine; closing twice does nothing."""
        self._engine.close()
