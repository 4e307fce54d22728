"""The device that a command was told to compute on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from robogeo.errors import InputError
from robogeo.settings import DEVICE_PATTERN

if TYPE_CHECKING:
    import torch


def device_named(name: str | None) -> torch.device:
    """The device of a name: cpu (as None), cuda, or cuda:1.

    Raises:
        InputError: one line: no such name, or this machine has no such device.
    """
    import torch

    if name is not None and not re.fullmatch(DEVICE_PATTERN, name):
        raise InputError(f"device {name[:40]!r}: unknown; use cpu, cuda, or cuda:1 for the second of several")
    device = torch.device(name or "cpu")
    if device.type == "cuda":
        count = torch.cuda.device_count()
        if count == 0:
            why = "this torch is built without CUDA" if torch.version.cuda is None else "no GPU was found"
            raise InputError(f"device {name}: {why}; leave it out to compute on the processor")
        if (device.index or 0) >= count:
            raise InputError(f"device {name}: this machine has {count}, counted from cuda:0")
    return device
