from __future__ import annotations

import numpy as np
import pytest

from robogeo.errors import InputError
from robogeo.report import (
    joint_curves,
    learning_curve,
    query_parts,
    reliability_diagram,
    success_by_place,
)

DOF = 7
LIMITS = {
    "lower": -np.full(DOF, 2.0),
    "upper": np.full(DOF, 2.0),
    "velocity": np.full(DOF, 1.5),
    "acceleration": np.full(DOF, 5.0),
    "jerk": np.full(DOF, 50.0),
}
NAMES = [f"joint_{index}" for index in range(1, DOF + 1)]


def _motion() -> tuple[np.ndarray, ...]:
    t = np.linspace(0.0, 2.0, 50)
    phase = t[:, None] + np.arange(DOF)
    return t, np.sin(phase), np.cos(phase), -np.sin(phase), -np.cos(phase)


def _legend(figure) -> list[str]:
    legend = figure.legends[0] if figure.legends else figure.axes[0].get_legend()
    return [text.get_text() for text in legend.get_texts()]


def test_learning_curve_says_when_each_reaches_the_target() -> None:
    n = np.array([3, 4, 5, 6])
    curves = {
        "combined": (n, [0.1, 0.5, 27 / 30, 1.0], [0.0, 0.3, 0.8, 0.9], [0.2, 0.7, 1.0, 1.0]),
        "random": (n, [0.1, 0.2, 0.3, 0.4]),
    }
    figure = learning_curve(curves, target=0.9)
    axes = figure.axes[0]
    assert _legend(figure) == ["combined (90 % at 5)", "random (90 % not reached)"]
    assert len(axes.lines) == 3 and len(axes.collections) == 1
    assert axes.get_xlabel() == "demonstrations given" and axes.get_ylim()[0] == 0.0
    assert axes.yaxis.get_major_formatter()(0.4) == "40 %"
    assert axes.lines[1].get_color() != axes.lines[2].get_color()
    assert axes.lines[1].get_marker() != axes.lines[2].get_marker()


def test_learning_curve_without_target() -> None:
    figure = learning_curve({"combined": ([3], [0.5])}, target=None)
    assert _legend(figure) == ["combined"] and len(figure.axes[0].lines) == 1


@pytest.mark.parametrize("curve", [([1, 2], [0.5]), ([], []), ([1],), ([1], [0.1], [0.0]), ([[1]], [[1]])])
def test_learning_curve_refuses_unequal_arrays(curve) -> None:
    with pytest.raises(InputError, match="learning curve 'x'"):
        learning_curve({"x": curve})
    with pytest.raises(InputError, match="no curve"):
        learning_curve({})


def _query(round: int, **parts: float) -> dict:
    return {
        "round": round,
        "name": "shelf-2-1 to home",
        "kind": "cover",
        "score": sum(parts.values()),
        "parts": parts,
    }


def test_query_parts_stack_to_the_score_from_the_first_round_down() -> None:
    figure = query_parts(
        [_query(1, gap=0.5, support=1.0), _query(2, gap=0.25, noise=0.5), _query(3, gap=-0.2, noise=0.3)]
    )
    axes = figure.axes[0]
    bars = np.array([[(b.get_x(), b.get_width()) for b in part] for part in axes.containers])
    assert _legend(figure) == ["gap", "support", "noise"]
    np.testing.assert_allclose(bars[1, 0], [0.5, 1.0])  # the second part begins where the first ends
    np.testing.assert_allclose(bars[2, 1], [0.25, 0.5])
    np.testing.assert_allclose(bars[0, 2], [0.0, -0.2])  # a negative part goes left and moves nothing else
    np.testing.assert_allclose(bars[2, 2], [0.0, 0.3])
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "round 1   shelf-2-1 to home   (cover)" and len(labels) == 3
    assert axes.yaxis_inverted() and "rad" in axes.get_xlabel()
    assert [text.get_text() for text in axes.texts] == ["1.50", "0.75", "0.10"]


def test_query_parts_refuses_missing_fields_and_nan() -> None:
    broken = _query(1, gap=0.5)
    del broken["kind"]
    with pytest.raises(InputError, match="lacks 'kind'"):
        query_parts([broken])
    with pytest.raises(InputError, match="'gap' of query 0"):
        query_parts([_query(1, gap=float("nan"))])
    with pytest.raises(InputError, match="no query"):
        query_parts([])


def test_joint_curves_in_degrees_and_shares_of_the_limit() -> None:
    t, q, qd, qdd, qddd = _motion()
    figure = joint_curves(t, q, qd, qdd, qddd, limits=LIMITS, joint_names=NAMES)
    curves, ranges = figure.axes[::2], figure.axes[1::2]
    assert [axes.get_ylabel().split("\n")[0] for axes in curves] == [
        "position (deg)",
        "velocity",
        "acceleration",
        "jerk",
    ]
    np.testing.assert_allclose(curves[0].lines[2].get_ydata(), np.degrees(q[:, 2]))
    np.testing.assert_allclose(curves[1].lines[3].get_ydata(), qd[:, 3] / 1.5)
    assert [line.get_ydata()[0] for line in curves[1].lines[DOF:]] == [1.0, -1.0]
    assert curves[-1].get_xlabel() == "time (s)" and curves[1].yaxis.get_major_formatter()(-0.5) == "−50 %"
    assert _legend(figure) == [*NAMES, "limit"]
    used = ranges[1].containers[0][3]
    np.testing.assert_allclose(
        [used.get_y(), used.get_height()], [qd[:, 3].min() / 1.5, np.ptp(qd[:, 3]) / 1.5]
    )
    allowed = ranges[0].containers[0][0]
    assert allowed.get_y() == pytest.approx(np.degrees(-2.0)) and ranges[0].get_ylim()[0] < np.degrees(-2.0)


def test_joint_curves_without_jerk_show_a_broken_limit() -> None:
    t, q, qd, qdd, _ = _motion()
    unlimited = LIMITS | {"lower": -np.full(DOF, np.inf), "upper": np.full(DOF, np.inf)}
    figure = joint_curves(t, q, 4.5 * qd, qdd, limits=unlimited, joint_names=list("abcdefg"))
    assert len(figure.axes) == 6
    assert figure.axes[2].get_ylim()[1] > np.abs(4.5 * qd / 1.5).max() > 1.0
    assert _legend(figure)[0] == "1: a"


def test_joint_curves_refuse_what_does_not_fit() -> None:
    t, q, qd, qdd, qddd = _motion()
    with pytest.raises(InputError, match="velocity has shape"):
        joint_curves(t, q, qd[:-1], qdd, limits=LIMITS, joint_names=NAMES)
    with pytest.raises(InputError, match="lack 'jerk'"):
        few = {name: value for name, value in LIMITS.items() if name != "jerk"}
        joint_curves(t, q, qd, qdd, qddd, limits=few, joint_names=NAMES)
    with pytest.raises(InputError, match="must be positive"):
        joint_curves(t, q, qd, qdd, limits=LIMITS | {"velocity": np.zeros(DOF)}, joint_names=NAMES)


def test_success_by_place_writes_rates_and_leaves_untried_pairs_blank() -> None:
    before = np.array([[np.nan, 0.125], [0.0, np.nan]])
    after = np.array([[np.nan, 1.0], [0.97, np.nan]])
    figure = success_by_place(["home", "shelf"], before, after)
    left, right, bar = figure.axes
    assert [text.get_text() for text in right.texts] == ["–", "100", "97", "–"]
    assert np.ma.count_masked(left.images[0].get_array()) == 2
    assert left.images[0].get_clim() == right.images[0].get_clim() == (0.0, 1.0)
    assert (left.get_title(), right.get_title()) == ("before", "after")
    assert (left.get_ylabel(), left.get_xlabel(), bar.get_ylabel()) == ("start", "goal", "success")


@pytest.mark.parametrize("bad", [np.zeros((2, 3)), np.full((2, 2), 1.2), np.full((2, 2), -0.1)])
def test_success_by_place_refuses_other_shapes_and_rates(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="success by place: 'after'"):
        success_by_place(["a", "b"], np.zeros((2, 2)), bad)


def test_reliability_is_drawn_beside_the_diagonal_with_the_counts() -> None:
    bins = [
        {"predicted": 0.1, "observed": 0.0, "count": 90},
        {"predicted": 0.9, "observed": 0.8, "count": 10},
    ]
    (axes,) = reliability_diagram(bins).axes
    diagonal, line = axes.lines
    assert diagonal.get_xydata().tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert line.get_xydata().tolist() == [[0.1, 0.0], [0.9, 0.8]]
    assert [text.get_text() for text in axes.texts] == ["90", "10"]
    few, many = sorted(axes.collections[0].get_sizes())
    assert many > few > 0.0


def test_reliability_refuses_nothing() -> None:
    with pytest.raises(InputError, match="no bin"):
        reliability_diagram([])
