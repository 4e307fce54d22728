"""An oracle that has only recordings: it hands out the nearest one, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.motion.request import Refusal, Request

FloatArray = NDArray[np.float64]


class RecordedOracle:
    """A pool of recorded demonstrations.

    A recording answers a request when both its ends lie near those of the request, in either direction; the
    nearest one is given, turned round where it has to be.

    Args:
        recordings: at least one, all with the same number of joints.
        radius: how near both ends have to be, in every joint, rad.
        given: demonstrations that were given already, as a learner taken up again holds them.

    Raises:
        InputError: no recordings, or of different robots.
    """

    def __init__(
        self, recordings: Sequence[Demonstration], radius: float = 0.3, given: Iterable[Demonstration] = ()
    ) -> None:
        if len({recording.dof for recording in recordings}) != 1:
            raise InputError("recordings: expected at least one, all with the same number of joints")
        self._recordings, self._radius = list(recordings), radius
        self._ends = np.stack([np.stack([each.q[0], each.q[-1]]) for each in recordings])
        known = {each.q.tobytes() for each in given}
        self._given = {
            index
            for index, each in enumerate(recordings)
            if {each.q.tobytes(), each.q[::-1].tobytes()} & known
        }

    def demonstrate(self, request: Request, seed: int) -> Demonstration | Refusal:
        """The nearest recording that was not given yet; refused where none is near."""
        wanted = np.stack([request.start, request.goal])
        along = np.abs(self._ends - wanted).max(axis=(1, 2))
        reverse = np.abs(self._ends - wanted[::-1]).max(axis=(1, 2))
        apart = np.minimum(along, reverse)
        apart[sorted(self._given)] = np.inf
        index = int(np.argmin(apart))
        if apart[index] > self._radius:
            left = len(self._recordings) - len(self._given)
            return Refusal("no-recording", f"none of the {left} recordings left is near both ends")
        self._given.add(index)
        recording = self._recordings[index]
        return recording if along[index] <= reverse[index] else turned_round(recording)


def turned_round(demonstration: Demonstration) -> Demonstration:
    """The same motion from its goal to its start, in the same time."""
    t = demonstration.t[-1] - demonstration.t[::-1]
    note = f"{demonstration.note} (turned round)".strip()
    return Demonstration(demonstration.q[::-1], t, demonstration.source, note)
