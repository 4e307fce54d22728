from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from robogeo.evaluation.results import Results
from robogeo.motion.request import Refusal
from robogeo.reproduction.arm import experiment as active_arm
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.pendulum import active as active_pendulum
from robogeo.reproduction.pendulum import swings
from robogeo.reproduction.pendulum.swings import Swing


def made_swing(abruptness: float, peak: float, queries: list[str]) -> Swing:
    """A swing through half a turn."""
    pictures, angles = np.zeros((64, 256)), np.linspace(0.0, 180.0, 64)
    others = abruptness + np.arange(5.0)
    return Swing(queries, pictures, angles, np.full(64, np.log10(peak)), abruptness, others, others + 9.0)


def test_the_pendulum_is_compared_before_and_after_asking(tmp_path: Path) -> None:
    before, after = made_swing(40.0, 8.0, []), made_swing(2.0, 2.0, ["bridge: down to up"])
    record = {
        name: active_pendulum._plain(swing)
        for name, swing in ((active_pendulum.BEFORE, before), (active_pendulum.AFTER, after))
    }
    settings = active_pendulum.SETTINGS()
    rows = active_pendulum.measures(settings, [record])
    first = {name: reached.mean.value for name, reached in rows[0].reached.items()}
    assert first == {"before asking": 42.0, "after asking": 4.0, "straight line, after asking": 13.0}
    results = Results("x", "x")
    active_pendulum.targets(settings, [record], rows, results)
    assert [target["met"] for target in results.targets] == [True, True, True]
    (picture,) = active_pendulum.draw(settings, [record], [Kept(tmp_path, 0)])
    assert len(picture.figure.subfigs) == 3
    assert "bridge: down to up" in active_pendulum.words(settings, [record])
    assert replace(before, queries=[]).largest_step == pytest.approx(180.0 / 63)


@pytest.mark.parametrize(("most", "rough", "pictures"), [(0, 9, 1), (2, 9, 3), (2, 1, 2)])
def test_a_swing_is_looked_at_after_every_question_and_none_is_asked_in_vain(
    most: int, rough: int, pictures: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Asking:
        """Stands for a learner, whose swing is rough until so many questions were answered."""

        def __init__(self, *_: object) -> None:
            pass

        def attach(self, demonstration: object) -> None:
            pass

        def update(self) -> None:
            pass

        def ask(self, n: int) -> list[Any]:
            asked.append("asked")
            return [SimpleNamespace(id="q", kind="cover", request=SimpleNamespace(name="up to down"))]

        def tell(self, *_: object) -> None:
            pass

    monkeypatch.setattr(swings, "Learner", Asking)
    monkeypatch.setattr(swings.SimulatedOracle, "demonstrate", lambda *_: Refusal("no", "no"))
    monkeypatch.setattr(
        swings, "_seen", lambda _, names, seed: made_swing(40.0 if len(names) < rough else 2.0, 1.0, names)
    )
    found = swings.measure(0, tmp_path / "run", most)
    assert [len(swing.queries) for swing in found] == list(range(pictures))
    assert len(asked) == pictures - 1


def made_record(after: str) -> dict[str, Any]:
    """Requests between two places of each scene, of which one was shown; after asking `after` fails."""
    rows = []
    for method in ("before asking", "after asking", "joint line", "latent line"):
        for goal in ("table far", "shelf left"):
            failed = "" if method == "after asking" and goal != after else "abrupt"
            rows.append(
                {
                    "method": method,
                    "start": "table near",
                    "goal": goal,
                    "failure": failed,
                    "refused": False,
                    "collision": method == "joint line",
                    "abruptness": 2.0 if method == "after asking" else 20.0,
                }
            )
    run = {"records": rows, "demonstrated": [["table near", "table far"]]}
    return dict.fromkeys(("ShelfReach", "TwoSkills", "ReachDetour"), run)


def test_claims_about_the_arm_are_counted_on_the_requests_they_are_about() -> None:
    settings = active_arm.SETTINGS()
    for after, success in (("table far", 1.0), ("shelf left", 0.0)):
        rows = active_arm.measures(settings, [made_record(after)])
        never, between, abrupt, *collisions = [row.reached for row in rows]
        assert never["after asking"].mean.value == success and never["before asking"].mean.value == 0.0
        assert between["after asking"].mean.value == success
        assert abrupt["after asking"].mean.value == 2.0
        assert len(collisions) == 3
        assert all(reached["joint line"].mean.value == 1.0 for reached in collisions)
        results = Results("x", "x")
        active_arm.targets(settings, [made_record(after)], rows, results)
        assert [target["met"] for target in results.targets] == [bool(success)] * 2 + [True] * 4
