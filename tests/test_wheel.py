"""What is installed is what is here: every module, and the configurations that commands know by name."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ASK = """
from robogeo.config.file import packaged_configs, packaged_studies
from robogeo.reproduction.experiment import EXPERIMENTS
from robogeo.reproduction.settings import settings_file
found = [*packaged_configs().values(), *packaged_studies().values(), *map(settings_file, EXPERIMENTS)]
print("\\n".join(map(str, found)))
"""


@pytest.mark.long
def test_the_wheel_has_every_module_and_finds_its_configurations(tmp_path: Path) -> None:
    pytest.importorskip("build", reason="the extra dev is not installed")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode and "hatchling" in built.stdout + built.stderr:
        pytest.skip("the build backend cannot be downloaded")
    assert not built.returncode, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    modules = {file.relative_to(ROOT) for room in ("robogeo", "envs") for file in (ROOT / room).rglob("*.py")}
    assert len(modules) > 300
    assert [name for name in sorted(modules) if not (tmp_path / "installed" / name).is_file()] == []
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    asked = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, cwd=tmp_path, env=environment, check=True
    )
    found = {Path(line) for line in asked.stdout.split()}
    assert {file.name for file in found} == {
        file.name
        for folder in ("experiments", "reproduce")
        for file in (ROOT / "configs" / folder).glob("*.yaml")
    }
    assert all(file.is_relative_to(tmp_path / "installed") for file in found)
