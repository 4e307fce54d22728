from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from robogeo.errors import InputError, StrategyError
from robogeo.learning.strategies import STRATEGIES, Candidates, find_strategy, registry, strategies_found
from robogeo.learning.strategy_check import made_up_candidates


def install(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str, name: str = "mine") -> None:
    """Install a package's strategy for one test."""
    (folder / "their_strategies.py").write_text(code)
    monkeypatch.syspath_prepend(folder)
    entry = EntryPoint(name, "their_strategies:strategy", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == registry.GROUP else [])
    monkeypatch.delitem(__import__("sys").modules, "their_strategies", raising=False)


def test_an_unknown_strategy_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"unknown strategy 'best'; known: combined, random"):
        find_strategy("best")


def test_every_strategy_says_what_it_does_and_where_it_comes_from() -> None:
    for name, line in strategies_found().items():
        assert 20 < len(line) < 120 and "\n" not in line, name
    for name in set(STRATEGIES) - {"combined", "random", "farthest_latent"}:
        assert re.search(r"\d{4}", STRATEGIES[name].__doc__ or ""), name


def test_an_installed_strategy_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path, "def strategy(candidates):\n    return -candidates.scores.gap\n")
    some = made_up_candidates()
    np.testing.assert_array_equal(find_strategy("mine")(some), -some.scores.gap)
    assert strategies_found()["mine"] == "installed: their_strategies:strategy"


def test_an_installed_strategy_cannot_take_a_name_of_robogeo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "strategy = None\n", "combined")
    assert find_strategy("combined") is STRATEGIES["combined"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("nothing = 1", "cannot be loaded: AttributeError"),
        ("strategy = 3", "cannot be called"),
    ],
)
def test_a_bad_installed_strategy_is_told_in_one_line(
    code: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, code)
    with pytest.raises(InputError, match=rf"'mine' \(their_strategies:strategy\) {reason}"):
        find_strategy("mine")


def test_utilities_of_a_failing_strategy_are_an_error_in_one_line() -> None:
    def fails(candidates: Candidates) -> np.ndarray:
        raise ValueError("no idea")

    with pytest.raises(StrategyError, match="strategy fails: failed with ValueError: no idea"):
        registry.utilities(fails, made_up_candidates())
