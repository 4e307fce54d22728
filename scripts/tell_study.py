"""Renew what README and the study's page say in numbers, from the study's results.

    python scripts/tell_study.py

Reads docs/results/study.json; writes between the marks ``<!-- begin study -->`` and ``<!-- end study -->``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from robogeo.reproduction.section import replace_section, targets_table
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
        ratios(compared),
        counts(contenders),
        foretelling(contenders),
        controls(others),
        targets_table(targets),
    )
    replace_section(ROOT / "docs" / "study.md", "study", "\n\n".join((recorded, *page)))


def summary(compared: Sequence[Row], targets: Sequence[Row]) -> str:
    """The claims over all scenes, in a line each."""
    wanted = {target["name"].rsplit(" / ", 1)[-1]: target for target in targets if " / " in target["name"]}
    auroc = next(target for target in targets if target["name"].startswith("area under"))
    lines = [["measure", "value", "target", ""], ["---"] * 4]
    for rival, words in RIVALS.items():
        one = row_of(compared, ALL, rival)
        counted = f"ours / {words}, median of {one['pairs']} pairs (95 % interval)"
        target = wanted[rival]
        lines += [
            [f"demonstrations to 90 %, {counted}", ratio(one), f"≤ {target['target']:.2f}", verdict(target)],
            [f"of those asked for, {counted}", ratio(one, "median_asked_ratio"), "", ""],
        ]
    foretold = "score foretells failure of unseen requests, area under the curve"
    lines.append([foretold, f"{auroc['value']:.3f}", f"≥ {auroc['target']:.2f}", verdict(auroc)])
    return table(lines)


def ratios(compared: Sequence[Row]) -> str:
    """Median ratios of demonstrations, for each scene and over all."""
    scenes = list(dict.fromkeys(row["scene"] for row in compared))
    lines = [["scene", *(f"/ {rival}" for rival in RIVALS)], ["---"] * 5]
    for scene in scenes:
        name = f"**{scene}**" if scene == ALL else scene
        ones = [row_of(compared, scene, rival) for rival in RIVALS]
        lines.append([name, *(f"{ratio(one)}, {one['pairs']}" for one in ones)])
    overall = [row_of(compared, ALL, rival) for rival in RIVALS]
    lines.append([f"{ALL}, of those asked for", *(ratio(one, "median_asked_ratio") for one in overall)])
    lines.append(["Holm-corrected p, all scenes", *(f"{one['p_holm']:.2g}" for one in overall)])
    lines.append(
        ["never reached, ours and theirs", *(" and ".join(map(str, one["not_reached"])) for one in overall)]
    )
    return table(lines)


def counts(contenders: Sequence[Row]) -> str:
    """Demonstrations that each strategy needs, scene by scene."""
    scenes, names = distinct(contenders, "scene"), distinct(contenders, "contender")
    lines = [["median demonstrations to 90 %", *scenes], ["---"] * (1 + len(scenes))]
    for name in names:
        ones = {row["scene"]: row for row in contenders if row["contender"] == name}
        lines.append(
            [name, *(str(ones[scene]["median_to_target"]) if scene in ones else "" for scene in scenes)]
        )
    return table(lines)


def foretelling(contenders: Sequence[Row]) -> str:
    """How well failures are foretold, scene by scene."""
    ours = [row for row in contenders if row["contender"] == OURS]
    lines = [["area under the curve of failures", *(row["scene"] for row in ours)], ["---"] * (1 + len(ours))]
    for name in ("wrong", "uncertainty", "magnification"):
        found = [row["auroc"][name] for row in ours]
        lines.append([name, *("" if value is None else f"{value:.2f}" for value in found)])
    return table(lines)


def controls(compared: Sequence[Row]) -> str:
    """Controls against random asking: demonstrations, and area under the learning curve."""
    lines = [["control, / random", "demonstrations", "area gained", "pairs"], ["---"] * 4]
    for row in compared:
        low, high = row["area_gain_ci95"]
        area = f"{row['area_gain']:.3f} ({low:.3f} to {high:.3f})".replace("-", "−")
        lines.append([row["ours"], ratio(row), area, str(row["pairs"])])
    return table(lines)


def row_of(compared: Sequence[Row], scene: str, rival: str) -> Row:
    """The comparison with a rival on a scene."""
    return next(row for row in compared if (row["scene"], row["theirs"]) == (scene, rival))


def ratio(row: Row, name: str = "median_ratio") -> str:
    """A ratio with its interval."""
    low, high = row[f"{name}_ci95"]
    return f"{row[name]:.2f} ({low:.2f} to {high:.2f})"


def verdict(target: Row) -> str:
    """Met or missed, the latter in bold."""
    return "met" if target["met"] else "**missed**"


def distinct(rows: Sequence[Row], name: str) -> list[str]:
    """The values of a column, each once, in order."""
    return list(dict.fromkeys(row[name] for row in rows))


def table(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    main()
