"""Active learning: what to ask, whom, and how a run remembers it.

Import from the modules of this room; the package itself stays light: what it names loads when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robogeo.learning.strategy_check import check_strategy

__all__ = ["check_strategy"]

_LAZY = {"check_strategy": "robogeo.learning.strategy_check"}


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'robogeo.learning' has no attribute {name!r}")
