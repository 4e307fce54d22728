"""What a machine computes with. The same bits need the same code on all machines."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Collection, Sequence
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
        **{f"sources of {name}": _digest(_folders(name), (".py",)) for name in (*_SOURCES, *_offering())},
        "robots": _digest(_robots(), (".yaml", ".urdf")),
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


def _folders(package: str) -> list[Path]:
    """Where a package lies, or the file of a module that lies in none; nothing is imported."""
    found = find_spec(package)
    if found is None:
        return []
    if found.submodule_search_locations is not None:
        return sorted(Path(place) for place in found.submodule_search_locations)
    return [Path(found.origin)] if found.origin is not None else []


def _robots() -> list[Path]:
    """Where the descriptions of robogeo's own robots lie: in the package, or beside it in a checkout."""
    homes = [home for folder in _folders("envs") for home in (folder, folder.parent)]
    return [place for home in homes if (place := home / "configs" / "robots").is_dir()][:1]


def _digest(places: Sequence[Path], suffixes: Collection[str]) -> str:
    """A digest of files, and of those below folders whose names end so."""
    if not places:
        return "missing"
    content = hashlib.sha256()
    for place in places:
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            if file.is_file() and file.suffix in suffixes:
                content.update(f"{file.relative_to(place)}\0".encode() + file.read_bytes())
    return content.hexdigest()[:12]
