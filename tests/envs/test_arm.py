"""Episodes: determinism to the bit, independence of worlds, what is refused."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.errors import WorldError
from envs.scenes import SCENES

pytestmark = pytest.mark.sim
_CHECKOUT = Path(__file__).resolve().parents[2]


def roll_out(env: ArmEnv, steps: int, seed: int = 11) -> str:
    """SHA-256 of all that an agent sees in ``steps`` random steps, with a new episode every 100."""
    rng = np.random.default_rng(seed)
    seen = hashlib.sha256()
    for i in range(steps):
        if i % 100 == 0:
            observation, info = env.reset(seed=seed if i == 0 else None)
            seen.update(observation["desired_goal"].tobytes())
        observation, reward, _, _, info = env.step(rng.uniform(-1, 1, 7).astype(np.float32))
        seen.update(observation["observation"].tobytes())
        seen.update(repr((reward, info["collision"], info["min_clearance_m"])).encode())
    return seen.hexdigest()


@pytest.mark.long
def test_a_thousand_random_steps_are_the_same_to_the_bit_in_a_fresh_process_and_after_any_history(
    worlds: dict[str, ArmEnv],
) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/envs')\n"
        "from test_arm import roll_out; from envs.arm import ArmEnv\n"
        "print(roll_out(ArmEnv('ReachDetour'), 1000))"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
        cwd=_CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(_CHECKOUT)},  # which may choose the kernels of linear algebra
    )
    env = worlds["ReachDetour"]
    env.reset(seed=3)
    for _ in range(20):
        env.step(np.full(7, 0.7, dtype=np.float32))
    request = env.request(5, 5)
    env.demonstrate(request.start, request.goal)
    assert roll_out(env, 1000) == fresh.stdout.strip()


def test_a_seed_fixes_the_following_episodes_too(world: ArmEnv) -> None:
    def episodes(seed: int) -> list[np.ndarray]:
        first = world.reset(seed=seed)[0]["observation"]
        return [first, *(world.reset()[0]["observation"] for _ in range(3))]

    first, again, other = episodes(5), episodes(5), episodes(6)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], other[0])


def test_two_worlds_at_once_do_not_disturb_each_other(worlds: dict[str, ArmEnv]) -> None:
    alone = roll_out(worlds["ShelfReach"], 40)
    rng = np.random.default_rng(11)
    a, b = ArmEnv("ShelfReach"), ArmEnv("ReachDetour")
    seen = hashlib.sha256()
    observation, _ = a.reset(seed=11)
    b.reset(seed=1)
    seen.update(observation["desired_goal"].tobytes())
    for _ in range(40):
        b.step(np.ones(7, dtype=np.float32))
        observation, reward, _, _, info = a.step(rng.uniform(-1, 1, 7).astype(np.float32))
        b.request(0, 1)
        seen.update(observation["observation"].tobytes())
        seen.update(repr((reward, info["collision"], info["min_clearance_m"])).encode())
    b.close()
    a.close()
    assert seen.hexdigest() == alone


def test_questions_in_the_middle_of_an_episode_leave_it_alone(world: ArmEnv) -> None:
    def steps(*, ask: bool) -> np.ndarray:
        world.reset(seed=4)
        for i in range(10):
            if ask and i == 5:
                request = world.held_out_request(0, 0)
                world.demonstrate(request.start, request.goal)
                world.clearance(request.goal)
                q = np.repeat(request.start[None], 3, axis=0)
                world.execute(q, np.zeros_like(q))
                world.film(q, 240.0, (32, 24))
            observation = world.step(np.full(7, 0.2, dtype=np.float32))[0]["observation"]
        return observation

    np.testing.assert_array_equal(steps(ask=False), steps(ask=True))


def test_an_episode_succeeds_when_its_goal_is_reached(world: ArmEnv) -> None:
    start = world.request(0, 0).start
    goal = start + 0.03
    _, info = world.reset(options={"start": start, "goal": goal})
    assert not info["is_success"]
    share = (0.03 * 20 / 2 / world.robot.velocity).astype(np.float32)
    for _ in range(2):
        _, _, ended, _, info = world.step(share)
        if ended:  # in a narrow place the next step might touch
            break
    # Such a move takes a drawing tool off its plane: the goal is reached, and it is no success.
    left = {name for name, bound in world.scene.bounds.items() if info[name] > bound}
    assert ended == info["is_success"] == (not left)
    assert left == ({"plane_error_mm"} if world.scene.name == "Strokes" else set())


def test_the_table_does_not_make_the_clearance_constant(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ReachDetour"]
    upright = np.zeros(7)
    assert world.clearance(upright).surroundings == pytest.approx(0.2)
    request = world.held_out_request(0, 0)
    assert 0.02 <= world.clearance(request.start).surroundings < 0.15


def resident() -> int:
    """Resident memory of this process, bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.long
def test_memory_does_not_grow_over_resets_and_executions() -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("needs /proc to read the resident memory")
    env = ArmEnv("ShelfReach")
    q = np.repeat(env.robot.rest[None], 2, axis=0)
    for cycle in range(300):
        if cycle == 100:
            before = resident()
        env.reset(seed=cycle % 7)
        if cycle % 8 == 0:
            env.execute(q, np.zeros_like(q))
    grown = resident() - before
    env.close()
    assert grown < 3_000_000


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("robot", ["iiwa", "panda"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_thousand_resets_leave_memory_and_files_as_they_were(scene: str, robot: str) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("needs /proc to read the resident memory and the open files")
    env = ArmEnv(scene, robot)
    still = np.zeros(env.robot.dof, dtype=np.float32)
    for cycle in range(1200):
        if cycle == 200:
            before = resident(), len(list(Path("/proc/self/fd").iterdir()))
        env.reset(seed=cycle % 50)
        env.step(still)
    after = resident(), len(list(Path("/proc/self/fd").iterdir()))
    env.close()
    assert after[0] < 1.05 * before[0]
    assert after[1] == before[1]


@pytest.mark.slow
@pytest.mark.parametrize("robot", ["iiwa", "panda"])
@pytest.mark.parametrize("scene", SCENES)
def test_stepping_keeps_most_of_the_engines_own_pace(scene: str, robot: str) -> None:
    """Against a bare loop of the same motor commands and physics steps, the best of several rounds each."""
    env = ArmEnv(scene, robot)
    shares = np.random.default_rng(0).uniform(-0.3, 0.3, (100, env.robot.dof)).astype(np.float32)

    def stepping() -> None:
        for share in shares:
            env.step(share)

    def bare() -> None:
        simulation, target = env._episode, env._target
        for share in shares:
            for _ in range(12):
                after = np.clip(target + share * env.robot.velocity / 240, env.robot.lower, env.robot.upper)
                simulation.command(after, (after - target) * 240)
                simulation.step()
                target = after

    def seconds(run: Callable[[], None]) -> float:
        env.reset(seed=0)
        began = time.process_time()
        run()
        return time.process_time() - began

    rounds = [(seconds(bare), seconds(stepping)) for _ in range(6)]
    ratio = min(own for own, _ in rounds) / min(stepped for _, stepped in rounds)
    env.close()
    assert ratio >= 0.7


@pytest.mark.parametrize("robot", ["iiwa", "panda"])
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.long
def test_a_seed_gives_the_same_episode_to_the_bit_after_any_history(scene: str, robot: str) -> None:
    def episode() -> tuple[bytes, str]:
        observation, info = env.reset(seed=8)
        first = observation["observation"].tobytes() + observation["desired_goal"].tobytes()
        return first + repr(info).encode(), roll_out(env, 20)

    env = ArmEnv(scene, robot)
    begun = episode()
    env.reset(seed=9)
    for _ in range(10):
        env.step(np.full(7, 0.9, dtype=np.float32))
    assert episode() == begun
    env.close()


def test_a_closed_world_says_so() -> None:
    env = ArmEnv("ShelfReach")
    env.close()
    env.close()
    with pytest.raises(WorldError, match="closed"):
        env.clearance(np.zeros(7))


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"scene": "Moon"}, "unknown scene 'Moon'; known: ShelfReach, ReachDetour, "),
        ({"robot": "atlas"}, "unknown robot 'atlas'; known: iiwa"),
        ({"render_mode": "human"}, "unknown render mode 'human'; known: rgb_array"),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(kwargs: dict[str, str], said: str) -> None:
    with pytest.raises(WorldError) as caught:
        ArmEnv(**kwargs)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": np.zeros(7)}, "'start' alone"),
        ({"start": np.zeros(7), "goal": np.zeros(6)}, "goal needs 7 joint values, got 6"),
        ({"start": np.full(7, np.nan), "goal": np.zeros(7)}, "not finite"),
        ({"start": np.zeros(7), "goal": np.full(7, 9.0)}, "goal is outside the limits of lbr_iiwa_joint_1"),
    ],
)
def test_bad_episode_options_are_refused(world: ArmEnv, options: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        world.reset(options=options)


def test_bad_actions_are_refused(world: ArmEnv) -> None:
    world.reset(seed=0)
    with pytest.raises(WorldError, match="action needs 7"):
        world.step(np.zeros(3, dtype=np.float32))
    with pytest.raises(WorldError, match="not finite"):
        world.step(np.full(7, np.nan, dtype=np.float32))


def test_without_a_render_mode_there_is_no_picture(world: ArmEnv) -> None:
    assert world.render() is None
