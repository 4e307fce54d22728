"""What ``robogeo view`` and ``robogeo map`` do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robogeo.commands.typed_values import check_place
from robogeo.devices import device_named

if TYPE_CHECKING:
    from robogeo.commands.options import Map, View


def view(command: View) -> None:
    """``robogeo view``: show a run in the browser, or record a replay of it."""
    from robogeo.commands.viewed_run import record_run, view_run

    if command.record is None:
        view_run(command.run, command.port, lambda line: print(line, flush=True))
        return
    check_place(command.record)
    record_run(command.run, command.record, print)
    print(command.record)


def map(command: Map) -> None:
    """``robogeo map``: the map of a run or of a model's file, as a picture and an interactive file."""
    from robogeo.commands.mapping import draw_map

    check_place(command.out)
    page, said = draw_map(
        command.source,
        command.out,
        command.layer,
        round=command.round,
        data=command.data,
        device=None if command.device is None else device_named(command.device),
    )
    print(said)
    print(command.out)
    print(page)
