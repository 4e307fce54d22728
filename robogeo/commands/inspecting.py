"""``robogeo inspect``: a data set read, looked at, told of in lines, and drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import DataSet, Reading
from robogeo.data.formats import read_data_set
from robogeo.data.inspection import Bounds, Inspection, JointUse, for_robot, inspected, principal_axes
from robogeo.durable import make_folder, write_atomically
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

PICTURE = "data_set.png"


def inspect_data_set(path: Path, reading: Reading, robot: str | None) -> tuple[DataSet, Inspection]:
    """Read a data set and look at it, with a robot's limits where one is named.

    Raises:
        InputError: one line with file, field and reason.
    """
    bounds = None if robot is None else robot_bounds(robot)
    data = read_data_set(path, reading)
    if bounds is not None:
        try:
            data = for_robot(data, bounds, reading.joints is not None)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
    return data, inspected(data, bounds)


def robot_bounds(robot: str) -> Bounds:
    """What a robot's joints may do, from its configuration.

    Raises:
        InputError: there is no such robot, or its file is wrong.
    """
    from robogeo.motion.worlds import robot_limits

    names, limits = robot_limits(robot)
    return Bounds(names, limits.lower, limits.upper, limits.velocity)


def told(data: DataSet, seen: Inspection) -> Iterator[str]:
    """What was seen, one line each, for people."""
    count, thin = len(data.demonstrations), seen.thinning
    robot = f", robot {data.facts['robot']}" if "robot" in data.facts else ""
    yield (
        f"{data.format}: {count} recording{'s' * (count > 1)}, {data.samples} samples, "
        f"{sum(seen.durations):.1f} s at {data.rate:.4g} Hz{robot}"
    )
    yield from data.remarks
    unit = data.units[0] if len(set(data.units)) == 1 else "(in mixed units)"
    yield _spread("duration", seen.durations, "s")
    yield _spread("path length", seen.path_lengths, unit)
    width = max(len(use.name) for use in seen.joints)
    yield from (_joint_line(use, width) for use in seen.joints)
    yield f"gaps: {_gaps(seen)}"
    share = sum(thin.resting) / sum(seen.durations)
    yield f"rests: {thin.rests}, {sum(thin.resting):.1f} s, {share:.0%} of the time"
    yield f"repeated: {thin.repeated} samples; {_twins(seen)}"
    yield f"thinned: {thin.samples_before} samples to {thin.samples_after}"
    axes = int(np.searchsorted(np.cumsum(seen.variances), 0.95)) + 1
    yield f"coverage: {min(axes, data.dof)} of {data.dof} dimensions hold 95 % of the variance"
    if seen.apart:
        yield _spread("apart from the others", seen.apart, unit, digits=3)


def write_picture(folder: Path, name: str, data: DataSet, seen: Inspection) -> Path:
    """Draw the data set into a folder, which is made where it is missing.

    Raises:
        InputError: it cannot be written.
    """
    from robogeo.report.data_set_view import DataSetView, data_set_view
    from robogeo.report.png import figure_png

    make_folder(folder)
    axes, shares = principal_axes(np.concatenate([each.q for each in data.demonstrations]))
    resting = seen.thinning.resting
    limits = [use.limits for use in seen.joints if use.limits is not None]
    view = DataSetView(
        title=f"{name}: {len(data.demonstrations)} recordings",
        paths=[each.q for each in data.demonstrations],
        joints=data.joints,
        units=data.units,
        limits=np.array(limits).T if limits else None,
        moving=[whole - rest for whole, rest in zip(seen.durations, resting, strict=True)],
        resting=resting,
        apart=seen.apart,
        axes=axes[:2],
        shares=(shares[0], shares[1] if data.dof > 1 else 0.0),
    )
    write_atomically(folder / PICTURE, figure_png(data_set_view(view)))
    return folder / PICTURE


def as_json(path: Path, data: DataSet, seen: Inspection) -> bytes:
    """Everything that was seen, as JSON in SI units."""
    content: dict[str, Any] = {
        "schema_version": 1,
        "path": str(path),
        "format": data.format,
        "recordings": len(data.demonstrations),
        "samples": data.samples,
        "rate_hz": data.rate,
        "facts": dict(data.facts),
        "remarks": list(data.remarks),
        "sources": [each.source for each in data.demonstrations],
        **asdict(seen),
    }
    return (json.dumps(content, indent=2) + "\n").encode()


def _joint_line(use: JointUse, width: int) -> str:
    scale, unit = (180.0 / np.pi, "deg") if use.unit == "rad" else (1.0, use.unit if use.unit != "1" else "")
    line = f"{use.name:{width}}  {use.lowest * scale:8.2f} to {use.highest * scale:8.2f} {unit}".rstrip()
    if use.limits is not None:
        line += f" of [{use.limits[0] * scale:.0f}, {use.limits[1] * scale:.0f}]"
    if use.visited is not None:
        line += f", {use.visited:4.0%} visited"
    line += f", up to {use.fastest * scale:.4g} {unit}/s".replace(" /s", " a second")
    if use.beyond:
        line += f"; BEYOND LIMITS in {use.beyond} samples"
    if use.too_fast and use.speed_limit is not None:
        line += f"; TOO FAST in {use.too_fast} steps (limit {use.speed_limit * scale:.4g})"
    return line


def _gaps(seen: Inspection) -> str:
    if not seen.gaps:
        return "none"
    index, at, length = max(seen.gaps, key=lambda gap: gap[2])
    return f"{len(seen.gaps)}; the longest {length:.3g} s in recording {index} at {at:.3g} s"


def _twins(seen: Inspection) -> str:
    twins = seen.thinning.twins
    if not twins:
        return "no recording is there twice"
    shown = ", ".join(f"{index} as {earlier}" for index, earlier in twins[:5])
    return f"{len(twins)} recordings are there twice ({shown}{', ..' if len(twins) > 5 else ''})"


def _spread(what: str, values: Sequence[float], unit: str, digits: int = 2) -> str:
    low, middle, high = np.min(values), np.median(values), np.max(values)
    return f"{what}: {low:.{digits}f} to {high:.{digits}f} {unit}, median {middle:.{digits}f}"
