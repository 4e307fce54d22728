"""Clearance of whole batches of configurations, from spheres that cover the arm; differentiable.

The clearance of a configuration is the smallest ``d_o(c_s(q)) - r_s`` over spheres s and obstacles o, where
``c_s(q)`` is the sphere's centre by forward kinematics and ``d_o`` the signed distance to an obstacle (boxes
and cylinders after Quilez, "Distance functions"). The spheres hold the arm within them, so:

* where the arm is free, this clearance is never larger than the true one;
* where the arm touches or penetrates an obstacle, it is zero or negative, though it measures how deep a
  sphere is and not how far the link has to move.

It is smaller than the true one by as much as the spheres stick out, mostly 1 to 2 cm (docs/your-robot.md has
figures). Verify in the simulator what is chosen by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from robogeo.errors import MotionError
from robogeo.motion.kinematic_chain import KinematicChain

FloatArray = NDArray[np.float64]
_FAR = 1e3  # m: clearance where there is no obstacle
_TINY = 1e-20  # m^2: gives the square root a derivative at zero


@dataclass(frozen=True, eq=False)
class Obstacle:
    """A solid primitive.

    Attributes:
        kind: ``box``, ``sphere``, ``cylinder`` (about its z axis) or ``plane`` (solid below its z = 0).
        size: half extents of a box (3,), radius of a sphere (1,), radius and half height of a cylinder (2,),
            nothing of a plane (0,); m.
        pose: transform (4, 4) of its frame, m.

    Raises:
        MotionError: an unknown kind, or a size or pose of another shape, not finite or not positive.
    """

    kind: str
    size: FloatArray
    pose: FloatArray

    def __post_init__(self) -> None:
        """Check shapes and values."""
        if self.kind not in _SIZES:
            raise MotionError(f"unknown kind of obstacle {self.kind!r}; known: {', '.join(_SIZES)}")
        for name, shape in (("size", (_SIZES[self.kind],)), ("pose", (4, 4))):
            array = np.array(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, array)
            if array.shape != shape or not np.isfinite(array).all():
                raise MotionError(
                    f"the {name} of a {self.kind} needs {shape} finite numbers, got {array.tolist()}"
                )
        if (self.size <= 0.0).any():
            raise MotionError(f"the size of a {self.kind} must be positive, got {self.size.tolist()}")


class SphereModel:
    """An arm of spheres among obstacles.

    Args:
        chain: the arm's kinematics.
        joints: index (n,) of the joint that moves each sphere.
        centres: centres (n, 3) of the spheres in the frame of that joint's link, m.
        radii: radii (n,), m.
        obstacles: what the arm must not touch.

    Raises:
        MotionError: arrays of other shapes, radii that are not positive, joints that the chain does not have.
    """

    def __init__(
        self,
        chain: KinematicChain,
        joints: ArrayLike,
        centres: ArrayLike,
        radii: ArrayLike,
        obstacles: Sequence[Obstacle],
    ) -> None:
        self.chain, self.obstacles = chain, tuple(obstacles)
        joint, centre, radius = (np.array(values) for values in (joints, centres, radii))
        count = len(radius)
        if joint.shape != (count,) or centre.shape != (count, 3) or radius.shape != (count,) or count == 0:
            raise MotionError(
                f"spheres need joints (n,), centres (n, 3) and radii (n,), got shapes {joint.shape}, "
                f"{centre.shape} and {radius.shape}"
            )
        if not (np.isfinite(centre).all() and np.isfinite(radius).all() and (radius > 0.0).all()):
            raise MotionError("spheres need finite centres and positive radii")
        if joint.min() < 0 or joint.max() >= chain.dof:
            raise MotionError(
                f"spheres are moved by joints 0 to {chain.dof - 1}, got {np.unique(joint).tolist()}"
            )
        order = np.argsort(joint, kind="stable")  # by joint: one matrix product moves all spheres of a link
        self._joints = torch.from_numpy(joint[order].astype(np.int64))
        self._centres = torch.from_numpy(centre[order].astype(np.float64))
        self.radii = torch.from_numpy(radius[order].astype(np.float64))

    def centres(self, q: Tensor) -> Tensor:
        """Centres (3, B, n) m of the spheres at configurations q (B, dof) rad, x, y and z apart."""
        turns, places = self.chain.links(q)
        parts = []
        for joint in torch.unique(self._joints).tolist():
            local = self._centres[self._joints == joint].to(q)
            parts.append(turns[joint] @ local.T + places[joint][:, :, None])
        return torch.cat(parts, dim=2).transpose(0, 1).contiguous()

    def clearance(self, q: Tensor) -> Tensor:
        """Signed clearance (B,) m from the obstacles at configurations q (B, dof) rad, 1 km without any."""
        with torch.no_grad():
            clearances = _distance(self.obstacles, self.centres(q)) - self.radii.to(q)
            if not q.requires_grad:
                return clearances.amin(dim=1)
            sphere = clearances.argmin(dim=1)
        # The derivative of a smallest value is that of what is smallest: one sphere of each configuration.
        turns, places = self.chain.links(q)
        row, joint = torch.arange(len(q)), self._joints[sphere]
        local = self._centres.to(q)[sphere]
        points = (turns[joint, row] @ local[:, :, None])[:, :, 0] + places[joint, row]
        return _distance(self.obstacles, points.T) - self.radii.to(q)[sphere]


def _distance(obstacles: Sequence[Obstacle], points: Tensor) -> Tensor:
    """Signed distance (...) m of points (3, ...) from the union of obstacles, negative inside one of them.

    Each obstacle gives the squared distance outside it and a measure of depth that is negative only inside,
    so that one square root serves all.
    """
    square = torch.full_like(points[0], _FAR**2)
    depth = torch.zeros_like(points[0])
    for obstacle in obstacles:
        outside, inside = _SHAPES[obstacle.kind](obstacle.size.tolist(), *_in_frame(obstacle.pose, points))
        square, depth = torch.minimum(square, outside), torch.minimum(depth, inside)
    return (square + _TINY).sqrt() - _TINY**0.5 + depth


def _in_frame(pose: FloatArray, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Coordinates x, y, z of points (3, ...) in the frame of a pose (4, 4)."""
    x, y, z = (points[k] - pose[k, 3] for k in range(3))
    if np.allclose(pose[:3, :3], np.eye(3), atol=1e-12):
        return x, y, z
    first, second, third = (a * x + b * y + c * z for a, b, c in pose[:3, :3].T.tolist())
    return first, second, third


def _box(half: Sequence[float], x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    a, b, c = x.abs() - half[0], y.abs() - half[1], z.abs() - half[2]
    outside = _square(a.clamp(min=0.0), b.clamp(min=0.0), c.clamp(min=0.0))
    return outside, torch.maximum(torch.maximum(a, b), c)


def _cylinder(size: Sequence[float], x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    a, b = (_square(x, y) + _TINY).sqrt() - size[0], z.abs() - size[1]
    return _square(a.clamp(min=0.0), b.clamp(min=0.0)), torch.maximum(a, b)


def _sphere(size: Sequence[float], x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    a = (_square(x, y, z) + _TINY).sqrt() - size[0]
    return _square(a.clamp(min=0.0)), a


def _plane(size: Sequence[float], x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    return _square(z.clamp(min=0.0)), z


def _square(first: Tensor, *others: Tensor) -> Tensor:
    """Sum of squares."""
    total = first * first
    for part in others:
        total = torch.addcmul(total, part, part)
    return total


_Shape = Callable[[Sequence[float], Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
_SIZES = {"box": 3, "sphere": 1, "cylinder": 2, "plane": 0}
_SHAPES: dict[str, _Shape] = {"box": _box, "sphere": _sphere, "cylinder": _cylinder, "plane": _plane}
