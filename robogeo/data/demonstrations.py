"""A demonstration: one joint trajectory that an oracle, a person or a file gave.

Learning sees a demonstration as a path, not as a recording: samples at uniform joint arc length, so that a
demonstrator who pauses does not outweigh one who moves on. Arc length is the sum of Euclidean joint steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

# More samples than any recording has; a larger array is a mistake or an attack.
MOST_SAMPLES = 1_000_000
MOST_JOINTS = 64
# Joint angles beyond this are degrees, encoder ticks or rubbish, not radians.
LARGEST_ANGLE = 100.0
LONGEST_TEXT = 10_000


@dataclass(frozen=True, eq=False)
class Demonstration:
    """A joint trajectory with its times; checked when made, never changed afterwards.

    Attributes:
        q: joint angles (T, dof), rad, T >= 2.
        t: times (T,), s, strictly increasing.
        source: who or what gave it, for example "scripted", "human" or a file's name.
        note: free text.

    Raises:
        InputError: naming what is wrong with which array.
    """

    q: FloatArray
    t: FloatArray
    source: str
    note: str = ""

    def __post_init__(self) -> None:
        """Convert, check and freeze the arrays."""
        object.__setattr__(self, "q", _float_array("q", self.q, 2))
        object.__setattr__(self, "t", _float_array("t", self.t, 1))
        _check_shapes(self.q, self.t)
        _check_values(self.q, self.t)
        for name, text in (("source", self.source), ("note", self.note)):
            if not isinstance(text, str) or len(text) > LONGEST_TEXT or not _storable(text):
                raise InputError(
                    f"demonstration: {name} is not Unicode text of at most {LONGEST_TEXT} characters"
                    " without NUL"
                )

    def __eq__(self, other: object) -> bool:
        """Equal when every number and both texts are."""
        if not isinstance(other, Demonstration):
            return NotImplemented
        same_texts = (self.source, self.note) == (other.source, other.note)
        return same_texts and np.array_equal(self.q, other.q) and np.array_equal(self.t, other.t)

    def __hash__(self) -> int:
        """Hash of the numbers and texts, in line with equality."""
        # Adding zero makes -0.0 the same bytes as the 0.0 it equals.
        return hash(((self.q + 0.0).tobytes(), (self.t + 0.0).tobytes(), self.source, self.note))

    @property
    def dof(self) -> int:
        """Number of joints."""
        return int(self.q.shape[1])

    @property
    def ends(self) -> FloatArray:
        """First and last configuration (2, dof), rad."""
        return self.q[[0, -1]]

    @property
    def duration(self) -> float:
        """Time from the first to the last sample, s."""
        return float(self.t[-1] - self.t[0])

    @property
    def path_length(self) -> float:
        """Joint arc length: the sum of Euclidean steps, rad."""
        return float(np.linalg.norm(np.diff(self.q, axis=0), axis=1).sum())

    def resampled(self, spacing: float) -> FloatArray:
        """Points (n, dof) on the path at uniform joint arc length, both ends kept.

        Args:
            spacing: largest arc length between neighbours, rad. The path is divided evenly, so the actual
                spacing is that or a little less. A demonstration that stands still gives its two ends.

        Raises:
            InputError: the spacing is not positive, or so small that it makes too many points.
        """
        if not (np.isfinite(spacing) and spacing > 0):
            raise InputError(f"demonstration: spacing is {spacing} rad, expected a positive number")
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.q, axis=0), axis=1))])
        # The tolerance keeps a length of exactly n spacings at n pieces despite rounding.
        pieces = max(1.0, np.ceil(arc[-1] / spacing - 1e-9))
        if pieces >= MOST_SAMPLES:
            raise InputError(f"demonstration: spacing {spacing} rad makes more than {MOST_SAMPLES} points")
        moving = np.concatenate([[True], np.diff(arc) > 0])
        wanted = np.linspace(0.0, arc[-1], int(pieces) + 1)
        points = np.stack([np.interp(wanted, arc[moving], joint[moving]) for joint in self.q.T], axis=1)
        points[0], points[-1] = self.q[0], self.q[-1]
        return points


def observations(
    demonstrations: Sequence[Demonstration], spacing: float
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Gather what a model trains on from demonstrations.

    Args:
        demonstrations: at least one, all with the same number of joints.
        spacing: largest joint arc length between neighbouring points of one demonstration, rad.

    Returns:
        x (N, dof) rad, and groups (N,), the index of the demonstration each row comes from.

    Raises:
        InputError: no demonstrations, or a different number of joints.
    """
    if not demonstrations:
        raise InputError("observations: there are no demonstrations, give at least one")
    for index, demonstration in enumerate(demonstrations):
        if demonstration.dof != demonstrations[0].dof:
            raise InputError(
                f"observations: demonstration {index} has {demonstration.dof} joints, "
                f"the first has {demonstrations[0].dof}"
            )
    rows = [demonstration.resampled(spacing) for demonstration in demonstrations]
    groups = np.repeat(np.arange(len(rows), dtype=np.int64), [len(row) for row in rows])
    return np.concatenate(rows), groups


def _storable(text: str) -> bool:
    """Whether files keep the text as it is: no NUL, which arrays of text drop, and no lone surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _float_array(name: str, value: ArrayLike, ndim: int) -> FloatArray:
    """Own, read-only float64 copy of `value` with `ndim` dimensions."""
    try:
        raw = np.asarray(value)
        if raw.dtype.kind not in "fiu":
            raise InputError(f"demonstration: {name} holds {raw.dtype.name} values, expected real numbers")
        array = np.array(raw, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"demonstration: {name} is not an array of numbers ({error})") from error
    if array.ndim != ndim:
        expected = "(T, dof)" if ndim == 2 else "(T,)"
        raise InputError(f"demonstration: {name} has shape {array.shape}, expected {expected}")
    array.flags.writeable = False
    return array


def _check_shapes(q: FloatArray, t: FloatArray) -> None:
    samples, joints = q.shape
    if samples != len(t):
        raise InputError(f"demonstration: q has {samples} samples but t has {len(t)}")
    if not 2 <= samples <= MOST_SAMPLES:
        raise InputError(f"demonstration: {samples} samples, expected 2 to {MOST_SAMPLES}")
    if not 1 <= joints <= MOST_JOINTS:
        raise InputError(f"demonstration: {joints} joints, expected 1 to {MOST_JOINTS}")


def _check_values(q: FloatArray, t: FloatArray) -> None:
    for name, array in (("q", q), ("t", t)):
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            where = ", ".join(str(i) for i in bad[0])
            raise InputError(
                f"demonstration: {name}[{where}] is {array[tuple(bad[0])]}, expected finite numbers"
            )
    steps = np.flatnonzero(np.diff(t) <= 0)
    if len(steps):
        raise InputError(
            f"demonstration: t[{steps[0] + 1}] is not after t[{steps[0]}], times must increase strictly"
        )
    largest = np.abs(q).max()
    if largest > LARGEST_ANGLE:
        raise InputError(
            f"demonstration: q reaches {largest:g}, beyond {LARGEST_ANGLE:g} rad; is it in degrees?"
        )


def places_among(demonstrations: Sequence[Demonstration], given: Iterable[Demonstration]) -> list[int | None]:
    """Place among demonstrations of each one that was given, forwards or backwards; None: it is not there.

    Of those with the same configurations each is found once before one is found again.
    """
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, each in enumerate(demonstrations):
        for configurations in {each.q.tobytes(), each.q[::-1].tobytes()}:
            places[configurations].append(place)
    found: list[int | None] = []
    for each in given:
        alike = places.get(each.q.tobytes(), [])
        fresh = [place for place in alike if place not in found]
        found.append(next(iter(fresh or alike), None))
    return found
