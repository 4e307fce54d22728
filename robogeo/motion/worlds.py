"""Which worlds and robots there are, and how one is made: ``gymnasium.make("envs:robogeo/SCENE-v0")``."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

import numpy as np

from robogeo.errors import InputError
from robogeo.motion.environment import ArmEnvironment, complaints
from robogeo.motion.free_tool import TOOLS, FreeTool
from robogeo.motion.limits import JointLimits

FREE = "Free"  # the scene in which there is nothing but the robot


def scene_names() -> list[str]:
    """Names of the scenes that Gymnasium knows of."""
    import gymnasium

    import_module("envs")  # registers them; robogeo speaks to them through Gymnasium only
    return sorted(
        name.removeprefix("robogeo/").removesuffix("-v0")
        for name in gymnasium.registry
        if name.startswith("robogeo/")
    )


def robot_names() -> list[str]:
    """Names of the robots that have a specification."""
    return list(import_module("envs.robots").robot_names())


def robot_limits(robot: str) -> tuple[tuple[str, ...], JointLimits]:
    """Joint names and limits of a robot, by its name or its file; no simulator is started.

    Raises:
        InputError: no such robot, or a file that is wrong.
    """
    with complaints():
        spec = FreeTool(robot).robot if robot in TOOLS else import_module("envs.robots").load_robot(robot)
    return tuple(spec.joint_names), limits_of(spec)


def limits_of(spec: Any) -> JointLimits:
    """The limits that a robot's specification tells of."""
    names = ("lower", "upper", "velocity", "acceleration", "jerk", "torque")
    bounds = {name: getattr(spec, name) for name in names}
    continuous, rotation = (
        np.array(getattr(spec, name, ()), dtype=np.bool_) for name in ("continuous", "rotation")
    )
    units = tuple(getattr(spec, "units", ()))
    return JointLimits(**bounds, continuous=continuous, rotation=rotation, units=units)


def make(scene: str, robot: str) -> ArmEnvironment:
    """A scene with a robot in it.

    Raises:
        InputError: unknown scene or robot.
    """
    import gymnasium

    if scene not in scene_names():
        raise InputError(f"scene: unknown scene {scene!r}; known: {', '.join(scene_names())}")
    if robot in TOOLS:
        if scene != FREE:
            raise InputError(f"robot: {robot} has no body and is in no scene but {FREE}; name an arm")
        return cast(ArmEnvironment, FreeTool(robot))  # it has nothing to draw or to lead
    with complaints():
        made = gymnasium.make(f"envs:robogeo/{scene}-v0", disable_env_checker=True, robot=robot)
    return cast(ArmEnvironment, made.unwrapped)
