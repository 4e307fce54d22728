from __future__ import annotations

import subprocess
import sys

import matplotlib
import pytest

from robogeo.report import figure_png, learning_curve
from robogeo.report.style import calm, legend_columns, percent, series


def _png() -> bytes:
    return figure_png(learning_curve({"combined": ([3, 4, 5], [0.1, 0.5, 0.9])}), dpi=60)


def test_png_is_the_same_bytes_each_time_and_carries_no_metadata() -> None:
    first = _png()
    assert first == _png()
    assert b"tEXt" not in first and b"tIME" not in first and b"Software" not in first


def test_png_does_not_depend_on_the_readers_settings_and_leaves_them_alone() -> None:
    expected = _png()
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "black", "xtick.labelsize": 3.0}):
        assert _png() == expected
        assert matplotlib.rcParams["font.size"] == 30.0


def test_figure_keeps_its_content_after_rendering() -> None:
    figure = learning_curve({"combined": ([3, 4], [0.1, 0.9])})
    assert figure_png(figure, dpi=60) == figure_png(figure, dpi=60)


def test_all_text_is_at_least_ten_points() -> None:
    with calm():
        sizes = [
            v
            for k, v in matplotlib.rcParams.items()
            if k.endswith(("labelsize", "fontsize", "titlesize", "font.size"))
        ]
    assert min(size for size in sizes if isinstance(size, float)) >= 10.0


def test_sixteen_series_are_told_apart() -> None:
    assert len({(series(i).color, series(i).line) for i in range(16)}) == 16


@pytest.mark.parametrize(
    ("share", "text"), [(0.123, "12 %"), (1.0, "100 %"), (-0.5, "−50 %"), (float("nan"), "not measured")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_importing_the_package_loads_neither_matplotlib_nor_the_encoder() -> None:
    heavy = "{'matplotlib', 'imageio', 'imageio_ffmpeg', 'torch', 'scipy'}"
    code = f"import sys, robogeo.report; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("labels", "columns"),
    [(["gap"], 1), (["gap", "support", "noise"], 3), (["x" * 12] * 8, 4), (["x" * 300] * 2, 1)],
)
def test_legends_fit_the_width_in_even_rows(labels: list[str], columns: int) -> None:
    assert legend_columns(labels) == columns
