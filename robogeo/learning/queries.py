"""Queries: the questions to the oracle, and what may come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from robogeo.motion.world import Request


@dataclass(frozen=True, eq=False)
class Query:
    """A question: please demonstrate this request.

    Attributes:
        id: names it in the journal and in files, ``q3-0`` for the first of round 3.
        round: round in which it was asked.
        request: from where to where.
        kind: ``bridge``, ``smooth`` or ``cover``: what the demonstration is to mend.
        score: the strategy's utility.
        parts: what is wrong along the geodesic, rad, by name.
    """

    id: str
    round: int
    request: Request
    kind: str
    score: float
    parts: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the journal."""
        return {
            "id": self.id,
            "round": self.round,
            "start": self.request.start.tolist(),
            "goal": self.request.goal.tolist(),
            "start_place": self.request.start_place,
            "goal_place": self.request.goal_place,
            "kind": self.kind,
            "score": self.score,
            "parts": dict(self.parts),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Query:
        """The query that `as_dict` described."""
        request = Request(
            np.asarray(data["start"]), np.asarray(data["goal"]), data["start_place"], data["goal_place"]
        )
        return cls(data["id"], data["round"], request, data["kind"], data["score"], data["parts"])
