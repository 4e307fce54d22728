from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from robogeo.parallel.one_thread import THREAD_VARIABLES
from tests.test_resuming import assert_same


@pytest.mark.sim
@pytest.mark.long
def test_a_run_has_the_same_bits_whatever_number_of_threads_the_environment_names(
    finished: Path, tiny_file: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "robogeo.cli", "learn", str(tiny_file), "--out", str(tmp_path / "run")]
    subprocess.run(command, env={**os.environ, **dict.fromkeys(THREAD_VARIABLES, "2")}, check=True)
    assert_same(finished, tmp_path / "run")
