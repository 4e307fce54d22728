"""What comes back from a query: a demonstration, a refusal or a failure, and the receipt for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.learning.lifecycle import State
from robogeo.learning.queries import Query
from robogeo.motion.request import Refusal
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
_SLACK = 0.05  # rad: a recorded demonstration may leave the limits by as much
CREDITED = 0.5  # compliance from which an answer counts as one to what was asked


@dataclass(frozen=True)
class Failure:
    """Somebody tried to demonstrate and did not succeed; unlike a refusal it may be asked again."""

    reason: str


Answer = Demonstration | Refusal | Failure


@dataclass(frozen=True)
class Receipt:
    """What became of something that was told.

    Attributes:
        accepted: whether it was taken; false when the query had been answered before: nothing changed then.
        state: of the query now; answered for a demonstration that nobody asked for.
        compliance: share in [0, 1] of what was asked that the demonstration covers; None without a
            demonstration, without a query, or in a run from before it was measured.
    """

    accepted: bool
    state: State
    compliance: float | None = None

    @property
    def credited(self) -> bool:
        """Whether the demonstration counts as an answer to the query; it is learned from in any case."""
        return self.compliance is not None and self.compliance >= CREDITED


def compliance(query: Query, demonstration: Demonstration, tolerance: float) -> float:
    """How much of what a query asks for a demonstration covers.

    Half of it is the two ends, half the stretch as the model showed it. That stretch may be wrong, it is
    why the query was asked: who comes from start to goal by any way covers half at least.

    Args:
        query: what was asked.
        demonstration: what was shown, in either direction.
        tolerance: a configuration is covered when the motion passes it within this in every joint, rad.

    Returns:
        In [0, 1].
    """
    # Half a tolerance apart, the points on the path miss none of it by more than a quarter.
    shown = KDTree(demonstration.resampled(0.5 * tolerance))
    ends = _covered(shown, query.request.ends, tolerance)
    if not len(query.motion):
        return ends
    return 0.5 * ends + 0.5 * _covered(shown, query.motion, tolerance)


def _covered(shown: KDTree, wanted: FloatArray, tolerance: float) -> float:
    """Share of configurations (k, dof) within a tolerance of those shown."""
    apart, _ = shown.query(wanted, p=np.inf)
    return float(np.mean(apart <= tolerance))


def check_demonstration(demonstration: Demonstration, world: World) -> None:
    """Raise InputError unless the demonstration can be one of this world's robot."""
    robot, limits = world.robot_name, world.limits
    if demonstration.dof != limits.dof:
        raise InputError(f"demonstration: has {demonstration.dof} joints, the robot {robot} has {limits.dof}")
    excess = np.maximum(limits.lower - demonstration.q, demonstration.q - limits.upper)
    if excess.max() > _SLACK:
        row, joint = np.unravel_index(int(np.argmax(excess)), excess.shape)
        raise InputError(
            f"demonstration: joint {joint + 1} is {demonstration.q[row, joint]:.4g} {limits.units[joint]} "
            f"at sample {row}, outside its limits [{limits.lower[joint]:.4g}, {limits.upper[joint]:.4g}]; "
            f"{limits.units_told}"
        )
