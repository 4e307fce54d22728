"""robogeo: teach a robot arm with few demonstrations.

Learn the manifold of demonstrated motion, measure it with Riemannian geometry, find where knowledge is
missing, ask for exactly the demonstration that mends it, and turn geodesics into smooth robot motions.

`import robogeo` is light: heavy libraries load when the names that need them are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robogeo.learning.learner import Learner

__version__ = "0.1.0"
__all__ = ["Learner", "__version__"]

_LAZY = {"Learner": "robogeo.learning.learner"}


def __getattr__(name: str) -> Any:
    """Load a public name from its room when it is first asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'robogeo' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, those that load lazily too."""
    return sorted(set(globals()) | set(_LAZY))
