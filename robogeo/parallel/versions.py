"""What a machine computes with. The same bits need the same code on all machines."""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

_SOURCES = ("robogeo", "envs")
_SCENES = "robogeo.scenes"  # the group of entry points by which packages offer scenes of their own
_PACKAGES = ("torch", "numpy", "scipy", "numba", "pybullet", "toppra")  # whatever moves the last bits


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of Python and what computes, digests of the sources of robogeo and of offered scenes."""
    return {
        "Python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        **{f"sources of {name}": _digest(name) for name in (*_SOURCES, *_offering())},
    }


def difference(there: dict[str, str], here: dict[str, str]) -> str | None:
    """What is not the same on two machines, in one line; None where everything is."""
    names = [name for name in here if there.get(name) != here[name]]
    return (
        "; ".join(f"{name} {there.get(name, 'missing')} there, {here[name]} here" for name in names) or None
    )


def _offering() -> list[str]:
    """Packages and modules that offer scenes."""
    return sorted({entry.module.partition(".")[0] for entry in entry_points(group=_SCENES)})


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _digest(package: str) -> str:
    found = find_spec(package)  # finds, and does not import
    if found is None or found.origin is None:
        return "missing"
    origin = Path(found.origin)
    folder, alone = origin.parent, found.submodule_search_locations is None
    content = hashlib.sha256()
    for file in [origin] if alone else sorted(folder.rglob("*.py")):
        content.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return content.hexdigest()[:12]
