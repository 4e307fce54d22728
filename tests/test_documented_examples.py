"""What documents show is run: Python blocks in the order of their page, and commands as far as parsing."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo import cli
from robogeo.cli import main
from robogeo.commands import options
from robogeo.config import ExperimentConfig, load_config
from robogeo.config import file as config_file
from robogeo.data.demonstrations import Demonstration
from robogeo.learning.journal import read_events
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategies.registry import GROUP
from robogeo.reproduction.experiment import EXPERIMENTS
from robogeo.study.settings import load_study

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ASKING = ROOT / "docs" / "active-learning.md"
DATA = ROOT / "docs" / "your-data.md"
# A Python block, and the plain block that follows it with nothing between: what it prints.
_PYTHON = re.compile(r"^```python\n(.*?)^```\n(?:\n```\n([^$].*?)^```\n)?", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(?:bash)?\n(.*?)^```\n|^((?: {4}.*\n)+)", re.MULTILINE | re.DOTALL)
# A configuration that a page has the reader write, by its name.
_WRITTEN = re.compile(r"`(\w+\.yaml)`[^\n]*:\n\n```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\s*(?:\$ )?robogeo ([a-z].*)$", re.MULTILINE)


def python_blocks(page: Path) -> list[tuple[str, str]]:
    """Each Python block of a page, and what the page says that it prints; nothing where it says nothing."""
    return _PYTHON.findall(page.read_text())


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of every ``robogeo`` that is typed in a block of a page."""
    for fenced, indented in _BLOCK.findall(page.read_text()):
        for line in _COMMAND.findall((fenced or indented).replace("\\\n", " ")):
            yield shlex.split(line, comments=True)


@pytest.fixture
def here(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a finished run in runs/mine."""
    shutil.copytree(finished, tmp_path / "runs" / "mine")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.sim
def test_the_blocks_about_asking_run(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "runs/mine"]) == 0
    monkeypatch.setattr("sys.argv", ["show.py", "runs/mine/queries/q1-0.json"])
    capsys.readouterr()
    promised = 0
    for block, said in python_blocks(ASKING):
        exec(compile(block, str(ASKING), "exec"), {})
        printed = capsys.readouterr().out
        assert not said or printed == said
        promised += bool(said)
    assert promised == 1
    assert main(["tell", "runs/mine", "q1-0", "recording.npz"]) == 0
    assert "q1-0: answered" in capsys.readouterr().out
    asked = [event for event in read_events(here / "runs/mine/journal.jsonl") if event["event"] == "ask"]
    assert [event["query"]["id"] for event in asked[-3:]] == ["q1-0", "q1-1", "q1-2"]  # two by one's own


def test_the_blocks_about_data_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for needed in ("h5py", "pyarrow"):
        pytest.importorskip(needed, reason="pip install 'robogeo[formats]'")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    promised = 0
    for block, said in python_blocks(DATA):
        exec(compile(block, str(DATA), "exec"), names)
        assert capsys.readouterr().out == said
        promised += bool(said)
    assert promised == 7


@pytest.mark.sim
def test_the_learner_of_the_readme_runs(
    tiny: ExperimentConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config_file, "load_config", lambda name: tiny)

    def show_me(start: np.ndarray, goal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.linspace(start, goal, 20), np.linspace(0.0, 2.0, 20)

    recordings = [show_me(np.full(7, -0.2), np.full(7, 0.1 * k)) for k in (1, 3)]
    names: dict[str, Any] = {"my_recordings": recordings, "show_me": show_me}
    ((block, _),) = python_blocks(ROOT / "README.md")
    exec(compile(block, "README.md", "exec"), names)
    learner = names["learner"]
    assert learner.rounds == 2 and len(learner.demonstrations) == 4 and not learner.pending
    assert all(isinstance(shown, Demonstration) for shown in learner.demonstrations)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_documents_are_understood(
    page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    understood: list[Any] = []
    monkeypatch.setattr(cli, "_run", understood.append)
    monkeypatch.chdir(ROOT)
    typed = list(commands(page))
    for arguments in typed:
        assert main(arguments) == 0, f"robogeo {shlex.join(arguments)}"
    assert len(understood) == len(typed)
    written = dict(_WRITTEN.findall(page.read_text()))
    for name, content in written.items():
        (tmp_path / name).write_text(content)
    for command in understood:
        if isinstance(command, options.Learn) and Path(command.config).suffix in ("", ".yaml"):
            config = tmp_path / command.config if command.config in written else command.config
            assert load_config(config, command.set).strategy in STRATEGIES
        if isinstance(command, options.Benchmark):
            load_study(command.config)
        if isinstance(command, options.Reproduce):
            assert command.name in EXPERIMENTS


def test_every_page_with_commands_was_read() -> None:
    counts = {page.name: sum(1 for _ in commands(page)) for page in PAGES}
    assert counts["README.md"] >= 5 and counts["active-learning.md"] >= 9 and counts["study.md"] >= 3


def test_the_page_tells_of_every_strategy() -> None:
    text = ASKING.read_text()
    table = text.split("## Strategies")[1].split("###")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(STRATEGIES)
    assert f'[project.entry-points."{GROUP}"]' in text


def test_a_strategy_of_ones_own_takes_fifteen_lines_at_most() -> None:
    (block,) = (block for block, _ in python_blocks(ASKING) if "check_strategy" in block)
    assert len([line for line in block.splitlines() if line.strip()]) <= 15
