from __future__ import annotations

import io

import pytest

from robogeo import progress as module
from robogeo.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_it_speaks_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with Progress(stream) as progress:
        for second in range(25):
            now[0] = 100.0 + second
            progress("training", second, 25)
    assert stream.getvalue() == "training: 10 of 25\ntraining: 20 of 25\n"


def test_lines_that_stay_count_as_speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    progress = Progress(stream)
    now[0] = 9.0
    progress.say("round 0: done")
    now[0] = 12.0
    progress("training", 1, 2)
    assert stream.getvalue() == "round 0: done\n"


def test_on_a_terminal_a_bar_comes_and_goes() -> None:
    stream = Terminal()
    with Progress(stream) as progress:
        progress("training", 1, 4)
        progress("training", 4, 4)
        progress("evaluating", 0, 2)
        progress.say("round 0: done")
        progress("evaluating", 2, 2)
    text = stream.getvalue()
    assert "training" in text and "evaluating" in text
    # The line that stays begins on a line of its own, and nothing is left behind it at the end.
    assert "\rround 0: done\n" in text
    assert text.endswith("\r")


def test_results_are_not_mixed_with_progress(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().say("working")
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err == "working\n"
