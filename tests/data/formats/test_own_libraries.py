"""The formats' own libraries open what robogeo writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from robogeo.data.data_set import DataSet
from robogeo.data.formats import write_data_set


def test_minari_opens_what_is_written(waves: DataSet, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    minari = pytest.importorskip("minari")
    write_data_set(tmp_path / "waves-v0", waves, "minari")
    opened = minari.MinariDataset(tmp_path / "waves-v0" / "data")
    assert opened.total_episodes == 4 and opened.total_steps == waves.samples - 4
    for shown, episode in zip(waves.demonstrations, opened, strict=True):
        assert np.array_equal(episode.observations, shown.q)
        assert np.array_equal(episode.actions, shown.q[1:])
        assert episode.terminations[-1] and not episode.truncations.any()
        assert opened.observation_space.contains(episode.observations[3])


def test_parquet_holds_what_lerobot_looks_up(waves: DataSet, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_data_set(tmp_path / "waves", waves, "lerobot")
    frames = parquet.read_table(tmp_path / "waves/data/chunk-000/file-000.parquet")
    episodes = parquet.read_table(tmp_path / "waves/meta/episodes/chunk-000/file-000.parquet").to_pylist()
    assert frames.num_rows == waves.samples and len(episodes) == 4
    for row, shown in zip(episodes, waves.demonstrations, strict=True):
        part = frames.slice(row["dataset_from_index"], row["length"])
        assert row["dataset_to_index"] == row["dataset_from_index"] + len(shown.t)
        state = np.array(part["observation.state"].to_pylist())
        assert np.abs(state - shown.q).max() < 1e-6 and row["tasks"] == [shown.note]
        assert np.array_equal(np.array(part["action"].to_pylist())[:-1], state[1:])
        assert np.allclose(row["stats/observation.state/mean"], state.mean(axis=0), atol=1e-6)
        assert set(part["episode_index"].to_pylist()) == {row["episode_index"]}
    info = json.loads((tmp_path / "waves/meta/info.json").read_text())
    assert set(info["features"]) == set(frames.column_names) and info["fps"] == 50


def test_hdf5_holds_what_robomimic_reads(waves: DataSet, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    write_data_set(tmp_path / "waves.hdf5", waves)
    with h5py.File(tmp_path / "waves.hdf5") as file:
        assert file["data"].attrs["total"] == waves.samples
        assert json.loads(file["data"].attrs["env_args"])["env_kwargs"]["control_freq"] == 50.0
        for index, shown in enumerate(waves.demonstrations):
            demo = file[f"data/demo_{index}"]
            assert demo.attrs["num_samples"] == len(demo["actions"]) == len(shown.q)
            assert np.array_equal(demo["obs/robot0_joint_pos"][()], shown.q)
            assert np.array_equal(demo["next_obs/robot0_joint_pos"][:-1], shown.q[1:])
            assert demo["dones"][()].tolist() == [0] * (len(shown.q) - 1) + [1]
