"""A robot's file against its URDF: what the file names must exist there and move as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from envs.errors import WorldError
from envs.urdf import MOVING, Joint, Urdf, read_urdf

if TYPE_CHECKING:
    from envs.robots import RobotSpec

_TOLERANCE = 1e-3  # rad: limits in rounded degrees and in radians may differ by this much


def check_robot(robot: RobotSpec) -> None:
    """Read the arm's URDF and compare the robot's file with it.

    Raises:
        WorldError: the URDF is broken (see `read_urdf`), or the robot's file names joints or links that are
            not there, joints that do not turn, leaves out joints of the arm, or states wider limits.
    """
    urdf = read_urdf(robot.urdf)
    try:
        _check_joints(robot, urdf)
        _check_tool(robot, urdf)
        _check_limits(robot, urdf)
        _check_held(robot, urdf)
        _check_pairs(robot, urdf)
    except ValueError as error:
        raise WorldError(f"{robot.file}: {error}") from error


def _check_joints(robot: RobotSpec, urdf: Urdf) -> None:
    for name in robot.joint_names:
        joint = _joint(name, urdf, "field 'joints'")
        if joint.kind not in ("revolute", "continuous"):
            raise ValueError(
                f"field 'joints' names {name!r}, which is {joint.kind}; list only joints that turn, "
                "and others under 'held'"
            )


def _check_tool(robot: RobotSpec, urdf: Urdf) -> None:
    if robot.tool_link not in urdf.links:
        raise ValueError(
            f"field 'tool.link' names {robot.tool_link!r}, which {urdf.path.name} does not have; "
            f"its links are {', '.join(sorted(urdf.links))}"
        )
    chain = [joint.name for joint in urdf.above(robot.tool_link) if joint.kind in MOVING][::-1]
    if tuple(chain) != robot.joint_names:
        raise ValueError(
            f"field 'joints' lists {', '.join(robot.joint_names)}, but from base to tool link "
            f"{robot.tool_link!r} come {', '.join(chain) or 'none'}; list these"
        )


def _check_limits(robot: RobotSpec, urdf: Urdf) -> None:
    for name, lower, upper in zip(robot.joint_names, robot.lower, robot.upper, strict=True):
        joint = urdf.joints[name]
        if joint.lower is None or joint.upper is None:
            continue
        if lower < joint.lower - _TOLERANCE or upper > joint.upper + _TOLERANCE:
            raise ValueError(
                f"position limits [{lower:.4f}, {upper:.4f}] rad of {name!r} are wider than those of "
                f"{urdf.path.name}, [{joint.lower:.4f}, {joint.upper:.4f}] rad; narrow them"
            )


def _check_held(robot: RobotSpec, urdf: Urdf) -> None:
    for name, position in robot.held.items():
        joint = _joint(name, urdf, "field 'held'")
        if name in robot.joint_names or joint.kind not in MOVING:
            raise ValueError(f"field 'held' names {name!r}, which is not a movable joint besides 'joints'")
        lower = -np.inf if joint.lower is None else joint.lower
        upper = np.inf if joint.upper is None else joint.upper
        if not lower <= position <= upper:
            raise ValueError(
                f"field 'held' puts {name!r} at {position:g}, outside its limits [{lower:g}, {upper:g}]"
            )


def _check_pairs(robot: RobotSpec, urdf: Urdf) -> None:
    most = len(urdf.links) - 2  # the base is -1
    for a, b in robot.self_collision_pairs or ():
        if a == b or not (-1 <= a <= most and -1 <= b <= most):
            raise ValueError(
                f"field 'self_collision_pairs' has [{a}, {b}]; it needs two different link indices from -1, "
                f"the base, to {most}; leave the field out to have the pairs found"
            )


def _joint(name: str, urdf: Urdf, field: str) -> Joint:
    if name not in urdf.joints:
        moving = [joint.name for joint in urdf.joints.values() if joint.kind in MOVING]
        raise ValueError(
            f"{field} names {name!r}, which {urdf.path.name} does not have; its movable joints are "
            f"{', '.join(moving) or 'none'}"
        )
    return urdf.joints[name]
