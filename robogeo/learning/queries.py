"""Queries: the questions to the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.motion.request import Request

FloatArray = NDArray[np.float64]

_ARRAYS = ("via", "stretch", "motion")
_LATER = ("clearances_m", "predicted_gain", "attempt", "deadline")


def _nothing() -> FloatArray:
    return np.zeros((0, 0))


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
        via: configuration (dof,) rad in the middle of the worst stretch, as the model shows it.
        stretch: latent codes (k, d) of the worst stretch of the geodesic.
        motion: what the model makes of them, (k, dof) rad.
        clearances_m: distances to the nearest obstacle by name: at start and goal, checked before asking, and
            at via, which may be negative because the model only guesses there.
        predicted_gain: share in [0, 1] of what is wrong with life's requests that it is expected to mend.
        attempt: 1, or more where the same was asked before and failed.
        deadline: last round in which it waits for an answer; None means that it waits for ever.

    A run from before queries told so much has None, nothing and zero there.
    """

    id: str
    round: int
    request: Request
    kind: str
    score: float
    parts: Mapping[str, float]
    via: FloatArray | None = None
    stretch: FloatArray = field(default_factory=_nothing)
    motion: FloatArray = field(default_factory=_nothing)
    clearances_m: Mapping[str, float] = field(default_factory=dict)
    predicted_gain: float = 0.0
    attempt: int = 1
    deadline: int | None = None

    @property
    def wrong(self) -> float:
        """All that is wrong along the geodesic, rad: the model's own score of the request."""
        return float(sum(self.parts.values()))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the journal."""
        return {
            "id": self.id,
            "round": self.round,
            "start": self.request.start.tolist(),
            "goal": self.request.goal.tolist(),
            "start_place": self.request.start_place,
            "goal_place": self.request.goal_place,
            **_shown_by(self.request),
            "kind": self.kind,
            "score": self.score,
            "parts": dict(self.parts),
            "via": None if self.via is None else self.via.tolist(),
            "stretch": self.stretch.tolist(),
            "motion": self.motion.tolist(),
            "clearances_m": dict(self.clearances_m),
            "predicted_gain": self.predicted_gain,
            "attempt": self.attempt,
            "deadline": self.deadline,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Query:
        """The query that `as_dict` described, now or when queries told less."""
        ends = np.asarray(data["start"]), np.asarray(data["goal"])
        shown = {"recording": data["recording"], "part": tuple(data["part"])} if "recording" in data else {}
        request = Request(*ends, data["start_place"], data["goal_place"], **shown)
        fields: dict[str, Any] = {name: data[name] for name in ("id", "round", "kind", "score", "parts")}
        fields |= {name: data[name] for name in _LATER if name in data}
        fields |= {name: np.asarray(data[name]) for name in _ARRAYS if data.get(name) is not None}
        return cls(request=request, **fields)


def _shown_by(request: Request) -> dict[str, Any]:
    """The recording that shows a request, and the part of it; nothing where there is none."""
    if request.recording is None:
        return {}
    return {"recording": request.recording, "part": list(request.part)}
