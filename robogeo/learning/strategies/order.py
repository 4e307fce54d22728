"""The mark of strategies that depend on the order in which candidates come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def order_based(strategy: F) -> F:
    """Mark a strategy whose utilities may depend on the order of the candidates."""
    strategy.order_based = True  # type: ignore[attr-defined]
    return strategy


def is_order_based(strategy: Callable[..., object]) -> bool:
    """Whether a strategy is marked so."""
    return bool(getattr(strategy, "order_based", False))
