from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The experiment of a second."""
    spec = importlib.util.spec_from_file_location("made_experiment", Path(__file__).with_name("made.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic looks its types up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def here(made: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, where the experiment of a second is the one called pendulum."""
    (tmp_path / "made.yaml").write_text("pairs: 30\nseeds: 2\nquick: {seeds: 1, fit: {steps: 2}}\n")
    monkeypatch.setattr("robogeo.reproduction.running.find_experiment", lambda name: made)
    monkeypatch.setattr("robogeo.reproduction.running.settings_file", lambda name: tmp_path / "made.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path
