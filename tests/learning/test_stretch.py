from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.learning.learner import Learner
from robogeo.learning.stretch import worst_run, worst_stretch
from robogeo.motion.world import World


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=12))
def test_no_other_run_is_worse(values: list[float]) -> None:
    wrong = np.array(values)
    first, last = worst_run(wrong)
    excess = wrong - wrong.mean()
    sums = [excess[i:j].sum() for i in range(len(wrong)) for j in range(i + 1, len(wrong) + 1)]
    assert 0 <= first < last <= len(wrong)
    assert excess[first:last].sum() == pytest.approx(max(0.0, *sums), abs=1e-9)


def test_a_burst_is_found_and_an_even_way_is_whole() -> None:
    assert worst_run(np.array([0.0, 0.0, 3.0, 2.0, 0.0])) == (2, 4)
    assert worst_run(np.ones(5)) == (0, 5)


@pytest.mark.sim
@pytest.mark.parametrize("kind", ["bridge", "smooth", "cover"])
def test_a_stretch_lies_on_the_geodesic(kind: str, learner: Learner, shelf: World) -> None:
    manifold, request = learner.planner.manifold, shelf.request(5, 1)
    stretch = worst_stretch(manifold, request, kind)
    way = manifold.along(manifold.graph_geodesics(request.start[None], request.goal[None]), 33)[0].double()
    apart = np.abs(way.numpy()[None] - stretch.codes[:, None]).max(axis=2).min(axis=1)
    assert (apart < 1e-6).all() and 2 <= len(stretch.codes) <= 9
    assert stretch.motion.shape == (len(stretch.codes), shelf.dof)
    assert stretch.middle.shape == (shelf.dof,)
