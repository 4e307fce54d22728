"""What records of fresh requests are called, and which of them a claim is about; no simulator is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

BEFORE, AFTER, JOINT_LINE, LATENT_LINE = "before asking", "after asking", "joint line", "latent line"

Pair = tuple[str, str]
Record = dict[str, Any]


def never_shown(demonstrated: Iterable[Sequence[str]]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the pair of places of a record was demonstrated in neither direction."""
    shown = {frozenset(pair) for pair in demonstrated}
    return lambda record: frozenset((record["start"], record["goal"])) not in shown


def between_skills(record: Mapping[str, Any]) -> bool:
    """Whether a record's places, ``table near`` and the like, belong to different skills."""
    return skill_of(record["start"]) != skill_of(record["goal"])


def skill_of(place: str) -> str:
    """The skill that a place belongs to, by its name."""
    return place.split()[0]
