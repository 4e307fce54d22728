"""What a study found: rows and targets, reached or missed, as ``study.json`` holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from robogeo.evaluation.efficiency import median_count
from robogeo.evaluation.foretelling import PREDICTORS
from robogeo.evaluation.paired import bootstrap, false_positive_rates
from robogeo.evaluation.results import Results
from robogeo.study.cells import Cell
from robogeo.study.comparison import ALL, Comparison, compared
from robogeo.study.hindsight import hindsight
from robogeo.study.settings import StudyConfig
from robogeo.study.table import Run, Table

_LEAST_AREA = 1e-9  # ratios are of positive numbers
_FALSE_POSITIVES = (0.03, 0.07)  # of tests at the level of 5 %


def conclude(config: StudyConfig, table: Table, results: Results) -> list[Comparison]:
    """Write what was found into the results; returns the comparisons of the proposed strategy."""
    for scene in table.scenes:
        for contender in table.contenders(scene):
            _row(results, scene, contender, table.runs(scene, contender))
    rivals = [name for name in config.strategies if name != config.proposed]
    comparisons = compared(table, config.proposed, rivals)
    controls = _control_comparisons(config, table)
    for comparison in (*comparisons, *controls):
        results.row(**comparison.row())
    for rival in rivals:
        for row in hindsight(table, config.strategies, rival):
            results.row(**row)
    _seed_targets(config, table, results)
    _ratio_targets(config, table, comparisons, results)
    _loss_target(config, (*comparisons, *controls), results)
    _prediction_target(config, table, results)
    _control_targets(config, table, controls, results)
    return comparisons


def provenance_note(cells: Iterable[Cell], records: dict[str, dict[str, object]]) -> dict[str, list[str]]:
    """The commits whose code made the records that the cells have."""
    keys = {cell.key for cell in cells}
    commits = {
        f"{record['commit']}{'-changed' if record['changed'] else ''}"
        for key, record in records.items()
        if key in keys
    }
    return {"commits": sorted(commits)}


def _row(results: Results, scene: str, contender: str, runs: Sequence[Run]) -> None:
    """How one contender did on one scene."""
    if not runs:
        results.row(what="contender", scene=scene, contender=contender, seeds=0)
        return
    budget = max(run.budget for run in runs)
    median = median_count([run.needed for run in runs], budget)
    areas = bootstrap([run.area for run in runs], lambda sample: np.mean(sample, axis=-1))
    seconds = [sum(v for k, v in run.record["cpu_seconds"].items() if k != "last_session") for run in runs]
    predicted = {name: [value for run in runs for value in run.auroc(name)] for name in PREDICTORS}
    results.row(
        what="contender",
        scene=scene,
        contender=contender,
        seeds=len(runs),
        demonstrations_to_target=[run.needed for run in runs],
        median_to_target=f"> {budget}" if median is None else median,
        not_reached=sum(run.needed is None for run in runs),
        area=areas.value,
        area_ci95=[areas.low, areas.high],
        auroc={name: float(np.mean(values)) if values else None for name, values in predicted.items()},
        median_cpu_seconds=float(np.median(seconds)),
    )


def _control_comparisons(config: StudyConfig, table: Table) -> list[Comparison]:
    """Random against itself, permuted utilities and pools of other sizes, each against the baseline."""
    again, permuted = f"{config.baseline}-again", f"{config.proposed}-permuted"
    pools = [f"{config.proposed}-pool{ratio}" for ratio in config.controls.pool_ratios]
    found = []
    for control in (again, permuted, *pools):
        found += [c for c in compared(table, control, [config.baseline]) if c.scene != ALL]
    return found


def _seed_targets(config: StudyConfig, table: Table, results: Results) -> None:
    for scene, settings in zip(table.scenes, config.scenes, strict=True):
        least = min(len(table.runs(scene, name)) for name in config.strategies)
        note = "the fewest of any strategy"
        results.target(f"{scene}: paired seeds done", least, ">=", settings.seeds, note)


def _ratio_targets(
    config: StudyConfig, table: Table, comparisons: Sequence[Comparison], results: Results
) -> None:
    """The claim, for each rival, over all scenes."""
    everywhere = ALL if len(table.scenes) > 1 else table.scenes[0]
    overall = {one.theirs: one for one in comparisons if one.scene == everywhere}
    for rival, largest in config.ratios.items():
        one = overall.get(rival)
        claim = f"median ratio of demonstrations to {config.target:.0%}, {config.proposed} / {rival}"
        if one is None:
            results.target(claim, None, "<=", largest, "no common seed yet")
            results.target(f"{claim}: interval excludes 1", None, ">=", 1.0, "no common seed yet")
            continue
        note = f"{everywhere}, {one.pairs} pairs, not reached {one.censored[0]} and {one.censored[1]}"
        results.target(claim, one.ratio.value, "<=", largest, note)
        interval = f"[{one.ratio.low:.3f}, {one.ratio.high:.3f}], Holm p = {one.p_holm:.2g}"
        results.target(f"{claim}: interval excludes 1", float(one.is_different), ">=", 1.0, interval)


def _loss_target(config: StudyConfig, comparisons: Sequence[Comparison], results: Results) -> None:
    """The proposed strategy, with any pool, must nowhere be worse than the baseline."""
    ours = [
        one
        for one in comparisons
        if one.theirs == config.baseline
        and one.scene != ALL
        and (one.ours == config.proposed or one.ours.startswith(f"{config.proposed}-pool"))
    ]
    worse = [f"{one.ours} on {one.scene}" for one in ours if one.is_worse]
    note = f"of {len(ours)} comparisons{': ' if worse else ''}{', '.join(worse)}"
    count = float(len(worse)) if ours else None
    results.target(f"comparisons in which {config.baseline} is significantly better", count, "<=", 0.0, note)


def _prediction_target(config: StudyConfig, table: Table, results: Results) -> None:
    runs = [run for scene in table.scenes for run in table.runs(scene, config.proposed)]
    values = [value for run in runs for value in run.auroc("wrong")]
    mean = float(np.mean(values)) if values else None
    note = f"mean over {len(values)} rounds of {len(runs)} runs in which some failed and some succeeded"
    results.target("area under the curve of predicted failures", mean, ">=", config.auroc, note)


def _control_targets(
    config: StudyConfig, table: Table, controls: Sequence[Comparison], results: Results
) -> None:
    if not config.controls.experiments:
        return
    low, high = _FALSE_POSITIVES
    for test, rate in _false_positives(config, table).items():
        name = f"A/A control, false positives of the {test.replace('_', '-')}"
        results.target(name, rate, ">=", low, "sides of each pair swapped by 400 draws of coins")
        results.target(name, rate, "<=", high)
    permuted = [one for one in controls if one.ours == f"{config.proposed}-permuted"]
    for one in permuted:
        same = float(not one.is_different)
        interval = f"[{one.ratio.low:.3f}, {one.ratio.high:.3f}]"
        results.target(f"{one.scene}: permuted is like {config.baseline}", same, ">=", 1.0, interval)
    if not permuted:
        results.target(f"permuted is like {config.baseline}", None, ">=", 1.0, "no common seed yet")


def _false_positives(config: StudyConfig, table: Table) -> dict[str, float | None]:
    """Mean rates over the scenes with an A/A control; of areas too, which hardly ever tie."""
    rates: dict[str, list[float]] = {"interval": [], "signed_rank": [], "signed_rank of areas": []}
    for scene in table.scenes:
        pairs = table.pairs([scene], config.baseline, f"{config.baseline}-again")
        if len(pairs) < 2:
            continue
        counts = false_positive_rates(*pairs.both("counted"))
        ours, theirs = (np.maximum(side, _LEAST_AREA) for side in pairs.both("area"))
        areas = false_positive_rates(ours, theirs)
        for name in ("interval", "signed_rank"):
            rates[name].append(counts[name])
        rates["signed_rank of areas"].append(areas["signed_rank"])
    return {name: float(np.mean(values)) if values else None for name, values in rates.items()}
