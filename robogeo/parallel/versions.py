"""What a machine computes with. The same bits need the same code on all machines."""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_SOURCES = ("robogeo", "envs")
_PACKAGES = ("torch", "numpy", "scipy", "numba", "pybullet", "toppra")  # whatever moves the last bits


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute, and digests of robogeo's own sources."""
    return {
        "Python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        **{f"sources of {name}": _digest(name) for name in _SOURCES},
    }


def difference(there: dict[str, str], here: dict[str, str]) -> str | None:
    """What is not the same on two machines, in one line; None where everything is."""
    names = [name for name in here if there.get(name) != here[name]]
    return (
        "; ".join(f"{name} {there.get(name, 'missing')} there, {here[name]} here" for name in names) or None
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _digest(package: str) -> str:
    found = find_spec(package)  # finds, and does not import
    if found is None or found.origin is None:
        return "missing"
    folder = Path(found.origin).parent
    content = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        content.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return content.hexdigest()[:12]
