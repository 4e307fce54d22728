"""What the best strategy of each seed, known only afterwards, would have needed in those of one of them.

No strategy can know it. It tells how far a choice among the strategies of a study could have helped at most,
beside which a ratio that was claimed and missed can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from robogeo.evaluation.paired import median_ratio
from robogeo.study.comparison import ALL
from robogeo.study.table import Table


def hindsight(table: Table, strategies: Sequence[str], rival: str) -> list[dict[str, Any]]:
    """Rows for the file of results, scene by scene and over all, of the seeds that all strategies have met.

    Args:
        table: of the study.
        strategies: among which the best is chosen; the rival is one of them.
        rival: in whose demonstrations the best one's are told.
    """
    found = [
        (scene, min(run.counted for run in runs.values()), runs[rival].counted)
        for scene in table.scenes
        for runs in table.together(scene, strategies)
    ]
    rows = []
    for scene in (*table.scenes, ALL):
        here = [one for one in found if scene in (one[0], ALL)]
        if not here:
            continue
        places, best, theirs = (list(column) for column in zip(*here, strict=True))
        ratio = median_ratio(best, theirs, places)
        rows.append(
            {
                "what": "hindsight",
                "scene": scene,
                "theirs": rival,
                "pairs": len(here),
                "median_ratio": ratio.value,
                "median_ratio_ci95": [ratio.low, ratio.high],
            }
        )
    return rows
