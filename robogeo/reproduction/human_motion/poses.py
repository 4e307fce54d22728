"""Poses of a captured person: what a model sees of them, where their joints are, how near real ones are.

A pose is the joint angles alone. Where the person stands and looks is left out, so joints are placed with the
root at the origin, unturned. Two poses differ by the root mean square distance of their joints, m.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from robogeo.data.cmu_mocap import Recording
from robogeo.data.skeleton import ROOT

FloatArray = NDArray[np.float64]


class Poses:
    """All frames of some trials of one person.

    Args:
        recording: the trials.
        left_out: bones whose channels are no part of a pose, beside the root; they keep their mean.

    Attributes:
        skeleton: of the person.
        frames: (N, D) poses, rad, trial after trial.
        trial_of: (N,) which trial a frame is of.
    """

    def __init__(self, recording: Recording, left_out: Sequence[str] = ()) -> None:
        self.skeleton = recording.skeleton
        self._columns = self.skeleton.columns([ROOT, *left_out])
        whole = np.concatenate(recording.motions)
        self.frames: FloatArray = whole[:, self._columns]
        self._rest = whole.mean(axis=0)
        self._rest[self.skeleton.slices[ROOT]] = 0.0
        lengths = [len(motion) for motion in recording.motions]
        self.trial_of: NDArray[np.int64] = np.repeat(np.arange(len(lengths)), lengths)

    def places(self, x: FloatArray) -> FloatArray:
        """Joints (n, bones, 3) m of poses (n, D)."""
        motion = np.tile(self._rest, (len(x), 1))
        motion[:, self._columns] = x
        return self.skeleton.positions(motion)

    def astray(self, x: FloatArray) -> FloatArray:
        """Distance (n,) m of poses (n, D) from the nearest frame, root mean square over the joints."""
        places = self.places(x)
        distance, _ = self._tree.query(places.reshape(len(x), -1))
        return np.asarray(distance) / np.sqrt(places.shape[1])

    def nearest(self, x: FloatArray) -> NDArray[np.int64]:
        """The frame (n,) nearest to each of the poses (n, D)."""
        _, index = self._tree.query(self.places(x).reshape(len(x), -1))
        return np.asarray(index, dtype=np.int64)

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.places(self.frames).reshape(len(self.frames), -1))


def evenly(curve: FloatArray, count: int) -> FloatArray:
    """Points (count, D) at equal Euclidean steps along a curve (n, D), whatever its time law was."""
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    moving = np.concatenate([[True], np.diff(travelled) > 0.0])
    wanted = np.linspace(0.0, travelled[-1], count)
    return np.stack([np.interp(wanted, travelled[moving], c) for c in curve[moving].T], axis=1)


def joined(curves: Sequence[FloatArray]) -> FloatArray:
    """Curves (n_i, d), each beginning where the one before it ends, as one."""
    return np.concatenate([curves[0], *(curve[1:] for curve in curves[1:])])
