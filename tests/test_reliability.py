"""The short form of the reliability benchmark: a sample of crash points, random kills and flipped bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "benchmark_reliability.py"


@pytest.mark.sim
@pytest.mark.long
def test_what_is_killed_is_taken_up_to_the_same_bits(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--quick", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "reliability.json").read_bytes())
    assert [target["value"] for target in results["targets"]] == [1.0] * 4
    counted = {row["what"]: row for row in results["rows"]}
    assert counted["durable operations of the session"]["counted"] > 100
    assert counted["random kills"]["kills"] >= 4
