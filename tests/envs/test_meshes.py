"""Mesh files as the engine reads them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from envs.errors import WorldError
from envs.meshes import mesh_vertices

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0]], dtype=np.float32)


def test_both_kinds_of_stl_are_read(tmp_path: Path) -> None:
    packed = struct.pack("<12fH", 0, 0, 1, *CORNERS.ravel(), 0)
    (tmp_path / "a.STL").write_bytes(b"solid but binary".ljust(80) + struct.pack("<I", 2) + packed * 2)
    text = "".join(f"vertex {x} {y} {z}\n" for x, y, z in CORNERS)
    (tmp_path / "b.stl").write_text(f"solid b\nfacet normal 0 0 1\nouter loop\n{text}endloop\nendfacet\n")
    for name in ("a.STL", "b.stl"):
        (points,) = mesh_vertices(tmp_path / name)
        assert {tuple(p) for p in points.tolist()} == {tuple(p) for p in CORNERS.tolist()}


def test_every_object_of_an_obj_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(
        "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 9 9 9\no first\nf 1/1 2/2 3/3\no second\nv 0 0 5\nf -1 1//1 2\n"
    )
    first, second = mesh_vertices(tmp_path / "a.obj")
    assert first.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert second.tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 5]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.stl", "nothing"),
        ("a.obj", "v 0 0 0\n"),
        ("a.obj", "v 0 0 zero\nf 1 1 1\n"),
        ("a.obj", "v 0 0 0\nf 1 2 3\n"),
        ("a.obj", "v 0 0 nan\nf 1 1 1\n"),
    ],
)
def test_broken_meshes_are_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(WorldError, match=rf"{name}: .*export"):
        mesh_vertices(tmp_path / name)
