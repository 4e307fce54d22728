"""What is compared between machines before a cluster is given work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from robogeo.parallel.versions import difference, versions


@pytest.fixture
def offering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed module that offers a scene; nothing else lies in its digest."""
    about = tmp_path / "scenes_compared-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: scenes-compared\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[robogeo.scenes]\nOverBeam = scenes_compared:OverBeam\n")
    (tmp_path / "scenes_compared.py").write_text("class OverBeam: ...\n")
    (tmp_path / "elsewhere.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    versions.cache_clear()
    yield tmp_path
    versions.cache_clear()


def test_equal_machines_differ_in_nothing() -> None:
    here = versions()
    versions.cache_clear()
    assert difference(versions(), here) is None
    assert "missing" not in here.values()
    assert {"Python", "torch", "sources of robogeo", "sources of envs"} <= set(versions())


def test_a_machine_without_the_package_of_a_scene_is_told_apart(offering: Path) -> None:
    here = versions()
    without = {name: value for name, value in here.items() if name != "sources of scenes_compared"}
    found = difference(without, here)
    assert found is not None
    assert found.startswith("sources of scenes_compared missing there, ")


def test_other_sources_of_an_offered_scene_are_seen(offering: Path) -> None:
    before = versions()
    (offering / "elsewhere.py").write_text("1")
    versions.cache_clear()
    assert versions() == before
    (offering / "scenes_compared.py").write_text("class OverBeam: 1\n")
    versions.cache_clear()
    assert list(difference(before, versions()).split())[:3] == ["sources", "of", "scenes_compared"]
