"""What a joint may do: its range, and its largest velocity, acceleration, jerk and torque.

Limits are stated in the robot's configuration, never read from a URDF, whose figures are often placeholders.
A quantity over its limit is a ratio: 1 means at the limit, more means violated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError, MotionError
from robogeo.motion.rotation_vectors import continued

if TYPE_CHECKING:
    from robogeo.motion.trajectory import Motion

FloatArray = NDArray[np.float64]

_BOUNDS = ("lower", "upper", "velocity", "acceleration", "jerk", "torque")
_KINDS = ("continuous", "rotation")


@dataclass(frozen=True, eq=False)
class JointLimits:
    """Limits of every joint, each an array (dof,) of float64; velocity to torque are symmetric about zero.

    Attributes:
        lower: smallest position, rad.
        upper: largest position, rad.
        velocity: largest speed, rad/s.
        acceleration: largest acceleration, rad/s^2.
        jerk: largest jerk, rad/s^3.
        torque: largest torque, N m.
        continuous: which joints turn without end, so that their angles repeat every 2 pi; none if not said.
        rotation: which three coordinates, of a tool alone, are a rotation vector; none if not said.
        units: of the positions, one a joint; rad if not said. Where it is not rad, read it for rad above.

    Raises:
        MotionError: arrays of different length, not finite, lower >= upper, a bound that is not positive, or
            a rotation vector that has not three coordinates.
    """

    lower: FloatArray
    upper: FloatArray
    velocity: FloatArray
    acceleration: FloatArray
    jerk: FloatArray
    torque: FloatArray
    continuous: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    rotation: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    units: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Convert to read-only float64 arrays and check them."""
        for name in _BOUNDS:
            array = np.array(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
            if array.ndim != 1 or array.size == 0 or array.shape != self.lower.shape:
                raise MotionError(f"limits.{name} has shape {array.shape}, expected one number a joint")
            if not np.isfinite(array).all():
                raise MotionError(f"limits.{name} holds a value that is not finite: {array.tolist()}")
            if name not in ("lower", "upper") and (array <= 0.0).any():
                raise MotionError(f"limits.{name} must be positive, got {array.tolist()}")
        for name in _KINDS:
            object.__setattr__(self, name, self._truths(name))
        if self.rotation.sum() not in (0, 3):
            raise MotionError(f"limits.rotation names {self.rotation.sum()} coordinates, expected three")
        object.__setattr__(self, "units", tuple(self.units) or ("rad",) * self.dof)
        if len(self.units) != self.dof:
            raise MotionError(f"limits.units has {len(self.units)} units, expected one a joint")
        if (self.lower >= self.upper).any():
            joint = int(np.argmax(self.lower >= self.upper))
            raise MotionError(f"limits: lower >= upper at joint {joint + 1}")

    def _truths(self, name: str) -> NDArray[np.bool_]:
        """A field that says something or nothing of every joint, read-only (dof,)."""
        given = np.array(getattr(self, name), dtype=np.bool_)
        truths = given if given.size else np.zeros(self.dof, dtype=np.bool_)
        if truths.shape != self.lower.shape:
            raise MotionError(f"limits.{name} has shape {truths.shape}, expected one truth a joint")
        truths.setflags(write=False)
        return truths

    @property
    def dof(self) -> int:
        """Number of joints."""
        return int(self.lower.size)

    @property
    def unit(self) -> str:
        """Unit of distances between configurations, for people; a dm counts as a rad."""
        return " or ".join(dict.fromkeys(self.units))

    def nearest(self, q: FloatArray, to: FloatArray) -> FloatArray:
        """The configuration (dof,) rad in the same place as ``q`` that is nearest to another one.

        Joints that turn without end are in the same place after whole turns, a rotation vector after whole
        turns about its axis; the others stay as they are.
        """
        turns = np.where(self.continuous, np.round((to - q) / (2.0 * np.pi)), 0.0)
        return self._rotated(np.asarray(q + 2.0 * np.pi * turns)[None], to)[0]

    def path_near(self, path: FloatArray, start: FloatArray) -> FloatArray:
        """The path (n, dof) rad through the same places that begins nearest to a configuration (dof,)."""
        turns = np.where(self.continuous, np.round((start - path[0]) / (2.0 * np.pi)), 0.0)
        first = path[0] + 2.0 * np.pi * turns
        return self._rotated(path + (first - path[0]), start)

    def _rotated(self, path: FloatArray, start: FloatArray) -> FloatArray:
        """A path (n, dof) whose rotation vectors go on from that of a configuration (dof,)."""
        if self.rotation.any():
            path = path.copy()
            path[:, self.rotation] = continued(path[:, self.rotation], start[self.rotation])
        return path

    def derated(self, share: float) -> JointLimits:
        """The same limits with velocity, acceleration and jerk multiplied by a share in (0, 1]."""
        if not 0.0 < share <= 1.0:
            raise MotionError(f"limits: a share of {share} was asked, it must lie in (0, 1]")
        return replace(
            self,
            velocity=share * self.velocity,
            acceleration=share * self.acceleration,
            jerk=share * self.jerk,
        )

    @property
    def units_told(self) -> str:
        """What is said of units where a position is too large."""
        return "angles are in radians" if self.unit == "rad" else "positions are in decimetres, angles in rad"

    def check_positions(self, points: FloatArray, slack: float = 0.0) -> None:
        """Raise MotionError where points (n, dof), rad, leave the range; interior ones may, by the slack."""
        if points.shape[1] != self.dof:
            raise MotionError(f"path has {points.shape[1]} joints, the limits have {self.dof}")
        excess = np.maximum(self.lower - points, points - self.upper)
        excess[1:-1] -= slack
        if (excess > 0.0).any():
            row, joint = np.unravel_index(int(np.argmax(excess)), excess.shape)
            raise MotionError(
                f"path: way-point {row} puts joint {joint + 1} at {points[row, joint]:.6g} "
                f"{self.units[joint]}, outside "
                f"[{self.lower[joint]:.6g}, {self.upper[joint]:.6g}]: choose another path or widen the limits"
            )

    def check_configuration(self, name: str, q: FloatArray) -> None:
        """Refuse a configuration (dof,), rad, that is not finite or outside the range.

        Raises:
            InputError: it names the joint and the reason.
        """
        if not np.isfinite(q).all():
            raise InputError(f"{name}: joint {int(np.argmin(np.isfinite(q))) + 1} is not a finite number")
        outside = (q < self.lower) | (q > self.upper)
        if outside.any():
            joint = int(np.argmax(outside))
            raise InputError(
                f"{name}: joint {joint + 1} is {q[joint]:.4g} {self.units[joint]}, outside its limits "
                f"[{self.lower[joint]:.4g}, {self.upper[joint]:.4g}]; {self.units_told}"
            )

    def violation(self, motion: Motion) -> dict[str, float]:
        """Worst ratio of a motion's samples to the limits, over all joints and samples.

        Args:
            motion: the motion to judge, of the same number of joints.

        Returns:
            `position` (distance from the middle of the range over half of it), `velocity`, `acceleration`,
            `jerk`; every one is at most 1 when the motion keeps the limits.
        """
        if motion.dof != self.dof:
            raise MotionError(f"motion has {motion.dof} joints, the limits have {self.dof}")
        middle, half = 0.5 * (self.lower + self.upper), 0.5 * (self.upper - self.lower)
        parts = {
            "position": (motion.q - middle, half),
            "velocity": (motion.qd, self.velocity),
            "acceleration": (motion.qdd, self.acceleration),
            "jerk": (motion.qddd, self.jerk),
        }
        return {name: float(np.max(np.abs(value) / bound)) for name, (value, bound) in parts.items()}

    def satisfied(self, motion: Motion, tolerance: float = 1e-9) -> bool:
        """Whether every sample keeps every limit, within a relative tolerance for rounding."""
        return max(self.violation(motion).values()) <= 1.0 + tolerance

    def to_dict(self) -> dict[str, list[Any]]:
        """Plain lists by field, for JSON and YAML, without units; truths only where one is true."""
        named = (*_BOUNDS, *(name for name in _KINDS if getattr(self, name).any()))
        return {name: getattr(self, name).tolist() for name in named}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> JointLimits:
        """Limits from plain lists by field; unknown or missing fields raise MotionError."""
        wrong = sorted(set(_BOUNDS).symmetric_difference(set(data) - set(_KINDS)), key=str)
        if wrong:
            raise MotionError(f"limits: unknown or missing fields {', '.join(map(str, wrong))}")
        try:
            fields: dict[str, Any] = {name: np.array(data[name], dtype=np.float64) for name in _BOUNDS}
            fields |= {name: np.array(data.get(name, []), dtype=np.bool_) for name in _KINDS}
            return cls(**fields)
        except (TypeError, ValueError, OverflowError) as error:
            if isinstance(error, MotionError):
                raise
            raise MotionError(f"limits: not numbers ({error})") from error
