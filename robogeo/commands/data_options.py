"""How recorded demonstrations are read, and the options of the commands about them: their help, too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True, kw_only=True)
class ReadAs:
    """How recorded demonstrations are read."""

    units: str | None = None
    """Unit of the columns: rad, deg, m, cm, mm or 1; or one each, a,b,... Default: as the file says."""
    rate: float | None = None
    """Samples a second, Hz, of a file without time stamps; of one with them, a claim that is checked."""
    resample: float | None = None
    """Samples a second, Hz, to convert to. Default: only what jitters is resampled, to its own rate."""
    joints: str | None = None
    """Columns a,b,... to read; with --robot, in the order of its joints. Default: all."""
    key: str | None = None
    """Where joints are in a file of many series. Default: observation.state, robot0_joint_pos, ..."""
    unwrap: bool = False
    """Take angles that jump by a whole turn as turning on."""
    trust_units: bool = False
    """Do not complain where values do not look like their unit."""
    leave_out: str = ""
    """Episodes a,b,... not to read: by the name that complaints call them by, or counted from 0."""


@dataclass(frozen=True, kw_only=True)
class Recorded(ReadAs):
    """A data set of recorded demonstrations, and how it is read."""

    path: Annotated[Path, tyro.conf.Positional]
    """File or folder."""


@dataclass(frozen=True, kw_only=True)
class Inspect(Recorded):
    """Tell what is in a data set of recorded demonstrations, and what is wrong with it.

    Reads .npz, .npy, .csv, robomimic's .hdf5, ROS's .bag, and folders: a LeRobotDataset, a Minari data set, a
    ROS 2 bag, or bags or .npz and .csv files with a recording each.
    """

    robot: str | None = None
    """Robot whose limits are checked: a name, or its .yaml file."""
    out: Path | None = None
    """Folder for the picture, data_set.png. Default: none is drawn."""
    json: Path | None = None
    """File to write everything to."""


@dataclass(frozen=True, kw_only=True)
class Convert(Recorded):
    """Write a data set of recorded demonstrations in another format, in rad, m and s.

    Reads what inspect reads; writes npz, csv, lerobot, robomimic or minari.
    """

    target: Annotated[Path, tyro.conf.Positional]
    """File or folder to write; it must not exist."""
    format: str | None = None
    """Format to write. Default: by the ending, .npz, .csv or .hdf5 (robomimic)."""
