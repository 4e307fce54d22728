"""Bad files of formats that need libraries, HDF5 and parquet, are told of in one line like all others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.data.formats import write_data_set
from robogeo.data.formats.library import library
from robogeo.errors import InputError
from tests.attacks.data_sets import Q, changed, good, needs_h5py, needs_pyarrow, refused

JOINTS = "data/demo_1/obs/robot0_joint_pos"


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
        ({"fps": 0}, "fps: 0, expected a positive number"),
        ({"fps": 10**400}, "fps: a huge number, expected a positive number"),
        ({"total_frames": 61}, "holds 60 frames"),
        ({"codebase_version": "v9"}, "codebase_version: 'v9'"),
        ({"features": {}}, "features: no 'observation.state'"),
        ({"features": None}, "features: missing"),
        ({"features": {"observation.state": 3}}, "features: no 'observation.state'"),
    ):
        about.write_text(json.dumps(info | change))
        assert expected in refused(capfd, place)
    about.write_text(json.dumps(info | {"features": {**info["features"], "frame_index": {"names": None}}}))
    assert "'frame_index' numbers the frames" in refused(capfd, place, "--key", "frame_index")
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
