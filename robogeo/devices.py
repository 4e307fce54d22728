"""The device that a command was told to compute on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from robogeo.config.settings import checked_device
from robogeo.errors import InputError

if TYPE_CHECKING:
    import torch


def device_named(name: str | None) -> torch.device:
    """The device of a name: cpu (as None), cuda, or cuda:1; a card is told to give equal bits each time.

    Raises:
        InputError: one line: no such name, or this machine has no such device.
    """
    import torch

    try:
        device = torch.device("cpu" if name is None else checked_device(name))
    except ValueError as error:
        raise InputError(f"device {str(name)[:40]!r}: {error}") from error
    if device.type == "cuda":
        count = torch.cuda.device_count()
        if count == 0:
            why = "this torch is built without CUDA" if torch.version.cuda is None else "no GPU was found"
            raise InputError(f"device {name}: {why}; leave it out to compute on the processor")
        if (device.index or 0) >= count:
            raise InputError(f"device {name}: this machine has {count}, counted from cuda:0")
        _make_repeatable()
    return device


def _make_repeatable() -> None:
    """Sums in a fixed order; and no TF32, which would round what convolutions multiply to ten bits."""
    import torch

    # Read by cuBLAS when it is first used; else its sums depend on which stream gets which memory.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.allow_tf32 = False
