"""The commands about data sets of recorded demonstrations; `options` holds what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robogeo.commands.typed_values import check_place, names
from robogeo.errors import InputError

if TYPE_CHECKING:
    from robogeo.commands.data_options import Convert, Inspect, ReadAs
    from robogeo.data.data_set import Reading


def inspect(command: Inspect) -> None:
    """``robogeo inspect``: what is in a data set."""
    from robogeo.commands.inspecting import as_json, inspect_data_set, told, write_picture
    from robogeo.durable import write_atomically

    if command.json is not None:
        check_place(command.json)
    data, seen = inspect_data_set(command.path, reading(command), command.robot)
    for line in told(data, seen):
        print(line)
    if command.out is not None:
        print(f"picture: {write_picture(command.out, command.path.name, data, seen)}")
    if command.json is not None:
        write_atomically(command.json, as_json(command.path, data, seen))


def convert(command: Convert) -> None:
    """``robogeo convert``: a data set in another format."""
    from robogeo.data.formats import read_data_set, write_data_set

    if command.target.exists():
        raise InputError(f"{command.target}: exists already; name another, nothing is overwritten")
    data = read_data_set(command.path, reading(command))
    write_data_set(command.target, data, command.format)
    for remark in data.remarks:
        print(remark)
    samples = sum(len(demonstration.t) for demonstration in data.demonstrations)
    print(f"{command.target}: {len(data.demonstrations)} recordings, {samples} samples")


def reading(command: ReadAs) -> Reading:
    """How the options have a file read."""
    from robogeo.data.data_set import Reading

    return Reading(
        units=names(command.units) if command.units is not None else None,
        rate=command.rate,
        resample=command.resample,
        joints=names(command.joints) if command.joints is not None else None,
        key=command.key,
        unwrap=command.unwrap,
        trust_units=command.trust_units,
        leave_out=names(command.leave_out),
    )
