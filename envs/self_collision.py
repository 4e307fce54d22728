"""Which pairs of an arm's links have to be checked for collision: the allowed-collision matrix.

Neighbours touch where their joint is, some pairs overlap by construction in (nearly) every posture, and most
pairs never meet. What is left over random configurations is what a check has to look at (MoveIt's setup
assistant does the same). The pairs are kept in the user's cache, under a key made of the URDF's content.
"""

from __future__ import annotations

import numpy as np

from envs.arm_cache import cached
from envs.errors import WorldError
from envs.simulation import Simulation

_SAMPLES = 20_000
_ALWAYS = 0.95  # share of configurations in which a pair touches that is built to touch
Pairs = tuple[tuple[int, int], ...]


def self_collision_pairs(simulation: Simulation) -> Pairs:
    """Link pairs of the arm that have to be checked: as its file lists them, else found and cached."""
    robot = simulation.robot
    if robot.self_collision_pairs is not None:
        return robot.self_collision_pairs
    found = cached(
        robot,
        "self-collision-pairs",
        [_SAMPLES, _ALWAYS],
        lambda: find_self_collision_pairs(simulation, np.random.default_rng(0), _SAMPLES),
    )
    return tuple((int(a), int(b)) for a, b in found)


def find_self_collision_pairs(
    simulation: Simulation, rng: np.random.Generator, samples: int = _SAMPLES
) -> list[tuple[int, int]]:
    """Link pairs (-1 is the base) that touch in some but not in nearly all of ``samples`` configurations.

    Neighbouring links and pairs that touch in more than 95 % of random configurations are left out (they
    are built that way), and so are pairs that never touched.
    """
    robot, arm = simulation.robot, simulation.arm
    count = simulation.call("getNumJoints", arm)
    parents = {j: simulation.call("getJointInfo", arm, j)[16] for j in range(count)}
    pairs = [(a, b) for a in range(-1, count) for b in range(a + 1, count) if parents[b] != a]
    hits = dict.fromkeys(pairs, 0)
    for _ in range(samples):
        simulation.pose(rng.uniform(robot.lower, robot.upper))
        # Pair by pair: asking for all at once also measures how deep neighbours overlap, which takes longer.
        for a, b in pairs:
            if simulation.call("getClosestPoints", arm, arm, 0.0, linkIndexA=a, linkIndexB=b):
                hits[a, b] += 1
    return [pair for pair in pairs if 0 < hits[pair] <= _ALWAYS * samples]


def check_rest(simulation: Simulation, pairs: Pairs) -> None:
    """Refuse an arm whose rest posture folds it into itself.

    Raises:
        WorldError: it does; the message names the links.
    """
    robot, arm = simulation.robot, simulation.arm
    names = {index: name for name, index in simulation.link_indices.items()} | {-1: "the base"}
    simulation.pose(robot.rest)
    for a, b in pairs:
        if simulation.call("getClosestPoints", arm, arm, 0.0, linkIndexA=a, linkIndexB=b):
            raise WorldError(
                f"{robot.file}: field 'rest_rad' folds {names[a]} into {names[b]}; choose a posture in which "
                "the arm does not touch itself, or, if they always touch, leave the pair out of "
                "'self_collision_pairs'"
            )
