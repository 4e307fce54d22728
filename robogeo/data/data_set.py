"""A data set: demonstrations of one robot, with what their numbers mean; and recordings, as a file has them.

A recording is taken as the file states it: any unit, any rate, time stamps or none. What a file leaves open
is said by a `Reading`; `robogeo.data.checking` makes a `DataSet` of both, in which nothing is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import MOST_JOINTS, Demonstration
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

# More than any data set of one arm has; a larger file is a mistake or an attack.
MOST_EPISODES = 100_000
MOST_VALUES = 2**27
# What one of a unit is in SI; a column of unit 1 (a gripper's opening, a quaternion) stays as it is.
UNITS: Mapping[str, tuple[str, float]] = {
    "rad": ("rad", 1.0),
    "deg": ("rad", np.pi / 180.0),
    "m": ("m", 1.0),
    "cm": ("m", 0.01),
    "mm": ("m", 0.001),
    "1": ("1", 1.0),
}


@dataclass(frozen=True, eq=False)
class Episode:
    """One recording as its file has it, unchecked.

    Attributes:
        name: what to call it in complaints, for example "demo_3".
        q: values (T, columns) of any real type, in the file's units.
        t: time stamps (T,), s, or None where the file has none.
        source: who or what gave it, as the file says; "" if it does not.
        note: free text, for example the task.
    """

    name: str
    q: NDArray[Any]
    t: NDArray[Any] | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Recordings:
    """What a file holds, as it states it, unchecked.

    Attributes:
        path: the file or folder, for complaints.
        format: name of its format.
        episodes: the recordings, in the file's order.
        joints: name of every column; None where the file names none.
        units: unit of every column, of `UNITS`; None where the file states none.
        rate: samples a second; None where the file states none.
        facts: what else it says of itself, for example its robot.
        left_out: names of files that were not read, because they are to be left out.
    """

    path: str
    format: str
    episodes: Sequence[Episode]
    joints: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None
    rate: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a file does not say of itself, and what is wanted of it.

    Attributes:
        units: unit of the columns, one for all or one each, of `UNITS`; None: as the file states them, and
            where it does not, radians if the values fit.
        rate: samples a second of a file without time stamps, Hz; of one with them, a claim that is checked.
        resample: samples a second to convert to, Hz; None keeps the rate.
        joints: names of the columns to read, in this order; None reads all.
        key: where in a file of many series the configurations are, for example ``observation.state``.
        unwrap: take angles that jump by a whole turn as turning on.
        trust_units: do not complain where the values do not look like the unit.
        leave_out: episodes not to read, by the name that complaints call them by, or counted from 0.
    """

    units: tuple[str, ...] | None = None
    rate: float | None = None
    resample: float | None = None
    joints: tuple[str, ...] | None = None
    key: str | None = None
    unwrap: bool = False
    trust_units: bool = False
    leave_out: tuple[str, ...] = ()

    def reads(self, name: str) -> bool:
        """Whether a file of that name, one of many, is read: a damaged one may be left out."""
        return name not in self.leave_out

    def __post_init__(self) -> None:
        """Refuse what no file can be read with."""
        for name, rate in (("rate", self.rate), ("resample", self.resample)):
            if rate is not None and not (np.isfinite(rate) and 1e-3 <= rate <= 1e5):
                raise InputError(f"{name}: {rate} Hz, expected 0.001 to 100000 samples a second")
        unknown = [unit for unit in self.units or () if unit not in UNITS]
        if unknown:
            raise InputError(f"units: there is no unit {unknown[0]!r}; known: {', '.join(UNITS)}")
        if self.joints is not None and len(set(self.joints)) != len(self.joints):
            raise InputError(f"joints: a name is given twice in {','.join(self.joints)[:80]}")


@dataclass(frozen=True, eq=False)
class DataSet:
    """Demonstrations of one robot, checked; never changed afterwards.

    Attributes:
        demonstrations: at least one, all with the same number of columns.
        joints: name of every column.
        units: SI unit of every column: rad, m or 1.
        rate: samples a second of most of it, Hz (the median over all time steps).
        format: name of the format that it came in; "" if made in memory.
        facts: what the file said of itself, for example its robot.
        remarks: what was concluded or changed while reading, one line each, for people.

    Raises:
        InputError: no demonstrations, different numbers of columns, or names or units of another number.
    """

    demonstrations: tuple[Demonstration, ...]
    joints: tuple[str, ...]
    units: tuple[str, ...] = ()
    rate: float = 0.0
    format: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Fill in what follows from the demonstrations, and check that all fits."""
        if not self.demonstrations:
            raise InputError("data set: there are no demonstrations, give at least one")
        check_names(self.joints, self.demonstrations[0].dof, "data set")
        object.__setattr__(self, "units", self.units or ("rad",) * self.dof)
        if len(self.units) != self.dof or not set(self.units) <= {"rad", "m", "1"}:
            raise InputError(f"data set: units: expected {self.dof} of rad, m and 1, got {self.units}")
        for index, each in enumerate(self.demonstrations):
            if each.dof != self.dof:
                raise InputError(f"data set: demonstration {index} has {each.dof} joints, not {self.dof}")
        if not self.rate:
            object.__setattr__(self, "rate", nominal_rate([each.t for each in self.demonstrations]))

    @property
    def dof(self) -> int:
        """Number of columns."""
        return len(self.joints)

    @property
    def samples(self) -> int:
        """Number of samples of all demonstrations."""
        return sum(len(each.t) for each in self.demonstrations)


def check_names(names: Sequence[str], columns: int, where: str) -> None:
    """Complain unless there is one name a column, each of them printable, not empty and given once.

    Raises:
        InputError: one line with what is wrong.
    """
    if not 1 <= len(names) <= MOST_JOINTS or len(names) != columns:
        raise InputError(f"{where}: joints: {len(names)} names for {columns} columns")
    for name in names:
        if not (
            isinstance(name, str) and name.strip() == name and name.isprintable() and 0 < len(name) < 100
        ):
            raise InputError(f"{where}: joints: {name!r:.80} is no name of a joint")
        if any(mark in name for mark in ",;[]"):
            raise InputError(f"{where}: joints: the name {name!r} holds one of , ; [ ]")
    if len(set(names)) != len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise InputError(f"{where}: joints: {twice!r} names two columns")


def nominal_rate(times: Sequence[FloatArray]) -> float:
    """Samples a second that most time steps keep to, Hz: one over the median step of all, in nine digits."""
    rate = float(1.0 / np.median(np.concatenate([np.diff(t) for t in times])))
    return float(f"{rate:.9g}")  # time stamps are no more exact, and a rate of 50 should be called so
