"""Every bad data set is told of in one line with exit status 2: file, episode, field, reason."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import read_data_set, write_data_set
from robogeo.data.formats.library import library
from robogeo.errors import InputError

needs_h5py = pytest.mark.skipif(importlib.util.find_spec("h5py") is None, reason="h5py is not installed")
needs_pyarrow = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed"
)
JOINTS = "data/demo_1/obs/robot0_joint_pos"
T = np.arange(20) / 50.0
Q = np.stack([np.sin(T), np.cos(T), 0.5 * T], axis=1)


def good() -> DataSet:
    return DataSet(
        tuple(Demonstration(Q + 0.1 * k, T, "person") for k in range(3)), ("a", "b", "c"), rate=50.0
    )


def refused(capfd: pytest.CaptureFixture[str], path: Path, *options: str) -> str:
    """The one line that inspect says, from after the path on; nothing is written."""
    before = sorted(path.parent.rglob("*"))
    out = path.parent / "out"
    assert (
        main(["inspect", str(path), "--out", str(out), "--json", str(path.parent / "x.json"), *options]) == 2
    )
    said = capfd.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and len(said.err) < 700
    assert sorted(path.parent.rglob("*")) == before
    assert said.err.startswith("robogeo: ") and path.name in said.err
    return said.err


def changed(index: Any, value: float) -> np.ndarray:
    q = Q.copy()
    q[index] = value
    return q


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
    "objects": ({"q_1": np.array([[{}], [{}]], dtype=object)}, "q_1: has type object"),
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
        ("", "holds no sample below its header"),
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


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@needs_h5py
@pytest.mark.parametrize("kept", ["half", "nothing", "noise"])
def test_truncated_hdf5(kept: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "bad.hdf5"
    write_data_set(place, good())
    content = place.read_bytes()
    place.write_bytes(
        {"half": content[: len(content) // 2], "nothing": b"", "noise": b"\x89HDF\r\n\x1a\n!"}[kept]
    )
    assert "not a readable HDF5 file" in refused(capfd, place)


def edited(change: Callable[[Any], None], place: Path) -> None:
    import h5py

    with h5py.File(place, "r+") as file:
        change(file)


def soft_link(file: Any) -> None:
    import h5py

    del file[JOINTS]
    file[JOINTS] = h5py.ExternalLink("/etc/passwd", "x")


def replaced(name: str, value: Any) -> Callable[[Any], None]:
    def change(file: Any) -> None:
        del file[name]
        file[name] = value

    return change


def huge(file: Any) -> None:
    del file[JOINTS]
    file["data/demo_1/obs"].create_dataset(
        "robot0_joint_pos", shape=(10**12, 3), chunks=(1000, 3), dtype="f8"
    )


def no_rate(file: Any) -> None:
    del file["data"].attrs["robogeo"]
    file["data"].attrs["env_args"] = "{}"


HDF5: dict[str, tuple[Callable[[Any], None], str]] = {
    "a link out": (soft_link, "robot0_joint_pos: a link to another place, which is not followed"),
    "huge": (huge, "shape (1000000000000, 3)"),
    "texts": (replaced(JOINTS, ["a", "b"]), "object values of shape (2,)"),
    "NaN": (
        replaced(JOINTS, changed((3, 1), np.nan)),
        "episode demo_1: q: b is nan",
    ),
    "empty": (replaced(JOINTS, Q[:0]), "episode demo_1: q: empty"),
    "no joints": (replaced("data/demo_0/obs", Q), "obs: none of robot0_joint_pos"),
    "no demos": (replaced("data", Q), "data: no group demo_0"),
    "no rate": (no_rate, "episode demo_0: t: the file has neither time stamps nor a rate"),
}


@needs_h5py
@pytest.mark.parametrize("case", HDF5)
def test_bad_hdf5(case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    change, expected = HDF5[case]
    place = tmp_path / "bad.hdf5"
    write_data_set(place, good())
    edited(change, place)
    said = refused(capfd, place)
    assert expected in said


@needs_h5py
def test_bad_minari(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "bad-v0"
    write_data_set(place, good(), "minari")
    metadata = json.loads((place / "data/metadata.json").read_text())
    for change, expected in (
        ({"data_format": "arrow"}, "data_format: 'arrow', only hdf5 is read"),
        ({"total_episodes": 5}, "3 episodes, metadata.json promises 5; is it complete?"),
        ({"robogeo": {"joints": 3}}, "robogeo.joints: expected a list of texts"),
    ):
        (place / "data/metadata.json").write_text(json.dumps(metadata | change))
        assert expected in refused(capfd, place)
    (place / "data/metadata.json").write_text("{")
    assert "metadata.json: not JSON" in refused(capfd, place)


@needs_pyarrow
def test_bad_lerobot(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "bad"
    write_data_set(place, good(), "lerobot")
    file, about = place / "data/chunk-000/file-000.parquet", place / "meta/info.json"
    info, content = json.loads(about.read_text()), file.read_bytes()
    for change, expected in (
        ({"fps": 0}, "fps: '0', expected a positive number"),
        ({"total_frames": 61}, "holds 60 frames"),
        ({"codebase_version": "v9"}, "codebase_version: 'v9'"),
        ({"features": {}}, "features: no 'observation.state'"),
        ({"features": None}, "features: missing"),
        ({"features": {"observation.state": 3}}, "features: no 'observation.state'"),
    ):
        about.write_text(json.dumps(info | change))
        assert expected in refused(capfd, place)
    about.write_text(json.dumps(info))
    file.write_bytes(content[: len(content) // 2])
    assert "not a readable parquet file" in refused(capfd, place)
    file.unlink()
    assert "no */*.parquet in it" in refused(capfd, place)


@needs_pyarrow
def test_a_path_in_a_description_is_never_followed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "set"
    write_data_set(place, good(), "lerobot")
    about = place / "meta/info.json"
    info = json.loads(about.read_text())
    about.write_text(json.dumps(info | {"data_path": "../../../etc/{chunk_index.__class__}"}))
    assert main(["inspect", str(place)]) == 0
    assert "lerobot: 3 recordings, 60 samples" in capfd.readouterr().out


def test_a_missing_library_is_one_line() -> None:
    with pytest.raises(InputError, match=r"x.hdf5: needs nosuchlibrary, which is not installed; pip install"):
        library("nosuchlibrary.part", Path("x.hdf5"))


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
