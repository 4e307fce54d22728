"""Trials of the CMU motion capture database, joined to their skeletons and checked by SHA-256.

A trial is named as there, "35_01": subject 35, first trial. `robogeo.data.public_sets` says where the files
come from and how to thank for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from robogeo.data.amc import load_motion
from robogeo.data.asf import load_skeleton
from robogeo.data.public_sets import obtain, public_sets
from robogeo.data.skeleton import FloatArray, Skeleton
from robogeo.errors import InputError

RATE = 120.0
"""Frames a second."""
NAME = "cmu_mocap"


@dataclass(frozen=True, eq=False)
class Recording:
    """Trials of one subject.

    Attributes:
        skeleton: the subject's.
        trials: their names.
        motions: one (T, C) a trial, rad and m, see `Skeleton.channels`; `RATE` frames a second.
    """

    skeleton: Skeleton
    trials: tuple[str, ...]
    motions: tuple[FloatArray, ...]


def recorded(trials: Sequence[str]) -> Recording:
    """Read trials of one subject.

    Raises:
        InputError: no trials, trials of several subjects, one that is not known, not here, or damaged.
    """
    subjects = {trial.split("_")[0] for trial in trials}
    if len(subjects) != 1:
        raise InputError(f"captured motions: need trials of one subject, got {', '.join(trials) or 'none'}")
    known = public_sets()[NAME].files
    for trial in trials:
        if f"amc/{trial}.amc" not in known:
            subject = trial.split("_")[0]
            here = ", ".join(sorted(name[4:-4] for name in known if name.startswith(f"amc/{subject}_")))
            raise InputError(
                f"captured motions: trial {trial[:40]!r} is unknown; known of its subject: {here or 'none'}"
            )
    skeleton = load_skeleton(obtain(NAME, f"asf/{subjects.pop()}.asf"))
    motions = tuple(load_motion(obtain(NAME, f"amc/{trial}.amc"), skeleton) for trial in trials)
    return Recording(skeleton, tuple(trials), motions)
