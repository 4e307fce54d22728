"""Verified motions in a simulated world whose obstacles moved after the demonstrations were given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from robogeo.data.demonstrations import Demonstration, observations
from robogeo.learning.oracles import SimulatedOracle
from robogeo.models import IWAE, ModelConfig, TrainingConfig, fit
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.planner import MotionOptions, Plan, Planner
from robogeo.motion.request import Refusal, Request
from robogeo.motion.verified import VerifiedPlanner
from robogeo.motion.world import World
from robogeo.randomness import torch_generator

pytestmark = pytest.mark.sim

PLACES = ("left near", "right near")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World("ReachDetour", "iiwa") as made:
        yield made


@pytest.fixture(scope="module")
def manifold(world: World) -> Manifold:
    """Learned from a few demonstrations between two trays."""
    oracle = SimulatedOracle(world)
    shown = [oracle.demonstrate(world.request(0, i, PLACES), i) for i in range(8)]
    x, groups = observations([s for s in shown if isinstance(s, Demonstration)], 0.05)
    config = ModelConfig(latent_dim=3, hidden=(32, 32), heads=2)
    model = IWAE(world.dof, config, world.rest, np.full(world.dof, 0.5), torch_generator(0, 0, "weights"))
    fit(model, x, groups, TrainingConfig(steps=400), torch_generator(0, 0, "training"))
    return Manifold(model, x, groups, GeometryOptions())


@pytest.fixture(scope="module")
def asked(world: World) -> list[Request]:
    return [world.request(9, i, PLACES) for i in range(6)]


def touching(world: World, answers: list[Plan | Refusal]) -> list[bool]:
    """Whether each planned motion touches something when it runs."""
    return [world.execute(answer.motion).collision for answer in answers if isinstance(answer, Plan)]


def test_nothing_is_touched_whatever_is_put_in_the_way(
    world: World, manifold: Manifold, asked: list[Request]
) -> None:
    verified = VerifiedPlanner(Planner(manifold, world.limits, MotionOptions(mode="verified")), world)
    implicit = Planner(manifold, world.limits, MotionOptions(correction_limit=1.0))
    before = verified.plan_all(asked)
    assert all(isinstance(answer, Plan) for answer in before)
    assert not any(touching(world, before))
    first = before[0]
    assert isinstance(first, Plan)
    _, tool = world.chain.tool(torch.tensor(first.motion.q[len(first.motion.q) // 2 :][:1]))
    for aside, half in ((np.zeros(3), 0.03), (np.array([0.0, 0.0, 0.11]), 0.04)):
        world.add_obstacle([half] * 3, tool[0].numpy() + aside)
        try:
            hits, after = touching(world, implicit.plan_all(asked)), verified.plan_all(asked)
            assert not any(touching(world, after))
            kinds = {answer.kind for answer in after if isinstance(answer, Refusal)}
            assert kinds <= {"no-safe-path"}
            if not aside.any():  # in the very middle of the only corridor that was shown
                assert all(hits) and kinds == {"no-safe-path"}
        finally:
            world.remove_obstacles()
    again = verified.plan_all(asked)
    for old, new in zip(before, again, strict=True):
        assert isinstance(old, Plan) and isinstance(new, Plan)
        np.testing.assert_allclose(new.motion.q[-1], old.motion.q[-1])
