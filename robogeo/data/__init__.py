"""Demonstrations: the one form they have in memory, and their files."""

from robogeo.data.demonstrations import Demonstration, observations
from robogeo.data.storage import (
    demonstration_bytes,
    load_demonstration,
    parse_demonstration,
    save_demonstration,
)

__all__ = [
    "Demonstration",
    "demonstration_bytes",
    "load_demonstration",
    "observations",
    "parse_demonstration",
    "save_demonstration",
]
