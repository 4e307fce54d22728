"""An oracle that has only recordings: it hands out the one asked for, or the nearest, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration, places_among
from robogeo.errors import InputError
from robogeo.motion.request import Refusal, Request

FloatArray = NDArray[np.float64]


class RecordedOracle:
    """A pool of recorded demonstrations.

    A request that comes from a recording is answered by it. Any other, and one whose recording was given
    before, is answered where both ends of a recording lie near its own, in either direction; the nearest one
    is given, turned round where it has to be.

    Args:
        recordings: at least one, by number, all with the same number of joints.
        radius: how near both ends have to be, in every joint, rad.
        given: demonstrations that were given already, as a learner taken up again holds them.

    Raises:
        InputError: no recordings, or of different robots.
    """

    def __init__(
        self,
        recordings: Mapping[int, Demonstration],
        radius: float = 0.3,
        given: Iterable[Demonstration] = (),
    ) -> None:
        if len({recording.dof for recording in recordings.values()}) != 1:
            raise InputError("recordings: expected at least one, all with the same number of joints")
        self._numbers, self._recordings = list(recordings), list(recordings.values())
        self._radius = radius
        self._ends = np.stack([each.ends for each in self._recordings])
        self._given = {place for place in places_among(self._recordings, given) if place is not None}

    def demonstrate(self, request: Request, seed: int) -> Demonstration | Refusal:
        """The recording asked for, or the nearest one, that was not given yet; refused where none is near."""
        if request.recording in self._numbers:
            place = self._numbers.index(request.recording)
            if place not in self._given:
                self._given.add(place)
                return self._recordings[place]
        return self._nearest(request)

    def _nearest(self, request: Request) -> Demonstration | Refusal:
        wanted = request.ends
        along = np.abs(self._ends - wanted).max(axis=(1, 2))
        reverse = np.abs(self._ends - wanted[::-1]).max(axis=(1, 2))
        apart = np.minimum(along, reverse)
        apart[sorted(self._given)] = np.inf
        place = int(np.argmin(apart))
        if apart[place] > self._radius:
            left = len(self._recordings) - len(self._given)
            return Refusal("no-recording", f"none of the {left} recordings left is near both ends")
        self._given.add(place)
        recording = self._recordings[place]
        return recording if along[place] <= reverse[place] else turned_round(recording)


def turned_round(demonstration: Demonstration) -> Demonstration:
    """The same motion from its goal to its start, in the same time."""
    t = demonstration.t[-1] - demonstration.t[::-1]
    note = f"{demonstration.note} (turned round)".strip()
    return Demonstration(demonstration.q[::-1], t, demonstration.source, note)
