"""A second device, simulated on the processor: what lies there cannot meet what lies on the processor.

A computation that mixes the two fails as it would on a GPU, and one that does not gives what the processor
gives. So code that takes a device can be tested on a machine that has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import (
    _DummyBackendModule,
    _setup_privateuseone_for_python_backend,
)

NAME = "simulated"
_COPIES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)


class _Backend(_DummyBackendModule):
    """What torch asks of a device, here and in other tests of the process; it draws no random numbers."""

    def get_rng_state(self, device: Any) -> torch.Tensor:
        return torch.empty(0, dtype=torch.uint8)

    def set_rng_state(self, state: torch.Tensor, device: Any) -> None:
        pass


_setup_privateuseone_for_python_backend(NAME, _Backend())


class Distant(torch.Tensor):
    """A tensor that says it lies on the simulated device; `here` is its content."""

    here: torch.Tensor

    @staticmethod
    def __new__(cls, here: torch.Tensor) -> Distant:
        return torch.Tensor._make_wrapper_subclass(  # type: ignore[attr-defined, no-any-return]
            cls,
            here.shape,
            strides=here.stride(),
            storage_offset=here.storage_offset(),
            dtype=here.dtype,
            device=f"{NAME}:0",
        )

    def __init__(self, here: torch.Tensor) -> None:
        # Derivatives that are nought come without memory, which kernels of the processor cannot read.
        self.here = torch.zeros_like(here) if here._is_zerotensor() else here

    def __repr__(self, **_: Any) -> str:
        return f"Distant({self.here!r})"

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return _computed(function, args, kwargs or {})


class _Device(TorchDispatchMode):
    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return _computed(function, args, kwargs or {})


@contextmanager
def simulated_device() -> Iterator[torch.device]:
    """The device, which exists while the context lasts."""
    with _Device():
        yield torch.device(f"{NAME}:0")


def _computed(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    distant = any(tensor.device.type == NAME for tensor in tensors)
    asked = None if kwargs.get("device") is None else torch.device(kwargs["device"]).type
    # A number on the processor may meet anything, as it may on a GPU.
    if distant and function not in _COPIES and any(t.dim() and t.device.type != NAME for t in tensors):
        raise RuntimeError(f"{function}: expected all tensors on the same device")
    given = kwargs if asked is None else kwargs | {"device": "cpu"}
    result = function(*tree_map(_here, args), **tree_map(_here, given))
    written = _written(function, args)
    if written is not None:
        return written
    if asked != NAME and not (distant and asked is None):
        return result
    return tree_map(lambda leaf: Distant(leaf) if isinstance(leaf, torch.Tensor) else leaf, result)


def _here(leaf: Any) -> Any:
    if isinstance(leaf, Distant):
        return leaf.here
    if isinstance(leaf, torch.Tensor) and leaf.device.type == NAME:  # nought, without memory
        return torch.zeros(leaf.shape, dtype=leaf.dtype)
    return leaf


def _written(function: Any, args: tuple[Any, ...]) -> Any:
    """The argument that an operation in place writes into and returns, else None."""
    returns = function._schema.returns
    if len(returns) != 1 or not _is_written(returns[0]):
        return None
    pairs = zip(args, function._schema.arguments, strict=False)
    return next((argument for argument, described in pairs if _is_written(described)), None)


def _is_written(described: Any) -> bool:
    return described.alias_info is not None and described.alias_info.is_write
