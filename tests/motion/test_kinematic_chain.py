"""The batched chain against closed forms and against the simulator."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from robogeo.errors import MotionError
from robogeo.motion.kinematic_chain import KinematicChain
from robogeo.motion.world import World


def planar() -> KinematicChain:
    """Two links of 2 m and 1 m that turn about z."""
    origins = np.tile(np.eye(4), (2, 1, 1))
    origins[1, 0, 3] = 2.0
    tool = np.eye(4)
    tool[0, 3] = 1.0
    return KinematicChain(origins, [[0, 0, 1], [0, 0, 1]], tool)


def test_a_planar_arm_follows_its_closed_form() -> None:
    q = torch.tensor(np.random.default_rng(0).uniform(-3, 3, (50, 2)))
    rotation, position = planar().tool(q)
    a, b = q[:, 0], q[:, 0] + q[:, 1]
    expected = torch.stack([2 * a.cos() + b.cos(), 2 * a.sin() + b.sin(), 0 * a], dim=1)
    torch.testing.assert_close(position, expected, atol=1e-14, rtol=0)
    torch.testing.assert_close(rotation[:, 0, 0], b.cos(), atol=1e-14, rtol=0)
    turns, places = planar().links(q)
    assert turns.shape == (2, 50, 3, 3)
    torch.testing.assert_close(places[1, :, 0], 2 * a.cos(), atol=1e-14, rtol=0)


def test_derivatives_are_those_of_differences() -> None:
    q = torch.tensor(np.random.default_rng(1).uniform(-3, 3, (3, 2)), requires_grad=True)
    assert torch.autograd.gradcheck(lambda q: planar().tool(q), q)


@pytest.mark.sim
@pytest.mark.parametrize("robot", ["iiwa", "panda"])
def test_it_is_the_forward_kinematics_of_the_simulator(robot: str) -> None:
    with World("ReachDetour", robot) as world:
        env = world._environment
        simulation, tool = env._simulation, env.robot
        link = simulation.link_indices[tool.tool_link]
        q = np.random.default_rng(2).uniform(world.limits.lower, world.limits.upper, (200, 7))
        doubles = [part.numpy() for part in world.chain.tool(torch.tensor(q))]
        floats = [part.numpy() for part in world.chain.tool(torch.tensor(q, dtype=torch.float32))]
        assert floats[0].dtype == np.float32
        for i in range(len(q)):
            simulation.pose(q[i])
            state = simulation.call("getLinkState", simulation.arm, link, computeForwardKinematics=1)
            turn = np.reshape(simulation.call_free("getMatrixFromQuaternion", state[5]), (3, 3))
            position = state[4] + turn @ tool.tool_offset
            for (rotation, place), most in ((doubles, 1e-6), (floats, 2e-6)):
                assert np.abs(place[i] - position).max() < most
                between = rotation[i].T @ turn @ tool.tool_rotation
                sine = np.linalg.norm(between - between.T) / np.sqrt(8)  # of the angle between them
                assert sine < most
                assert np.trace(between) > 2.9


@pytest.mark.parametrize(
    ("origins", "axes", "tool", "said"),
    [
        (np.eye(4), [[0, 0, 1]], np.eye(4), r"origins of a kinematic chain have shape \(4, 4\), expected"),
        (np.eye(4)[None], [[0, 1]], np.eye(4), r"axes of a kinematic chain have shape \(1, 2\)"),
        (np.eye(4)[None], [[0, 0, 2]], np.eye(4), "must be unit vectors"),
        (np.eye(4)[None], [[0, 0, 1]], np.full((4, 4), np.nan), "tool of a kinematic chain hold values"),
    ],
)
def test_arrays_that_are_no_chain_are_refused(origins, axes, tool, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MotionError, match=said):
        KinematicChain(origins, axes, tool)


def test_configurations_of_another_arm_are_refused() -> None:
    with pytest.raises(MotionError, match=r"shape \(4, 7\), expected \(B, 2\)"):
        planar().tool(torch.zeros(4, 7))
