from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.sampling import has_jitter, resampled, sampled_evenly
from robogeo.data.thinning import Thinning, thinned

RATE = 100.0
WAY = np.linspace(0.0, 1.0, 101)[:, None] * [1.0, -0.5]


def recorded(*parts: np.ndarray) -> DataSet:
    q = np.concatenate(parts)
    return DataSet((Demonstration(q, np.arange(len(q)) / RATE, "x"),), ("a", "b"))


def still(at: np.ndarray, seconds: float) -> np.ndarray:
    return np.repeat(at[None], int(seconds * RATE), axis=0)


@given(st.floats(0.7, 3.0), st.floats(0.7, 3.0), st.floats(0.7, 3.0))
def test_rests_are_cut_and_the_path_stays(before: float, within: float, after: float) -> None:
    data = recorded(still(WAY[0], before), WAY[:50], still(WAY[49], within), WAY[50:], still(WAY[-1], after))
    thin, report = thinned(data)
    (each,) = thin.demonstrations
    assert report.rests == 3 and abs(report.resting[0] - (before + within + after)) < 0.1
    assert abs(each.duration - (1.0 + Thinning().left)) < 0.05
    assert (each.q[0] == WAY[0]).all() and (each.q[-1] == WAY[-1]).all()
    assert abs(each.path_length - data.demonstrations[0].path_length) < 1e-9
    assert report.samples_after == len(each.q) <= 103


def test_a_motion_without_rests_is_not_touched() -> None:
    data = recorded(WAY)
    thin, report = thinned(data)
    assert thin.demonstrations == data.demonstrations and report.rests == report.repeated == 0


def test_short_stops_are_no_rests_but_repeated_samples() -> None:
    thin, report = thinned(recorded(WAY[:50], still(WAY[49], 0.2), WAY[50:]))
    assert report.rests == 0 and report.repeated == 20
    assert thin.demonstrations[0].duration == 1.2  # the time of a stop is kept


def test_what_never_moves_keeps_its_ends() -> None:
    thin, _ = thinned(recorded(still(WAY[0], 4.0)))
    assert len(thin.demonstrations[0].q) == 2


def test_a_recording_that_is_there_twice_is_left_out_once() -> None:
    one, other = (
        Demonstration(WAY, np.arange(101) / RATE, "x"),
        Demonstration(-WAY, np.arange(101) / RATE, "y"),
    )
    thin, report = thinned(DataSet((one, other, one, one), ("a", "b")))
    assert thin.demonstrations == (one, other) and report.twins == ((2, 0), (3, 0))


@given(st.integers(0, 2**32 - 1), st.sampled_from([25.0, 100.0, 333.0]))
def test_resampling_keeps_ends_and_stays_on_the_path(seed: int, rate: float) -> None:
    steps = np.random.default_rng(seed).uniform(0.005, 0.015, 100)
    t = np.concatenate([[0.0], np.cumsum(steps)])
    q, even = sampled_evenly(np.stack([t, -t], axis=1), t, rate)
    assert has_jitter(t, RATE) and not has_jitter(even, rate)
    assert (q[0] == 0.0).all() and q[-1, 0] == t[-1]
    assert np.abs(q[:, 0] - even).max() <= 0.5 / rate + 1e-9 and np.array_equal(q[:, 0], -q[:, 1])


def test_a_rate_is_converted() -> None:
    data = resampled(recorded(WAY), 50.0)
    assert data.rate == 50.0 and len(data.demonstrations[0].q) == 51
    assert np.abs(data.demonstrations[0].q - WAY[::2]).max() < 1e-12
