"""Pairs of links that have to be checked: found, and kept under a key made of the arm's content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from envs import self_collision
from envs.arm_cache import cache_folder, fingerprint
from envs.robots import load_robot
from envs.self_collision import find_self_collision_pairs, self_collision_pairs
from envs.simulation import Simulation
from tests.envs.small_arm import SPEC, URDF, write_arm

pytestmark = pytest.mark.sim


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(self_collision, "_SAMPLES", 300)
    yield tmp_path / "cache"


# The upper arm (link 0) carries the forearm (1) above it; the finger (3) is turned back through the base's
# place, which has no shape, and through the upper arm if the forearm lies as low.
LOW = URDF.replace('xyz="0.5 0 0.12"', 'xyz="0.5 0 0.06"')


def pairs_of(path: Path) -> tuple[tuple[int, int], ...]:
    simulation = Simulation(load_robot(str(path)))
    found = self_collision_pairs(simulation)
    simulation.close()
    return found


def test_pairs_that_can_meet_are_found_and_neighbours_are_not(tmp_path: Path) -> None:
    assert pairs_of(write_arm(tmp_path)) == ()
    assert pairs_of(write_arm(tmp_path, urdf=LOW)) == ((0, 3),)


def test_pairs_that_always_touch_are_left_out(tmp_path: Path) -> None:
    grown = LOW.replace('radius="0.02"', 'radius="0.3"')
    simulation = Simulation(load_robot(str(write_arm(tmp_path, urdf=grown))))
    found = find_self_collision_pairs(simulation, np.random.default_rng(0), 100)
    simulation.close()
    assert (1, 3) not in found  # the finger's ball swallows the end of the forearm in every posture
    assert (0, 3) in found


def test_what_was_found_is_read_again_until_the_arm_changes(tmp_path: Path, own_cache: Path) -> None:
    path = write_arm(tmp_path, urdf=LOW)
    assert pairs_of(path) == ((0, 3),)
    (kept,) = cache_folder().iterdir()
    assert kept.is_relative_to(own_cache)
    kept.write_text(json.dumps([[1, 3]]))
    assert pairs_of(path) == ((1, 3),)  # read, not computed
    kept.write_text("{broken")
    assert pairs_of(path) == ((0, 3),)  # computed anew
    before = fingerprint(load_robot(str(path)), [])
    (tmp_path / "cube.obj").write_text((tmp_path / "cube.obj").read_text() + "# edited\n")
    edited = fingerprint(load_robot(str(path)), [])
    other = fingerprint(load_robot(str(write_arm(tmp_path, LOW, SPEC.replace("0.02", "0.03")))), [])
    assert len({before, edited, other, fingerprint(load_robot(str(path)), [1])}) == 4


def test_listed_pairs_are_taken_as_they_are(tmp_path: Path) -> None:
    spec = SPEC + "self_collision_pairs: [[0, 3], [-1, 1]]\n"
    assert pairs_of(write_arm(tmp_path, spec=spec)) == ((0, 3), (-1, 1))
    assert not cache_folder().exists()


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert pairs_of(write_arm(tmp_path, urdf=LOW)) == ((0, 3),)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["iiwa", "panda"])
def test_the_shipped_files_list_what_is_found(name: str) -> None:
    simulation = Simulation(load_robot(name))
    found = find_self_collision_pairs(simulation, np.random.default_rng(0), 20_000)
    simulation.close()
    assert tuple(found) == load_robot(name).self_collision_pairs
