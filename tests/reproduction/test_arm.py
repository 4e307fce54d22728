"""The claims about the arm on runs of seconds, from learners to pictures; what is there is read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robogeo.progress import Silence
from robogeo.reproduction.running import reproduce

pytestmark = [pytest.mark.sim, pytest.mark.timeout(400)]

# Any gap at the end points is closed and any way counts, so that there are examples for all pictures.
BRIEF = """
seeds: 1
changes:
  - rounds=1
  - held_out=4
  - candidates=6
  - "model={hidden: [16, 16], heads: 2}"
  - "training={steps: 150, warm_steps: 60, passes: 0}"
  - motion.correction_limit=10.0
  - "success={margin_m: 0.0, goal_tolerance_m: 0.05, length_ratio: 100.0, abruptness: 1.0e+6}"
"""


@pytest.mark.long
def test_active_arm_runs_and_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "brief.yaml"
    file.write_text(BRIEF)
    monkeypatch.setattr("robogeo.reproduction.running.settings_file", lambda name: file)
    out = tmp_path / "out"
    results = reproduce("active-arm", quick=False, seeds=None, out=out, progress=Silence())
    assert len(results.targets) == 6
    journals = {file: file.read_bytes() for file in out.rglob("journal.jsonl")}
    assert len(journals) == 3
    pictures = sorted(file.name for file in out.rglob("*.png"))
    assert len(pictures) >= 2, pictures
    again = reproduce("active-arm", quick=False, seeds=None, out=out, progress=Silence())
    assert json.dumps(again.targets) == json.dumps(results.targets)
    assert {file: file.read_bytes() for file in out.rglob("journal.jsonl")} == journals
