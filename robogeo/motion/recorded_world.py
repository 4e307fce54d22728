"""A world whose requests come from recordings: what they show can be asked for, and nothing else.

Some recordings are held out. Held-out requests lead from the start of such a recording to its end, or along
a part of it; a motion that answers one has to stay near what was recorded. The others are the pool: they are
given, one after the other, as they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration, places_among
from robogeo.errors import InputError
from robogeo.motion.deviation import Reference, evenly, tolerance_of
from robogeo.motion.observation import Observation
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World
from robogeo.randomness import numpy_generator

FloatArray = NDArray[np.float64]
_SPACING = 0.02  # rad between way-points of a recorded path
_LEAST = 1 / 3  # of a recording that a part of it covers


class RecordedWorld(World):
    """One arm, or a tool alone, and recordings of it.

    Args:
        scene: in which motions are checked; ``Free`` where there is none.
        robot: name of the robot, or the path of its ``.yaml`` file.
        recordings: all of them.
        held_out: numbers of those that are held out, at least one.
        tolerance: largest deviation from a held-out recording, rad; None works it out from the others.
        metres_per_radian: as for `World`.

    Attributes:
        pool: numbers of the recordings that can be given.

    Raises:
        InputError: unknown scene or robot, recordings of another robot or beyond its limits, no recording to
            give or to hold out, or too few to work out a tolerance from.
    """

    def __init__(
        self,
        scene: str,
        robot: str,
        recordings: Sequence[Demonstration],
        held_out: Sequence[int],
        tolerance: float | None = None,
        metres_per_radian: float | None = None,
    ) -> None:
        super().__init__(scene, robot, metres_per_radian)
        self.recordings, self.held_out_recordings = list(recordings), list(held_out)
        self.pool = [index for index in range(len(recordings)) if index not in set(held_out)]
        self._tolerance = tolerance
        try:
            if not self.pool or not self.held_out_recordings:
                raise InputError(f"recordings: {len(recordings)}, too few to give some and to hold some out")
            self._paths = [self._path(index, each) for index, each in enumerate(recordings)]
        except BaseException:
            self.close()
            raise

    @cached_property
    def observation(self) -> Observation:
        """As of any world; networks see distances from the middle of the recordings that can be given."""
        middle = np.concatenate([evenly(self._paths[index]) for index in self.pool]).mean(axis=0)
        return self._observation(middle)

    @cached_property
    def tolerance(self) -> float:
        """Largest deviation of a motion from a held-out recording, in units of observations (rad)."""
        if self._tolerance is not None:
            return self._tolerance
        found = tolerance_of([self._paths[index] for index in self.pool], self.observation, self.limits)
        if found is None:
            raise InputError("recordings: too few to tell how near is near; state recordings.tolerance")
        return found

    @property
    def place_names(self) -> list[str]:
        """Recordings take the place of places."""
        return [f"recording {index}" for index in range(len(self.recordings))]

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """What a recording of the pool shows; all come once before any comes twice.

        Raises:
            InputError: places are named; recordings know none.
        """
        if places:
            raise InputError("initial_places: recordings know no places; leave the field out")
        lap, place = divmod(index, len(self.pool))
        order = numpy_generator(seed, lap, "order of recordings").permutation(len(self.pool))
        return self.whole(self.pool[order[place]])

    def held_out(self, seed: int, count: int) -> list[Request]:
        """Requests of held-out recordings: each whole, in an order chosen by ``seed``, then parts of them."""
        numbers = self.held_out_recordings
        order = numpy_generator(seed, 0, "order of held-out recordings").permutation(len(numbers))
        requests = []
        for place in range(count):
            lap, turn = divmod(place, len(order))
            number = numbers[order[turn]]
            requests.append(self.whole(number) if lap == 0 else self._part(number, seed, place))
        return requests

    def candidates(self, seed: int, round: int, count: int, given: Sequence[Demonstration]) -> list[Request]:
        """What may be asked about: recordings that were not given yet; after the last, ways between them."""
        left = self.left(given)
        order = numpy_generator(seed, round, "candidates").permutation(len(left))
        if left:
            return [self.whole(left[place]) for place in order[:count]]
        return self._crossings(numpy_generator(seed, round, "crossings"), count)

    def left(self, given: Sequence[Demonstration]) -> list[int]:
        """Numbers of the recordings of the pool that were not given."""
        known = set(self.numbers(given))
        return [index for index in self.pool if index not in known]

    def numbers(self, given: Iterable[Demonstration]) -> list[int | None]:
        """Numbers of the recordings of the pool that were given, either way round; None: it was another."""
        places = places_among([self.recordings[index] for index in self.pool], given)
        return [None if place is None else self.pool[place] for place in places]

    def exhausted(self, given: Sequence[Demonstration]) -> bool:
        """Whether all recordings of the pool were given."""
        return not self.left(given)

    def demonstrate(self, request: Request, seed: int) -> FloatArray | Refusal:
        """What was recorded (n, dof) rad, where the request came from a recording."""
        if request.recording is None:
            return Refusal("no-recording", "no recording shows this")
        return self._excerpt(request.recording, request.part)

    def reference(self, request: Request, shown: FloatArray) -> Reference | None:
        """What was recorded, and how near to it a motion has to stay."""
        return Reference(shown, self.observation, self.tolerance)

    def whole(self, number: int) -> Request:
        """The request that a recording answers."""
        path = self._paths[number]
        return Request(path[0], path[-1], f"start of recording {number}", "its end", number)

    def _part(self, number: int, seed: int, place: int) -> Request:
        """A request that a random part of a recording answers."""
        generator = numpy_generator(seed, 0, "part of a recording", place)
        length = generator.uniform(_LEAST, 1.0)
        first = generator.uniform(0.0, 1.0 - length)
        part = first, first + length
        path, ends = self._excerpt(number, part), [f"{100 * share:.0f} %" for share in part]
        return Request(path[0], path[-1], f"recording {number} at {ends[0]}", ends[1], number, part)

    def _excerpt(self, number: int, part: tuple[float, float]) -> FloatArray:
        """The way-points (n, dof) of a part of a recording."""
        path = self._paths[number]
        first, last = np.round(np.array(part) * (len(path) - 1)).astype(int)
        return path[first : last + 1]

    def _crossings(self, generator: np.random.Generator, count: int) -> list[Request]:
        """Ways from the start of one recording of the pool to the end of another, which nobody showed."""
        pairs = [(a, b) for a in self.pool for b in self.pool if a != b]
        requests = []
        for place in generator.permutation(len(pairs))[:count]:
            a, b = pairs[place]
            names = f"start of recording {a}", f"end of recording {b}"
            requests.append(Request(self._paths[a][0], self._paths[b][-1], *names))
        return requests

    def _path(self, index: int, recording: Demonstration) -> FloatArray:
        """The way (n, dof) of a recording, evenly spaced, within the limits."""
        if recording.dof != self.dof:
            raise InputError(
                f"recordings: {recording.dof} columns, the robot {self.robot_name} has {self.dof} joints"
            )
        path = np.clip(recording.resampled(_SPACING), self.limits.lower, self.limits.upper)
        path.flags.writeable = False
        return path
