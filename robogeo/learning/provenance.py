"""Where the results of a run come from: versions, machine kind, source commit, threads.

It holds nothing that tells who ran it or where: no host name, no user, no path.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import robogeo

_PACKAGES = (
    "torch",
    "numpy",
    "scipy",
    "numba",
    "pybullet",
    "gymnasium",
    "matplotlib",
    "pydantic",
    "PyYAML",
    "toppra",
    "safetensors",
)
# What decides results; pages and tables that a run itself writes are no change.
_CODE = ("robogeo", "envs", "configs", "scripts", "pyproject.toml", "constraints.txt")


def provenance() -> dict[str, Any]:
    """Describe the software and the kind of machine as plain data for JSON.

    Returns:
        robogeo's version, `commit` and `changed` (None outside a checkout), Python's and the packages'
        versions (None when not installed), system, processor, cores, and the thread setting.
    """
    commit, changed = _checkout()
    return {
        "robogeo": robogeo.__version__,
        "commit": commit,
        "changed": changed,
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "system": platform.system(),
        "processor": platform.machine(),
        "byte_order": sys.byteorder,
        "cores": os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _checkout() -> tuple[str | None, bool | None]:
    """Commit of the checkout the package runs from, and whether the code that runs differs from it."""
    root = Path(robogeo.__file__).resolve().parent.parent
    # An installed package may lie below somebody else's repository; its commit would mislead.
    if not ((root / ".git").exists() and (root / "pyproject.toml").exists()):
        return None, None
    commit = _git(root, "rev-parse", "HEAD")
    status = _git(root, "status", "--porcelain", "--", *_CODE)
    return commit or None, None if status is None else bool(status)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
