"""Forward kinematics of a serial arm for whole batches of configurations, in torch and differentiable.

Joint ``j`` turns by ``q_j`` about the unit axis ``a_j`` in its own frame, which stands at the fixed transform
``O_j`` in the frame of the link before it, so the frame of link ``j`` is
``T_j = T_{j-1} O_j Rot(a_j, q_j)`` with ``Rot(a, q) = 1 + sin(q) [a]x + (1 - cos(q)) [a]x^2`` (Rodrigues).
The three matrices that multiply 1, sin and 1 - cos are constant and worked out once.

Nothing here knows a simulator: a world hands over plain arrays (see ``World.chain``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from robogeo.errors import MotionError


class KinematicChain:
    """Forward kinematics of an arm of turning joints.

    Args:
        origins: fixed transforms (dof, 4, 4) of the joints in the frame of the link before each, m.
        axes: unit axes (dof, 3) of the joints in their own frames.
        tool: transform (4, 4) of the tool in the last link's frame.

    Raises:
        MotionError: arrays of other shapes, not finite, or axes that are not unit vectors.
    """

    def __init__(self, origins: ArrayLike, axes: ArrayLike, tool: ArrayLike) -> None:
        origin = _array("origins", origins, (-1, 4, 4))
        axis = _array("axes", axes, (len(origin), 3))
        self._tool = _array("tool", tool, (4, 4))
        if (torch.linalg.vector_norm(axis, dim=1) - 1.0).abs().max() > 1e-6:
            raise MotionError("axes of a kinematic chain must be unit vectors")
        skew = torch.zeros(len(axis), 3, 3, dtype=torch.float64)
        x, y, z = axis.T
        skew[:, 0, 1], skew[:, 0, 2], skew[:, 1, 2] = -z, y, -x
        skew = skew - skew.mT
        turn = origin[:, :3, :3]
        # O_j Rot(a_j, q) = parts[0] + sin(q) parts[1] + (1 - cos(q)) parts[2], for all joints.
        self._parts = torch.stack([turn, turn @ skew, turn @ skew @ skew])
        self._offsets = origin[:, :3, 3].contiguous()

    @property
    def dof(self) -> int:
        """Number of joints."""
        return len(self._offsets)

    def links(self, q: Tensor) -> tuple[Tensor, Tensor]:
        """Frames of the moving links.

        Args:
            q: configurations (B, dof), rad; float32 or float64.

        Returns:
            Rotations (dof, B, 3, 3) and origins (dof, B, 3) m, in the base's frame and of q's type.
        """
        if q.ndim != 2 or q.shape[1] != self.dof:
            raise MotionError(f"configurations have shape {tuple(q.shape)}, expected (B, {self.dof})")
        parts, offsets = self._parts.to(q), self._offsets.to(q)
        sine, versine = torch.sin(q), 2.0 * torch.sin(0.5 * q) ** 2
        sine, versine = sine.T[:, :, None, None], versine.T[:, :, None, None]
        steps = parts[0][:, None] + sine * parts[1][:, None] + versine * parts[2][:, None]
        turn = steps[0]
        place = offsets[0].expand(len(q), 3)
        turns, places = [turn], [place]
        for step, offset in zip(steps[1:], offsets[1:], strict=True):
            place = place + turn @ offset
            turn = turn @ step
            turns.append(turn)
            places.append(place)
        return torch.stack(turns), torch.stack(places)

    def tool(self, q: Tensor) -> tuple[Tensor, Tensor]:
        """Tool poses at configurations q (B, dof) rad: rotations (B, 3, 3) and positions (B, 3) m."""
        turns, places = self.links(q)
        tool = self._tool.to(q)
        return turns[-1] @ tool[:3, :3], places[-1] + turns[-1] @ tool[:3, 3]


def _array(name: str, values: Any, shape: Sequence[int]) -> Tensor:
    array = np.array(values, dtype=np.float64)
    fits = array.ndim == len(shape) and all(
        want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits or array.size == 0:
        wanted = ", ".join("dof" if want == -1 else str(want) for want in shape)
        raise MotionError(f"{name} of a kinematic chain have shape {array.shape}, expected ({wanted})")
    if not np.isfinite(array).all():
        raise MotionError(f"{name} of a kinematic chain hold values that are not finite")
    return torch.from_numpy(array)
