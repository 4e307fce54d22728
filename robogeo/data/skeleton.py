"""A captured person: bones that turn at their joints, and where the joints are for given angles.

The convention is that of the Acclaim files (see `asf.py`). Every bone has a coordinate frame of its own,
given by a rotation C against the world at rest; its joint turns by M in that frame, one Euler angle after the
other about fixed axes, the first named first. So with the parent's rotation R_p and end x_p,

    R = R_p C M C^T,    x = x_p + length R direction,

where `direction` is a unit vector of the world at rest. The root has no bone: it is placed and turned only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

ROOT = "root"
TURNS = ("rx", "ry", "rz")
MOVES = ("tx", "ty", "tz")


@dataclass(frozen=True, eq=False)
class Bone:
    """One bone, or the root.

    Attributes:
        name: unique within a skeleton.
        parent: place of the bone that it hangs on; -1 for the root.
        direction: (3,) unit vector from the parent's end to its own, in the world at rest; zero for the root.
        length: m.
        frame: (3, 3) rotation C of its coordinate frame against the world at rest.
        channels: what moves, of "rx", "ry", "rz" in the order of turning, for the root "tx", "ty", "tz" too.
    """

    name: str
    parent: int
    direction: FloatArray
    length: float
    frame: FloatArray
    channels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A tree of bones, each after its parent; the root comes first.

    Attributes:
        bones: the root and the bones.
        origin: (3,) place of the root when its translation is zero, m.
        metre: how many metres one unit of length of its file has.
    """

    bones: tuple[Bone, ...]
    origin: FloatArray
    metre: float = 1.0

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Names of the C channels of a motion, such as "root.tx" and "lfemur.rx"."""
        return tuple(f"{bone.name}.{channel}" for bone in self.bones for channel in bone.channels)

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Which channels belong to each bone."""
        ends = np.cumsum([len(bone.channels) for bone in self.bones]).tolist()
        return {b.name: slice(end - len(b.channels), end) for b, end in zip(self.bones, ends, strict=True)}

    @cached_property
    def links(self) -> NDArray[np.int64]:
        """(n, 2) which joints a bone joins, for drawing."""
        return np.array([(bone.parent, at) for at, bone in enumerate(self.bones) if bone.parent >= 0])

    def place_of(self, name: str) -> int:
        """Place of a bone among `bones`.

        Raises:
            InputError: there is none of that name.
        """
        for at, bone in enumerate(self.bones):
            if bone.name == name:
                return at
        raise InputError(f"skeleton: has no bone {name!r}; it has {', '.join(b.name for b in self.bones)}")

    def columns(self, without: Sequence[str] = ()) -> NDArray[np.int64]:
        """Places of the channels of all bones but some.

        Args:
            without: names of bones to leave out.

        Raises:
            InputError: there is no bone of such a name.
        """
        kept = np.ones(len(self.channels), dtype=bool)
        for name in without:
            kept[self.slices[self.bones[self.place_of(name)].name]] = False
        return np.flatnonzero(kept)

    def positions(self, motion: Any) -> FloatArray:
        """Where the joints are.

        Args:
            motion: (T, C) channels in the order of `channels`, rad and m.

        Returns:
            (T, bones, 3) end of every bone, m, in the world of the recording; the root's own place first.

        Raises:
            InputError: another number of channels.
        """
        values = np.asarray(motion, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.channels):
            raise InputError(
                f"motion has shape {values.shape}; this skeleton needs (T, {len(self.channels)}), "
                "one column a channel"
            )
        turns: list[FloatArray] = []
        places = np.zeros((len(values), len(self.bones), 3))
        for at, bone in enumerate(self.bones):
            own = values[:, self.slices[bone.name]]
            turn = bone.frame @ _turned(bone.channels, own) @ bone.frame.T
            if bone.parent < 0:
                places[:, at] = self.origin + _moved(bone.channels, own)
            else:
                turn = turns[bone.parent] @ turn
                places[:, at] = places[:, bone.parent] + bone.length * (turn @ bone.direction)
            turns.append(turn)
        return places


def euler(axes: str, angles: Any) -> FloatArray:
    """Rotations (..., 3, 3) by angles (..., n) rad about fixed axes such as "xyz", the first named first."""
    rotation = Rotation.from_euler(axes, angles)
    matrices: FloatArray = rotation.as_matrix()
    return matrices


def _turned(channels: Sequence[str], values: FloatArray) -> FloatArray:
    """Rotations M (T, 3, 3) of a bone's channels (T, n)."""
    turning = [at for at, name in enumerate(channels) if name in TURNS]
    if not turning:
        return np.broadcast_to(np.eye(3), (len(values), 3, 3))
    return euler("".join(channels[at][1] for at in turning), values[:, turning])


def _moved(channels: Sequence[str], values: FloatArray) -> FloatArray:
    """Translations (T, 3) of the root's channels (T, n)."""
    moved = np.zeros((len(values), 3))
    for at, name in enumerate(channels):
        if name in MOVES:
            moved[:, MOVES.index(name)] = values[:, at]
    return moved
