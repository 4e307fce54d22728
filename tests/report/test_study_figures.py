"""Figures of a study: what stands in them, and what they refuse."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

from robogeo.errors import InputError
from robogeo.report.study_curves import study_curves
from robogeo.report.study_ratios import Ratio, study_ratios
from robogeo.report.style import ALARM, MUTED, PALETTE

COUNTS = np.arange(3.0, 8.0)
CURVE = (COUNTS, 0.1 * COUNTS, 0.1 * COUNTS - 0.05, 0.1 * COUNTS + 0.05)


def test_each_scene_is_a_panel_and_each_line_is_named() -> None:
    panels = {"ShelfReach": {"combined": CURVE, "random": CURVE}, "Strokes": {"random": CURVE}}
    figure = study_curves(panels, ["combined"])
    assert [axes.get_title() for axes in figure.axes] == ["ShelfReach", "Strokes"]
    names = [{text.get_text() for text in axes.texts} for axes in figure.axes]
    assert names == [{"target 90 %", "combined", "random"}, {"target 90 %", "random"}]
    first, second = figure.axes
    assert len(first.collections) == 1 and not second.collections  # bands of what is emphasised
    # A strategy looks the same in every panel.
    assert first.lines[2].get_color() == second.lines[1].get_color()


def test_names_of_lines_that_end_together_do_not_overlap() -> None:
    figure = study_curves({"ShelfReach": {f"strategy {index}": CURVE for index in range(8)}})
    figure.draw_without_rendering()
    names = [text for text in figure.axes[0].texts if "strategy" in text.get_text()]
    boxes = [Text.get_window_extent(name) for name in names]  # without the line that leads to it
    boxes.sort(key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 1.0 for low, high in pairwise(boxes))
    assert all(box.x1 <= figure.bbox.x1 for box in boxes)


def test_ratios_say_gain_loss_and_neither_by_colour() -> None:
    ratios = [
        Ratio("random", "ShelfReach", 0.6, 0.5, 0.7, 20),
        Ratio("random", "Strokes", 1.0, 0.8, 1.2, 10),
        Ratio("farthest", "Strokes", 1.5, 1.2, 1.9, 10, True),
    ]
    axes = study_ratios(ratios, "combined").axes[0]
    intervals = [line for line in axes.lines if len(set(line.get_xdata())) == 2 and line.get_xdata()[0] > 0.1]
    assert [line.get_color() for line in intervals] == [PALETTE[0], MUTED, ALARM]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["combined / random", "ShelfReach", "Strokes", "combined / farthest", "Strokes"]
    assert axes.texts[0].get_text() == "0.60  [0.50, 0.70]  n = 20"


def test_nothing_to_draw_is_said() -> None:
    for panels in ({}, {"ShelfReach": {}}):
        with pytest.raises(InputError, match="at least one curve"):
            study_curves(panels)
    with pytest.raises(InputError, match="'random' on ShelfReach is not"):
        study_curves({"ShelfReach": {"random": (COUNTS, COUNTS[:2], COUNTS, COUNTS)}})
    with pytest.raises(InputError, match="nothing to draw"):
        study_ratios([], "combined")
