"""Where the parts of an arm are: poses of its links and its tool along configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from robogeo.motion.solid import Solid
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
_FLOOR = 1.0  # m from the arm at which a floor is cut off, to be seen as a plate


@dataclass(frozen=True, eq=False)
class Poses:
    """Poses of n things at T instants: quaternions w, x, y, z (T, n, 4) and positions (T, n, 3) m."""

    wxyz: FloatArray
    position: FloatArray


class Arm:
    """The arm of a world and the things around it, to be drawn.

    Args:
        world: with an arm.

    Attributes:
        links: what moves, by joint; several solids of one joint and colour are one.
        surroundings: what stands still.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        solids = world.appearance.solids()
        self.links = _joined([solid for solid in solids if solid.joint >= 0])
        self.surroundings = [_cut(solid) for solid in _joined([s for s in solids if s.joint < 0])]

    def poses(self, q: FloatArray) -> Poses:
        """Poses of all joints' links at configurations (T, dof), rad."""
        turns, places = self._world.chain.links(torch.tensor(np.atleast_2d(q)))
        return _poses(turns.numpy().swapaxes(0, 1), places.numpy().swapaxes(0, 1))

    def tool(self, q: FloatArray) -> Poses:
        """Poses of the tool (n = 1) at configurations (T, dof), rad."""
        turns, places = self._world.chain.tool(torch.tensor(np.atleast_2d(q)))
        return _poses(turns.numpy()[:, None], places.numpy()[:, None])

    def reached(self, wxyz: FloatArray, position: FloatArray, near: FloatArray) -> FloatArray | None:
        """Configuration (dof,) rad near another one with the tool at a pose, None where it cannot be."""
        rotation = Rotation.from_quat(np.roll(wxyz, -1)).as_matrix()
        return self._world.reached(position, rotation, near)


def _poses(turns: FloatArray, places: FloatArray) -> Poses:
    quaternions = Rotation.from_matrix(turns.reshape(-1, 3, 3)).as_quat()
    return Poses(np.roll(quaternions, 1, axis=1).reshape(*turns.shape[:2], 4), places)


def _joined(solids: Sequence[Solid]) -> list[Solid]:
    """Solids of one joint and one colour as one, so that a browser has less to keep."""
    groups: dict[tuple[int, tuple[float, ...]], list[Solid]] = {}
    for solid in solids:
        groups.setdefault((solid.joint, tuple(solid.color.tolist())), []).append(solid)
    return [_one(group) for group in groups.values()]


def _one(group: Sequence[Solid]) -> Solid:
    before = np.cumsum([0, *(len(solid.vertices) for solid in group[:-1])])
    faces = [solid.faces + shift for solid, shift in zip(group, before, strict=True)]
    vertices = np.concatenate([solid.vertices for solid in group])
    return Solid(group[0].joint, vertices, np.concatenate(faces), group[0].color)


def _cut(solid: Solid) -> Solid:
    """A solid whose corners are brought near; only floors reach so far."""
    if np.abs(solid.vertices).max() < 3.0:
        return solid
    flat = solid.vertices.copy()
    flat[:, :2] = np.clip(flat[:, :2], -_FLOOR, _FLOOR)
    return Solid(solid.joint, flat, solid.faces, solid.color)
