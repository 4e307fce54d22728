"""The proposed strategy against each rival, scene by scene and over all scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from robogeo.evaluation.paired import (
    Estimate,
    detectable_ratio,
    holm,
    mean_difference,
    median_ratio,
    probability_of_improvement,
    signed_rank,
)
from robogeo.study.table import Pairs, Table

ALL = "all scenes"
_FEWEST = 6  # pairs; of fewer no two-sided test on signs is ever significant at 5 %


@dataclass(frozen=True)
class Comparison:
    """Two contenders on the pairs of a scene, or of all.

    Attributes:
        scene, ours, theirs: what is compared where.
        pairs: their number.
        censored: runs that did not reach the target, ours and theirs.
        ratio: median ratio of demonstrations to the target, ours / theirs.
        asked_ratio: the same of those that were asked for, without the initial ones.
        p: of the signed-rank test on demonstrations to the target.
        p_holm: the same, corrected for the rivals on the same scene.
        improvement: probability that ours needs fewer.
        area_gain: mean difference of the areas under the curves, ours - theirs.
        p_area: of the signed-rank test on the areas.
        detectable: the ratio that so many pairs would have shown with a power of 0.8.
    """

    scene: str
    ours: str
    theirs: str
    pairs: int
    censored: tuple[int, int]
    ratio: Estimate
    asked_ratio: Estimate
    p: float
    p_holm: float
    improvement: Estimate
    area_gain: Estimate
    p_area: float
    detectable: float

    @property
    def is_worse(self) -> bool:
        """Whether ours is worse by any of the measures at 5 %, uncorrected: the strictest view of a loss."""
        return bool(
            (self.ratio.low > 1.0 and self.pairs >= _FEWEST)
            or (self.p < 0.05 and self.improvement.value < 0.5)
            or (self.p_area < 0.05 and self.area_gain.value < 0.0)
        )

    @property
    def is_different(self) -> bool:
        """Whether the ratio's interval excludes 1 and the corrected test agrees at 5 %."""
        return self.ratio.excludes(1.0) and self.p_holm <= 0.05

    def row(self) -> dict[str, Any]:
        """Plain data for the file of results."""
        return {
            "what": "comparison",
            "scene": self.scene,
            "ours": self.ours,
            "theirs": self.theirs,
            "pairs": self.pairs,
            "not_reached": list(self.censored),
            **_with_interval("median_ratio", self.ratio),
            **_with_interval("median_asked_ratio", self.asked_ratio),
            "p": self.p,
            "p_holm": self.p_holm,
            **_with_interval("probability_of_improvement", self.improvement),
            **_with_interval("area_gain", self.area_gain),
            "p_area": self.p_area,
            "detectable_ratio": None if self.pairs < 2 else self.detectable,
        }


def compared(table: Table, ours: str, rivals: Sequence[str]) -> list[Comparison]:
    """Compare with each rival on each scene and, where there are several, on all; p-values Holm-corrected.

    Rivals without a common seed are left out.
    """
    places = [[scene] for scene in table.scenes]
    if len(places) > 1:
        places.append(table.scenes)
    found: list[Comparison] = []
    for scenes in places:
        name = scenes[0] if len(scenes) == 1 else ALL
        pairs = {rival: table.pairs(scenes, ours, rival) for rival in rivals}
        here = [_comparison(name, ours, rival, some) for rival, some in pairs.items() if len(some)]
        corrected = holm([comparison.p for comparison in here])
        found += [replace(one, p_holm=p) for one, p in zip(here, corrected, strict=True)]
    return found


def _comparison(scene: str, ours: str, theirs: str, pairs: Pairs) -> Comparison:
    mine, other = pairs.both("counted")
    needed = pairs.both("needed")
    areas = pairs.both("area")
    p = signed_rank(mine, other)
    return Comparison(
        scene=scene,
        ours=ours,
        theirs=theirs,
        pairs=len(pairs),
        censored=(needed[0].count(None), needed[1].count(None)),
        ratio=median_ratio(mine, other, pairs.scenes),
        asked_ratio=median_ratio(*pairs.both("asked"), pairs.scenes),
        p=p,
        p_holm=p,
        improvement=probability_of_improvement(mine, other, pairs.scenes),
        area_gain=mean_difference(*areas, pairs.scenes),
        p_area=signed_rank(*areas),
        detectable=detectable_ratio(mine, other),
    )


def _with_interval(name: str, estimate: Estimate) -> dict[str, Any]:
    return {name: estimate.value, f"{name}_ci95": [estimate.low, estimate.high]}
