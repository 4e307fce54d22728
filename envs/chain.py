"""The chain of an arm's joints from base to tool, read from its URDF."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
from scipy.spatial.transform import Rotation

from envs.errors import WorldError
from envs.robots import FloatArray, RobotSpec


def joint_chain(robot: RobotSpec) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Joint origins (dof, 4, 4) m, joint axes (dof, 3) and tool transform (4, 4) m, read from the URDF.

    Raises:
        WorldError: other joints lead to the tool than the robot's file lists.
    """
    root = ElementTree.parse(robot.urdf).getroot()
    by_child = {_attribute(joint, "child", "link"): joint for joint in root.findall("joint")}
    origins: list[FloatArray] = []
    axes: list[FloatArray] = []
    names: list[str] = []
    tail = np.eye(4)
    tail[:3, :3], tail[:3, 3] = robot.tool_rotation, robot.tool_offset
    tool, link = tail, robot.tool_link
    pending = tool
    while link in by_child:
        joint = by_child[link]
        origin = _origin(joint)
        if joint.get("name") in robot.joint_names:
            if not axes:
                tool = pending
            elif not np.allclose(pending, np.eye(4)):
                origins[-1] = pending @ origins[-1]
            origins.append(origin)
            names.append(joint.get("name", ""))
            axis = joint.find("axis")
            text = "1 0 0" if axis is None else axis.get("xyz", "1 0 0")
            direction = np.array(text.split(), dtype=np.float64)
            axes.append(direction / np.linalg.norm(direction))
            pending = np.eye(4)
        else:
            pending = origin @ pending
        link = _attribute(joint, "parent", "link")
    if tuple(names[::-1]) != robot.joint_names:
        raise WorldError(
            f"{robot.urdf}: from base to tool link {robot.tool_link!r} come the joints "
            f"{', '.join(names[::-1]) or 'none'}, but the robot file lists {', '.join(robot.joint_names)}"
        )
    origins[-1] = pending @ origins[-1]
    return np.stack(origins[::-1]), np.stack(axes[::-1]), tool


def _attribute(joint: ElementTree.Element, tag: str, name: str) -> str:
    element = joint.find(tag)
    return "" if element is None else element.get(name, "")


def _origin(joint: ElementTree.Element) -> FloatArray:
    transform = np.eye(4)
    element = joint.find("origin")
    if element is not None:
        transform[:3, 3] = np.array(element.get("xyz", "0 0 0").split(), dtype=np.float64)
        rpy = np.array(element.get("rpy", "0 0 0").split(), dtype=np.float64)
        transform[:3, :3] = Rotation.from_euler("xyz", rpy).as_matrix()
    return transform
