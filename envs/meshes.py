"""Vertices of mesh files, as far as convex hulls need them: STL, and OBJ by object."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from envs.errors import WorldError
from envs.robots import FloatArray

READABLE = (".stl", ".obj")


def mesh_vertices(file: Path) -> list[FloatArray]:
    """Vertices (n, 3) of every object of a mesh file, in the file's units.

    PyBullet makes one convex hull of an STL file and one of each object of an OBJ file.

    Raises:
        WorldError: it cannot be read as such a file.
    """
    try:
        found = _obj(file.read_text("utf-8", "replace")) if _is_obj(file) else [_stl(file.read_bytes())]
    except (OSError, ValueError, IndexError) as error:
        raise WorldError(f"{file}: cannot be read as a mesh ({error}); export it again") from error
    if not found or any(len(points) == 0 or not np.isfinite(points).all() for points in found):
        raise WorldError(f"{file}: has no vertices, or some that are not finite; export the mesh again")
    return found


def _is_obj(file: Path) -> bool:
    return file.suffix.lower() == ".obj"


def _obj(text: str) -> list[FloatArray]:
    """Vertices used by the faces of each object or group."""
    vertices: list[list[float]] = []
    used: list[set[int]] = [set()]
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "v":
            vertices.append([float(word) for word in words[1:4]])
        elif words[0] in ("o", "g"):
            used.append(set())
        elif words[0] == "f":
            corners = [int(word.partition("/")[0]) for word in words[1:]]
            used[-1].update(k - 1 if k > 0 else len(vertices) + k for k in corners)
    points = np.array(vertices, dtype=np.float64).reshape(-1, 3)
    return [points[sorted(part)] for part in used if part]


def _stl(data: bytes) -> FloatArray:
    count = int.from_bytes(data[80:84], "little")
    if len(data) == 84 + 50 * count:
        kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
        corners = np.frombuffer(data, kind, count, 84)["corners"].reshape(-1, 3)
    else:
        lines = (line.split() for line in data.decode("ascii", "replace").splitlines())
        corners = np.array([line[1:4] for line in lines if line and line[0] == "vertex"], dtype=np.float64)
    return np.unique(corners.astype(np.float64).reshape(-1, 3), axis=0)
