"""What is worked out of an arm's geometry once and kept: a file a result in the user's cache.

A result's name is made of everything it depends on: the bytes of the URDF and of every mesh it names, the
joints, limits and held positions, and the settings of the computation. So it is never out of date, and
whoever edits a mesh gets a new one. What cannot be read or written is computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

from envs.robots import RobotSpec
from envs.urdf import mesh_file

_VERSION = 1  # of the computations: raised when one of them changes


def cached(robot: RobotSpec, what: str, settings: list[Any], compute: Callable[[], Any]) -> Any:
    """The result of ``compute``, plain JSON data, from the cache if it is there.

    Args:
        robot: the arm whose geometry it depends on.
        what: names the computation.
        settings: plain data it depends on besides the arm.
        compute: does the work.
    """
    file = cache_folder() / f"{what}-{fingerprint(robot, settings)}.json"
    with contextlib.suppress(OSError, ValueError):
        return json.loads(file.read_text(encoding="utf-8"))
    result = compute()
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, nothing else
        _write(file, json.dumps(result))
    return result


def cache_folder() -> Path:
    """``robogeo/arms`` in the user's cache, which ``XDG_CACHE_HOME`` may move."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "robogeo" / "arms"


def fingerprint(robot: RobotSpec, settings: list[Any]) -> str:
    """Hexadecimal SHA-256 of an arm's geometry and of the settings of a computation."""
    digest = hashlib.sha256(robot.urdf.read_bytes())
    for mesh in ElementTree.parse(robot.urdf).getroot().iter("mesh"):
        file = mesh_file(robot.urdf, mesh.get("filename", ""))
        digest.update(b"" if file is None else hashlib.sha256(file.read_bytes()).digest())
    limits = [robot.lower.tolist(), robot.upper.tolist()]
    plain = [_VERSION, robot.joint_names, limits, sorted(robot.held.items()), settings]
    digest.update(json.dumps(plain).encode())
    return digest.hexdigest()


def _write(file: Path, text: str) -> None:
    """Write the whole file or none of it: other processes may read it at any time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
