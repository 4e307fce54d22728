"""The figures of a study, from its table and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from robogeo.durable import make_folder, write_atomically
from robogeo.evaluation.paired import bootstrap
from robogeo.report.png import figure_png
from robogeo.report.study_curves import study_curves
from robogeo.report.study_ratios import Ratio, study_ratios
from robogeo.study.comparison import ALL, Comparison
from robogeo.study.settings import StudyConfig
from robogeo.study.table import FloatArray, Run, Table


def write_pictures(
    config: StudyConfig, table: Table, comparisons: Sequence[Comparison], folder: Path
) -> list[Path]:
    """Write ``study_curves.png`` and ``study_ratios.png``, where there is data; returns their paths."""
    pictures = {}
    panels = {_title(config, table, scene): _curves(config, table, scene) for scene in table.scenes}
    panels = {title: curves for title, curves in panels.items() if curves}
    if panels:
        emphasis = (config.proposed, config.baseline)
        pictures["study_curves.png"] = study_curves(panels, emphasis, config.target)
    if comparisons:
        pictures["study_ratios.png"] = study_ratios(_ratios(comparisons), config.proposed)
    make_folder(folder)
    for name, figure in pictures.items():
        write_atomically(folder / name, figure_png(figure))
    return [folder / name for name in pictures]


def _title(config: StudyConfig, table: Table, scene: str) -> str:
    """The scene, and how many runs of each strategy its curves are means of."""
    counts = [len(table.runs(scene, name)) for name in config.strategies]
    least, most = min(counts), max(counts)
    return f"{scene} ({most if least == most else f'{least} to {most}'} seeds)"


def _curves(config: StudyConfig, table: Table, scene: str) -> dict[str, tuple[FloatArray, ...]]:
    runs = {name: table.runs(scene, name) for name in config.strategies}
    return {name: _curve(of_name) for name, of_name in runs.items() if of_name}


def _curve(runs: Sequence[Run]) -> tuple[FloatArray, ...]:
    """Mean success of runs with its bootstrap band, at every count of demonstrations."""
    first = min(run.record["demonstrations"][0] for run in runs)
    step = runs[0].cell.config.queries_per_round
    counts = np.arange(first, runs[0].budget + 1, step, dtype=np.float64)
    curves = np.stack([run.curve(counts) for run in runs])
    bands = [bootstrap(column, lambda sample: np.mean(sample, axis=-1)) for column in curves.T]
    return (
        counts,
        np.array([band.value for band in bands]),
        np.array([band.low for band in bands]),
        np.array([band.high for band in bands]),
    )


def _ratios(comparisons: Sequence[Comparison]) -> list[Ratio]:
    return [
        Ratio(
            rival=one.theirs,
            scene=one.scene,
            value=one.ratio.value,
            low=one.ratio.low,
            high=one.ratio.high,
            pairs=one.pairs,
            whole=one.scene == ALL,
        )
        for one in comparisons
    ]
