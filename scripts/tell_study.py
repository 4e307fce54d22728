"""Renew what README and the study's page say in numbers, from the study's results.

    python scripts/tell_study.py

Reads docs/results/study.json; writes between the marks ``<!-- begin study -->`` and ``<!-- end study -->``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from robogeo.reproduction.section import markdown, replace_section, targets_table, verdict
from robogeo.study.comparison import ALL

ROOT = Path(__file__).resolve().parent.parent
OURS = "combined"
RIVALS = {
    "random": "random",
    "farthest": "farthest point",
    "uncertainty": "uncertainty alone",
    "magnification": "magnification factor alone",
}
Row = Mapping[str, Any]


def main() -> None:
    """Read the results and write both sections."""
    found = json.loads((ROOT / "docs" / "results" / "study.json").read_text())
    rows, targets = found["rows"], found["targets"]
    comparisons = [row for row in rows if row["what"] == "comparison"]
    compared = [row for row in comparisons if row["ours"] == OURS]
    others = [row for row in comparisons if row["ours"] != OURS]
    contenders = [row for row in rows if row["what"] == "contender" and row["seeds"]]
    recorded = f"{sum(row['seeds'] for row in contenders)} runs are recorded."
    replace_section(ROOT / "README.md", "study", f"{recorded}\n\n{summary(compared, targets)}")
    page = (
        ratios(compared, [row for row in rows if row["what"] == "hindsight"]),
        gains(compared),
        counts(contenders),
        foretelling(contenders),
        controls(others),
        targets_table(targets),
    )
    replace_section(ROOT / "docs" / "study.md", "study", "\n\n".join((recorded, *page)))


def summary(compared: Sequence[Row], targets: Sequence[Row]) -> str:
    """The claims over all scenes, in a line each."""
    rows = [["measure", "value", "target", ""]]
    for rival, words in RIVALS.items():
        one = row_of(compared, ALL, rival)
        target = next(target for target in targets if target["name"].endswith(f"{OURS} / {rival}"))
        counted = f"ours / {words}, median of {one['pairs']} pairs (95 % interval)"
        wanted = f"≤ {target['target']:.2f}"
        rows.append([f"demonstrations to 90 %, {counted}", ratio(one), wanted, verdict(target)])
        rows.append([f"of those asked for, {counted}", ratio(one, "median_asked_ratio"), "", ""])
    auroc = next(target for target in targets if target["name"].startswith("area under"))
    foretold = "score foretells failure of unseen requests, area under the curve"
    rows.append([foretold, f"{auroc['value']:.3f}", f"≥ {auroc['target']:.2f}", verdict(auroc)])
    return markdown(rows)


def ratios(compared: Sequence[Row], hindsight: Sequence[Row]) -> str:
    """Median ratios of demonstrations, for each scene and over all."""
    rows = [["scene", *(f"/ {rival}" for rival in RIVALS)]]
    for scene in distinct(compared, "scene"):
        ones = [row_of(compared, scene, rival) for rival in RIVALS]
        name = f"**{scene}**" if scene == ALL else scene
        rows.append([name, *(f"{ratio(one)}, {one['pairs']}" for one in ones)])
    overall = [row_of(compared, ALL, rival) for rival in RIVALS]
    rows.append([f"{ALL}, of those asked for", *(ratio(one, "median_asked_ratio") for one in overall)])
    best = [ratio(row_of(hindsight, ALL, rival)) for rival in RIVALS]
    rows.append([f"{ALL}, the best of all five strategies for each seed, in hindsight", *best])
    rows.append(["Holm-corrected p, all scenes", *(f"{one['p_holm']:.2g}" for one in overall)])
    never = (" and ".join(map(str, one["not_reached"])) for one in overall)
    rows.append(["never got there, ours and theirs", *never])
    return markdown(rows)


def gains(compared: Sequence[Row]) -> str:
    """Area under the learning curve that is gained over each rival, for each scene and over all."""
    rows = [["area gained", *(f"over {rival}" for rival in RIVALS)]]
    for scene in distinct(compared, "scene"):
        rows.append([scene, *(gain(row_of(compared, scene, rival)) for rival in RIVALS)])
    return markdown(rows)


def counts(contenders: Sequence[Row]) -> str:
    """Demonstrations that each strategy needs, scene by scene."""
    scenes = distinct(contenders, "scene")
    rows = [["median demonstrations to 90 %", *scenes]]
    for name in distinct(contenders, "contender"):
        medians = {row["scene"]: row["median_to_target"] for row in contenders if row["contender"] == name}
        rows.append([name, *(str(medians.get(scene, "")) for scene in scenes)])
    return markdown(rows)


def foretelling(contenders: Sequence[Row]) -> str:
    """How well failures are foretold, scene by scene."""
    ours = [row for row in contenders if row["contender"] == OURS]
    rows = [["area under the curve of failures", *(row["scene"] for row in ours)]]
    for name in ("wrong", "uncertainty", "magnification"):
        found = (row["auroc"][name] for row in ours)
        rows.append([name, *("" if value is None else f"{value:.2f}" for value in found)])
    return markdown(rows)


def controls(compared: Sequence[Row]) -> str:
    """Controls against random asking: demonstrations, and area under the learning curve."""
    rows = [["control, / random", "demonstrations", "area gained", "pairs"]]
    rows += [[row["ours"], ratio(row), gain(row), str(row["pairs"])] for row in compared]
    return markdown(rows)


def row_of(compared: Sequence[Row], scene: str, rival: str) -> Row:
    """The comparison with a rival on a scene."""
    return next(row for row in compared if (row["scene"], row["theirs"]) == (scene, rival))


def ratio(row: Row, name: str = "median_ratio") -> str:
    """A ratio with its interval."""
    low, high = row[f"{name}_ci95"]
    return f"{row[name]:.2f} ({low:.2f} to {high:.2f})"


def gain(row: Row) -> str:
    """An area gained, with its interval."""
    low, high = row["area_gain_ci95"]
    return f"{row['area_gain']:.3f} ({low:.3f} to {high:.3f})".replace("-", "−")


def distinct(rows: Sequence[Row], name: str) -> list[str]:
    """The values of a column, each once, in order."""
    return list(dict.fromkeys(row[name] for row in rows))


if __name__ == "__main__":
    main()
