"""Settings of queries, and of when to stop asking."""

from __future__ import annotations

from pydantic import Field

from robogeo.config.settings import Settings


class AskingSettings(Settings):
    """How queries live."""

    refusal_radius: float = Field(
        default=0.3, ge=0, le=10, description="nothing is asked this near to a refusal at both ends, rad"
    )
    retries: int = Field(
        default=1, ge=0, le=100, description="how often a query that failed is asked again in its round"
    )
    expires_after: int | None = Field(
        default=None, ge=0, le=10_000, description="rounds that a query waits for an answer; null: for ever"
    )
    tolerance: float = Field(
        default=0.25, gt=0, le=10, description="a motion covers what it passes this near in all joints, rad"
    )


class StopSettings(Settings):
    """When to stop before all rounds are done: as soon as one of the conditions given here holds."""

    success: float | None = Field(
        default=None, gt=0, lt=1, description="success rate to be proved on fresh requests; null: no proof"
    )
    alpha: float = Field(
        default=0.05, gt=0, lt=1, description="probability that a run stops at a worse model than proved"
    )
    least_requests: int = Field(
        default=20, ge=1, le=100_000, description="fresh requests that a proof takes at least"
    )
    most_requests: int = Field(
        default=400, ge=1, le=100_000, description="fresh requests a round after which proving is given up"
    )
    demonstrations: int | None = Field(
        default=None, ge=1, le=1_000_000, description="demonstrations that are enough; null: no limit"
    )
    plateau_rounds: int | None = Field(
        default=None, ge=1, le=10_000, description="rounds without a rise that are enough; null: no limit"
    )
    plateau_gain: float = Field(
        default=0.0, ge=0, le=1, description="rise of held-out success that counts as none"
    )
    score: float | None = Field(
        default=None, ge=0, le=1e6, description="score, rad, below which no candidate is worth asking"
    )
    least_rounds: int = Field(
        default=0, ge=0, le=10_000, description="rounds of asking before any of this counts"
    )
