"""Every bad data set is told of in one line with exit status 2: file, episode, field, reason."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import read_data_set, write_data_set
from robogeo.errors import InputError
from tests.attacks.data_sets import Q, T, changed, good, needs_pyarrow, refused

ARRAYS: dict[str, tuple[dict[str, Any], str]] = {
    "mixed joint counts": ({"q_1": Q[:, :2]}, "episode 1: q: 2 joints, the first episode has 3"),
    "NaN": ({"q_1": changed((7, 2), np.nan)}, "episode 1: q: c is nan at sample 7"),
    "infinite": ({"q_1": changed((7, 0), -np.inf)}, "episode 1: q: a is -inf at sample 7"),
    "unsorted time": ({"t_1": T[::-1]}, "episode 1: t: sample 1 at 0.36 s does not follow 0.38 s"),
    "a time twice": ({"t_1": np.maximum(T, 0.1)}, "episode 1: t: sample 1 at 0.1 s does not follow 0.1 s"),
    "a time that is none": ({"t_1": np.where(T > 0.1, np.nan, T)}, "episode 1: t: sample 6 is nan"),
    "teleporting": ({"q_1": changed(slice(7, None), 2.5)}, "episode 1: q: a jumps by"),
    "a whole turn": (
        {"q_1": Q + 2 * np.pi * (T > 0.2)[:, None], "units": np.array("rad")},
        "a whole turn: say that angles are to be unwrapped",
    ),
    "degrees": ({"q_1": np.rad2deg(Q) + 20.0}, "units: not stated, but a value reaches"),
    "empty": ({"q_1": Q[:0], "t_1": T[:0]}, "episode 1: q: empty"),
    "one sample": ({"q_1": Q[:1], "t_1": T[:1]}, "episode 1: q: a single sample"),
    "fewer times": ({"t_1": T[:-1]}, "episode 1: t: (19,) time stamps for 20 samples"),
    "texts": ({"q_1": Q.astype(str)}, "episode 1: q: <U"),
    "a cube": ({"q_1": Q[None]}, "episode 1: q: float64 values of shape (1, 20, 3)"),
    "another rate": ({"rate": np.array(25.0)}, "rate: the file states 25 Hz, the time stamps are 50 Hz"),
    "no rate": ({"rate": np.array(-1.0)}, "rate: expected one positive number"),
    "names too few": ({"joints": np.array(["a", "b"])}, "joints: 2 names for 3 columns"),
    "a name twice": ({"joints": np.array(["a", "b", "a"])}, "joints: 'a' names two columns"),
    "unknown unit": ({"units": np.array("furlong")}, "units: there is no unit 'furlong'"),
    "objects": ({"q_1": np.array([[{}], [{}]], dtype=object)}, "q_1 has type object"),
    "too many joints": ({f"q_{k}": np.zeros((20, 65)) for k in range(3)}, "q: 65 columns, expected 1 to 64"),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_bad_arrays(case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arrays, expected = ARRAYS[case]
    place = tmp_path / "bad.npz"
    members = {f"{name}_{k}": value for k in range(3) for name, value in (("q", Q + 0.1 * k), ("t", T))}
    np.savez(place, **{"joints": np.array(["a", "b", "c"]), **members, **arrays})
    assert expected in refused(capfd, place)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--units", "deg"), "units: said to be deg, but no value goes beyond 1: radians?"),
        (("--units", "ells"), "there is no unit 'ells'; known: rad, deg"),
        (("--units", "rad,rad"), "units: 2 units for 3 columns"),
        (("--rate", "100"), "rate: the option says 100 Hz, the time stamps are 50 Hz"),
        (("--rate", "nan"), "rate: nan Hz"),
        (("--resample", "-5"), "resample: -5"),
        (("--joints", "q1,elbow"), "joints: there is no column 'elbow'; there are q1, q2, q3"),
        (("--joints", "q1,q1"), "joints: a name is given twice"),
        (("--robot", "iiwa"), "joints: 3 columns (q1, q2, q3), the robot has 7 joints"),
        (("--robot", "nobody"), "unknown robot 'nobody'"),
    ],
)
def test_bad_options(
    options: tuple[str, ...], expected: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "good.npz"
    np.savez(place, q_0=Q, t_0=T)
    assert main(["inspect", str(place), *options]) == 2
    said = capfd.readouterr()
    assert expected in said.err and said.err.count("\n") == 1 and said.out == ""


def test_members_that_are_paths(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "bad.npz", q_0=Q, t_0=T)
    with zipfile.ZipFile(tmp_path / "bad.npz", "a") as archive:
        archive.writestr("../../evil.npy", b"x")
    assert "the member '../../evil.npy' is no name of an array" in refused(capfd, tmp_path / "bad.npz")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t,q1,q2\n0,0,0\n0.02,x,0\n", "line 3: 'x' is no number"),
        ("t,q1,q2\n0,0,0\n0.02,0\n", "line 3: 2 values, the header names 3"),
        ("t,q1,q2\n0,0,0\n0.02,0,0,0\n", "line 3: 4 values, the header names 3"),
        ("0,0,0\n0.02,0,0\n", "header: missing; the first line holds numbers"),
        ("t,q1,q2\n", "holds no sample below its header"),
        ("", "header: expected names like"),
        ("t,q1,q1\n0,0,0\n1,0,0\n", "header: 'q1' names two columns"),
        ("t\n0\n1\n", "header: expected names like"),
        ("t [h],q1\n0,0\n1,0\n", "header: time in 'h'"),
        ("t,a [deg],b\n0,0,0\n1,0,0\n", "header: 'b' states no unit, others do"),
        ("q1,q2\n0,0\n1,0\n", "t: the file has neither time stamps nor a rate"),
        ("episode,t,a\n0,0,0\n1,0,0\n0,1,0\n", "episode: the rows of one episode do not follow one another"),
        ("t,q1\n0,nan\n1,0\n", "q: q1 is nan at sample 0"),
        ("t,q1\n0,1e999\n1,0\n", "q: q1 is inf at sample 0"),
    ],
)
def test_bad_tables(text: str, expected: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "bad.csv"
    place.write_text(text)
    assert expected in refused(capfd, place)


def test_places_that_are_none(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "latin.csv").write_bytes(b"t,\xe9\n0,0\n1,0\n")
    for name, expected in (
        ("none", "0 .npz and .csv files in it"),
        ("nothing.npz", "there is no such file or folder"),
        ("a.txt", "unknown ending"),
        ("latin.csv", "not UTF-8 text"),
    ):
        assert expected in refused(capfd, tmp_path / name)


@pytest.mark.parametrize("name", ["set.npz", "set.csv"])
def test_nothing_is_half_written(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("before")
    uneven = DataSet((Demonstration(Q, T**2 + T, "x"),), ("a", "b", "c"))
    for place, kind in (("new", "minari"), ("set.hdf5", "robomimic"), ("l", "lerobot")):
        with pytest.raises(InputError, match=r"is not sampled evenly|is not installed"):
            write_data_set(tmp_path / place, uneven, kind)
    with pytest.raises(InputError, match="there is no writer for"):
        write_data_set(tmp_path / "set.docx", good())
    with pytest.raises(InputError, match="must end in"):
        write_data_set(tmp_path / "set.npz", good(), "csv")
    assert [file.name for file in tmp_path.iterdir()] == [name] and (tmp_path / name).read_text() == "before"


@pytest.mark.parametrize("kind", ["npz", pytest.param("lerobot", marks=needs_pyarrow)])
def test_no_changed_byte_escapes_as_anything_but_an_input_error(kind: str, tmp_path: Path) -> None:
    place = tmp_path / f"set.{kind}"
    write_data_set(place, good(), kind)
    files = [place] if place.is_file() else [file for file in sorted(place.rglob("*")) if file.is_file()]
    generator = np.random.default_rng(0)
    refusals = 0
    for _ in range(60):
        file = files[generator.integers(len(files))]
        content = file.read_bytes()
        damaged = bytearray(content)
        for at in generator.integers(len(content), size=3):
            damaged[at] = generator.integers(256)
        file.write_bytes(damaged)
        try:
            read_data_set(place)
        except InputError as error:
            refusals += 1
            assert "\n" not in str(error)
        file.write_bytes(content)
    assert refusals > 10
    read_data_set(place)
