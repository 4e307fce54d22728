"""A room imports only rooms below it, and the library never imports a simulator."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "robogeo"
# From the ground up; rooms of one floor do not import each other.
FLOORS = (
    {"errors", "progress", "stopwatch", "interruption", "compiled"},
    {"durable", "parallel", "randomness", "reading", "tanh_kernel"},
    {"config"},
    {"devices"},
    {"data", "models", "geometry", "report"},
    {"motion", "fitting"},
    {"learning"},
    {"evaluation"},
    {"run"},
    {"viewer"},
    {"experiment"},
    {"study"},
    {"reproduction"},
    {"commands"},
    {"cli"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in sorted(rooms)}
FILES = sorted(ROOT.rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def room_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_room_has_its_floor() -> None:
    assert {room_of(file) for file in FILES} - {"__init__"} == set(FLOOR_OF)


@pytest.mark.parametrize("room", FLOOR_OF)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    for file in FILES:
        if room_of(file) != room:
            continue
        for module in imported(file):
            parts = module.split(".")
            if parts[0] != "robogeo" or len(parts) == 1 or parts[1] == room:
                continue
            assert FLOOR_OF[parts[1]] < FLOOR_OF[room], f"{file} imports {module}"


def test_the_library_never_imports_a_simulator() -> None:
    found = {(file.name, module) for file in FILES for module in imported(file)}
    assert len(found) > 500
    assert not [pair for pair in found if pair[1].split(".")[0] in ("envs", "pybullet", "mujoco")]


PACKAGES = sorted(file.parent for file in ROOT.rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_no_module_hides_what_its_package_offers(package: Path) -> None:
    """A module binds its name in the package when it is first imported, over whatever had it."""
    tree = ast.parse((package / "__init__.py").read_text())
    offered = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
        if node.module.rpartition(".")[2] != name.name  # which is imported before the name is bound
    }
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert offered & modules == set()
