from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.data.storage import save_demonstration
from robogeo.errors import InputError
from robogeo.learning import file_oracle as module
from robogeo.learning.answers import Failure
from robogeo.learning.file_oracle import FileOracle
from robogeo.motion.request import Refusal
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


def test_a_person_answers_while_it_waits(
    shelf: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = shelf.request(3, 0)
    prepared = Demonstration(np.linspace(request.start, request.goal, 9), np.arange(9.0), "a person")
    save_demonstration(tmp_path / "prepared.npz", prepared)

    def sleep(_: float) -> None:
        asked = json.loads((tmp_path / "query.json").read_text())
        assert asked["start"] == request.start.tolist() and asked["robot"] == "iiwa"
        shutil.copy(tmp_path / "prepared.npz", tmp_path / "answer.npz")

    monkeypatch.setattr(module.time, "sleep", sleep)
    assert FileOracle(tmp_path, shelf).demonstrate(request, 0) == prepared
    assert not (tmp_path / "answer.npz").exists()  # the next question does not take it for its answer
    monkeypatch.setattr(module.time, "sleep", None)  # a run taken up again has it without waiting
    assert FileOracle(tmp_path, shelf).demonstrate(request, 0) == prepared
    other = FileOracle(tmp_path, shelf, patience=0.0).demonstrate(shelf.request(3, 1), 0)
    assert other == Failure("nobody answered within 0 s")


def test_a_refusal_is_read_and_rubbish_is_told(shelf: World, tmp_path: Path) -> None:
    oracle = FileOracle(tmp_path / "new" / "folder", shelf, patience=0.0)
    assert isinstance(oracle.demonstrate(shelf.request(3, 0), 0), Failure)
    refusal = tmp_path / "new" / "folder" / "refusal.json"
    refusal.write_text("no")
    with pytest.raises(InputError, match=r"refusal\.json: not JSON"):
        oracle.demonstrate(shelf.request(3, 0), 0)
    refusal.write_text('{"refusal": "no"}')
    assert oracle.demonstrate(shelf.request(3, 0), 0) == Refusal("refused", "no")
