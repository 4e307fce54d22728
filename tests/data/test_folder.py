"""Where data sets are looked for."""

from __future__ import annotations

from robogeo.data.folder import data_folder, data_sets


def test_named_folder_wins_and_lists_its_folders(tmp_path, monkeypatch):
    (tmp_path / "fashion_mnist").mkdir()
    (tmp_path / "a_file").touch()
    monkeypatch.setenv("ROBOGEO_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    assert data_sets() == ["fashion_mnist"]


def test_cache_is_the_fallback_and_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.delenv("ROBOGEO_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "robogeo" / "data"
    assert data_sets() == []
