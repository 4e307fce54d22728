"""The job array of docs/scale.md, run by bash with a stand-in for Slurm's `srun`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from robogeo.study.cells import cells, chosen
from robogeo.study.settings import load_study

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
ARRAY, TOGETHER = "#SBATCH --array", "awk 1"


def block(holding: str) -> str:
    """The block of the page that holds a text."""
    return next(part for part in PAGE.read_text().split("```") if holding in part).partition("\n")[2]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder whose commands say what they were told."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "activate").write_text('PATH="$PWD:$PATH"\n')
    for name, does in (("srun", '"$@"'), ("robogeo", 'printf "%s\\n" "$@"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def run(script: str, here: Path, **variables: str) -> list[str]:
    environment = {"PATH": f"{here}:/usr/bin:/bin", **variables}
    done = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=here, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def test_the_tasks_of_the_array_share_all_cells_among_them(here: Path) -> None:
    config, _ = load_study("study")
    told, folders = [], set()
    for task in range(12):
        variables = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_CPUS_PER_TASK": "8"}
        said = run(block(ARRAY), here, **variables)
        options = dict(zip(said[2::2], said[3::2], strict=True))
        assert said[:2] == ["benchmark", "study"] and options["--workers"] == "8"
        ways, scenes = options["--strategies"].split(","), options["--scenes"].split(",")
        told += chosen(cells(config), contenders=ways, scenes=scenes)
        folders.add(options["--out"])
    assert sorted(cell.key for cell in told) == sorted(cell.key for cell in cells(config))
    assert len(folders) == 12


def test_records_that_were_cut_off_are_not_joined(here: Path) -> None:
    for number, text in enumerate(('{"a": 1}\n{"b"', '{"c": 2}\n')):
        folder = here / "runs" / f"study-{number}"
        folder.mkdir(parents=True)
        (folder / "study_cells.jsonl").write_text(text)
    run(block(TOGETHER), here)
    together = (here / "runs" / "study" / "study_cells.jsonl").read_text()
    assert together.splitlines() == ['{"a": 1}', '{"b"', '{"c": 2}']
