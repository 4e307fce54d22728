"""What is written comes back: numbers bit for bit where the format can, names, units, rate and notes."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import WRITERS, format_of, read_data_set, write_data_set
from robogeo.data.formats.npz import data_set_in, npz_of

NEEDS = {"lerobot": "pyarrow", "robomimic": "h5py", "minari": "h5py"}
PLACES = {
    "npz": "set.npz",
    "csv": "set.csv",
    "lerobot": "lerobot",
    "robomimic": "set.hdf5",
    "minari": "minari-v0",
}
FORMATS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None,
            reason=f"{NEEDS.get(name)} is not installed; pip install 'robogeo[formats]'",
        ),
    )
    for name in WRITERS
]
ANGLES = st.floats(-3.0, 3.0)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NAMES = st.text("abcxyz_0123456789 é", min_size=1, max_size=10).filter(lambda name: name.strip() == name)


@st.composite
def data_sets(draw: st.DrawFn) -> DataSet:
    """Small data sets of any names, units, rates and lengths, with motions slow enough to be no jumps."""
    dof = draw(st.integers(1, 4))
    rate = draw(st.sampled_from([10.0, 30.0, 50.0, 333.3, 1000.0]))
    shown = []
    for _ in range(draw(st.integers(1, 3))):
        ends = np.array(draw(st.lists(st.tuples(ANGLES, ANGLES), min_size=dof, max_size=dof)))
        samples = draw(st.integers(2, 12))
        way = np.linspace(0.0, 0.01, samples)[:, None]
        q = ends[:, 0] + way * (ends[:, 1] - ends[:, 0])
        shown.append(Demonstration(q, np.arange(samples) / rate, draw(TEXTS), draw(TEXTS)))
    names = draw(st.lists(NAMES, min_size=dof, max_size=dof, unique=True))
    units = draw(st.lists(st.sampled_from(["rad", "m", "1"]), min_size=dof, max_size=dof))
    return DataSet(tuple(shown), tuple(names), tuple(units), rate)


@settings(max_examples=50)
@given(data=data_sets(), remarks=st.lists(TEXTS, max_size=2), robot=TEXTS, jump=st.floats(0.0, 50.0))
def test_npz_holds_a_data_set_whole_whatever_a_reader_would_say_of_it(
    data: DataSet, remarks: list[str], robot: str, jump: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What a run keeps is not judged again: samples may repeat, and coordinates of a tool are no angles."""
    first, *others = data.demonstrations
    steps = np.vstack([first.q, first.q[-1:], first.q[-1:] + jump])
    first = replace(first, q=steps, t=np.arange(len(steps)) / data.rate)
    facts = {"robot": robot} if robot else {}
    data = replace(data, demonstrations=(first, *others), remarks=tuple(remarks), facts=facts)
    file = tmp_path_factory.mktemp("whole") / "set.npz"
    file.write_bytes(npz_of(data))
    back = data_set_in(file)
    assert npz_of(back) == file.read_bytes()
    assert (back.joints, back.units, back.rate) == (data.joints, data.units, data.rate)
    assert (back.remarks, back.facts) == (data.remarks, data.facts)
    np.testing.assert_array_equal(back.demonstrations[0].q, steps)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25)
@given(data=data_sets())
def test_what_is_written_comes_back(
    name: str, data: DataSet, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("trip") / PLACES[name]
    write_data_set(place, data, name)
    again = read_data_set(place)
    assert again.format == name == format_of(place)
    assert (again.joints, again.units) == (data.joints, data.units)
    assert again.rate == pytest.approx(data.rate, rel=1e-6) and len(again.demonstrations) == len(
        data.demonstrations
    )
    for back, kept in zip(again.demonstrations, data.demonstrations, strict=True):
        if name == "lerobot":
            assert np.abs(back.q - kept.q).max() <= 1e-6
        else:
            assert back.q.tobytes() == kept.q.tobytes()
        assert np.abs(back.t - kept.t).max() <= 1e-9
        if name in ("npz", "robomimic", "minari") and kept.source:
            assert back.source == kept.source
        if name != "csv":
            assert back.note == kept.note
