from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from robogeo.report.style import cool_scale
from robogeo.viewer.card import ASPECTS, curves_card, map_card
from robogeo.viewer.latent_map import LAYERS, LatentMap
from robogeo.viewer.layer_colors import colors_of, scale_of, steps_of_scale
from robogeo.viewer.route import Film
from robogeo.viewer.session import Session

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def chart(session: Session) -> LatentMap:
    return LatentMap(session.map.charted, cells=24)


def test_a_point_of_the_map_is_its_codes_shadow(chart: LatentMap) -> None:
    left, right, bottom, top = chart.extent
    for share in (0.1, 0.5, 0.8):
        x, y = left + share * (right - left), bottom + (1.0 - share) * (top - bottom)
        z = chart.code_at(x, y)
        lifted = chart.projection.lift(np.array([[x, y]]))[0]
        assert np.array_equal(z, lifted)
    on_node = chart.code_at(*chart.projection.plane_nodes[5])
    assert np.allclose(on_node, chart.nodes[5], atol=1e-4)


def test_layers_are_what_the_model_says_of_the_codes(chart: LatentMap, session: Session) -> None:
    x, y = np.linspace(*chart.extent[:2], 24)[7], np.linspace(*chart.extent[2:], 24)[13]
    z = torch.as_tensor(chart.code_at(x, y), dtype=torch.float32)[None]
    manifold = session.manifold
    expected = {
        "magnification": float(manifold.decoder_metric.log_magnification_factor(z)[0]) / np.log(10.0),
        "uncertainty": float(np.sqrt(manifold.heads(z.numpy()).var(axis=1).sum())),
        "support": 1.0 - float(manifold.support.lack(z)[0]),
    }
    for name in LAYERS:
        layer = chart.layer(name)
        assert layer.values.shape == (24, 24)
        assert layer.values[13, 7] == pytest.approx(expected[name], rel=1e-4, abs=1e-5)
        assert layer.limits[0] < layer.limits[1]
        assert chart.layer(name) is layer


def test_nodes_are_supported_and_the_corners_are_in_fog(chart: LatentMap) -> None:
    assert chart.at_nodes("support").min() > 0.99
    assert chart.lack.max() > 0.9


def test_the_plane_says_what_it_leaves_out(chart: LatentMap) -> None:
    assert f"{chart.projection.explained:.0%}" in chart.said and "4 dimensions" in chart.said
    assert chart.axis_names == ("latent principal axis 1", "latent principal axis 2")
    assert np.allclose(chart.cloud[:, :2], chart.projection.plane_nodes)
    assert chart.cloud[:, 2].std() > 0.0
    assert abs(chart.cloud[:, 2] @ chart.cloud[:, 0]) < 1e-6 * np.linalg.norm(chart.cloud[:, 0]) ** 2


def test_a_place_on_the_card_is_the_point_it_shows(chart: LatentMap) -> None:
    card = map_card(chart, "support", demonstrations=True, graph=True)
    panel = card.panels[0]
    points = chart.projection.plane_nodes[:7]
    shares = panel.on_card(points)
    assert ((shares > 0.0) & (shares < 1.0)).all()
    for share, point in zip(shares, points, strict=True):
        back = panel.at(share)
        assert back is not None and np.allclose(back, point)
    assert panel.at(np.array([0.001, 0.5])) is None
    assert card.image.dtype == np.uint8 and len(card.panels) == 1
    assert card.image.shape[0] / card.image.shape[1] == pytest.approx(ASPECTS[0], abs=2e-3)


def test_the_picture_has_its_axes_where_the_card_says(chart: LatentMap) -> None:
    plain = map_card(chart, "support", demonstrations=False, graph=False)
    marked = map_card(chart, "support", demonstrations=True, graph=False)
    changed = (plain.image != marked.image).any(axis=2)
    height, width = changed.shape
    rows, columns = np.nonzero(changed)
    left, bottom, box_width, box_height = plain.panels[0].box
    assert columns.min() >= left * width - 1 and columns.max() <= (left + box_width) * width + 1
    assert rows.min() >= (1 - bottom - box_height) * height - 1 and rows.max() <= (1 - bottom) * height + 1


def test_colours_are_the_reports_under_fog(chart: LatentMap) -> None:
    dark, light = cool_scale()([1.0, 0.0])[:, :3]
    for name in LAYERS:
        layer = chart.layer(name)
        low, high = layer.limits
        values = np.array([low, high, high + 1.0, np.nan, -np.inf])
        assert np.allclose(colors_of(layer, values, np.zeros(5)), [light, dark, dark, light, light])
        hidden = colors_of(layer, values, np.ones(5))
        seen = [light, dark, dark, light, light]
        assert np.allclose(hidden, seen) if name == "support" else (hidden > 0.96).all()
    layer = chart.layer("magnification")
    assert to_hex(scale_of(layer).to_rgba(layer.limits[1])) == steps_of_scale()[-1] == to_hex(dark)


def test_curves_of_a_refused_motion_say_so() -> None:
    t = np.linspace(0.0, 3.0, 20)
    unknown = np.full(20, np.nan)
    card = curves_card(
        Film(t, np.zeros((20, 7)), unknown, unknown, np.full(20, 0.05)), 0.005, "a to b: refused"
    )
    timed = curves_card(
        Film(t, np.zeros((20, 7)), t / 3.0, t / 9.0, np.full(20, 0.05)), 0.005, "a to b: refused"
    )
    assert len(card.panels) == len(timed.panels) == 2
    assert card.image.shape[0] / card.image.shape[1] == pytest.approx(ASPECTS[1], abs=2e-3)
    assert card.panels[1].extent[:2] == (0.0, 3.0)
    assert (card.image != timed.image).any()
