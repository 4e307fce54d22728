from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from robogeo.errors import InputError
from robogeo.report import figure_png, latent_map, latent_map_caption


@pytest.fixture
def pair(make_view):
    return make_view(3, 0, 0.12), make_view(9, 6, 0.963, shift=0.5)


def test_titles_labels_legend_and_color_bar(pair) -> None:
    figure = latent_map(pair)
    left, right, bar = figure.axes
    assert left.get_title() == "round 0: 3 demonstrations, success 12 %"
    assert right.get_title() == "round 6: 9 demonstrations, success 96 %"
    assert left.get_xlabel() == "latent principal axis 1" and right.get_ylabel() == "latent principal axis 2"
    assert bar.get_ylabel() == "log10 magnification factor"
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[0] == "demonstrations, first to last"
    assert {"graph edge", "bridge (no data)", "geodesic, start to goal", "fog: no support"} == set(texts[1:])


def test_every_part_of_the_view_is_drawn(pair) -> None:
    axes = latent_map(pair).axes[1]
    heat, fog = axes.images
    assert heat.get_array().shape == (100, 100) and fog.get_array().shape == (100, 100, 4)
    assert fog.get_array()[..., 3].min() == 0.0 and fog.get_array()[..., 3].max() > 0.4
    plain, bridges = axes.collections[:2]
    assert len(plain.get_segments()) == int((~pair[1].bridges).sum())
    assert len(bridges.get_segments()) == int(pair[1].bridges.sum()) == 8
    assert len(axes.lines) == 9 + 3  # a line a demonstration; a geodesic with its two end marks
    colors = {tuple(np.ravel(line.get_color())) for line in axes.lines[:9]}
    assert len(colors) == 9


def test_charts_share_one_color_scale_in_decades(pair) -> None:
    left, right, _ = latent_map(pair).axes
    assert left.images[0].get_clim() == right.images[0].get_clim()
    # log_mf is ln(10) times the first latent coordinate, within [-1.5, 1.5]; the second chart adds 0.5.
    low, high = left.images[0].get_clim()
    assert -2.0 < low < -1.2 and 1.5 < high < 2.5


def test_color_scale_ignores_what_no_data_supports(make_view) -> None:
    view = make_view()
    wild = replace(view, log_mf=lambda p: np.where(np.abs(p[:, 1]) > 1.0, 1e6, p[:, 0]))
    assert latent_map([wild]).axes[0].images[0].get_clim()[1] < 2.0


def test_one_view_two_dimensions_without_graph_and_unmeasured(make_view) -> None:
    view = make_view(1, 0, float("nan"))
    flat = replace(
        view, nodes=view.nodes[:, :2], edges=np.zeros((0, 2), int), bridges=np.zeros(0, bool), geodesics=()
    )
    figure = latent_map([flat])
    assert figure.axes[0].get_title() == "round 0: 1 demonstration, success not measured"
    assert figure.axes[0].get_xlabel() == "latent axis 1"
    assert len(figure.legends[0].get_texts()) == 3
    assert figure_png(figure).startswith(b"\x89PNG")


def test_fields_that_fail_far_away_leave_holes_and_not_errors(make_view) -> None:
    view = replace(
        make_view(),
        log_mf=lambda p: np.where(p[:, 0] > 0.0, p[:, 0], np.nan),
        lack_of_support=lambda p: np.full(len(p), np.nan),
    )
    axes = latent_map([view]).axes[0]
    assert 0 < np.ma.count_masked(axes.images[0].get_array()) < 10_000
    assert axes.images[1].get_array()[..., 3].min() > 0.9


def test_caption_says_how_the_background_is_lifted(pair) -> None:
    caption = latent_map_caption(pair)
    assert "lifted onto the sheet" in caption and " and " in caption and "%" in caption


def test_contradictions_are_refused(make_view) -> None:
    view = make_view()
    with pytest.raises(InputError, match="no view"):
        latent_map([])
    with pytest.raises(InputError, match="groups"):
        replace(view, groups=view.groups[:-1])
    with pytest.raises(InputError, match="bridges"):
        replace(view, bridges=view.bridges[:-1])
    with pytest.raises(InputError, match="outside 0"):
        replace(view, edges=view.edges + 1)
    with pytest.raises(InputError, match="geodesic"):
        replace(view, geodesics=[np.zeros((5, 3))])
    with pytest.raises(InputError, match="log_mf returned shape"):
        latent_map([replace(view, log_mf=lambda p: p)])
