"""Where public data sets are: the folder that ``ROBOGEO_DATA`` names, else the user's cache."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """The folder of public data sets; it need not exist."""
    named = os.environ.get("ROBOGEO_DATA")
    return Path(named) if named else cache_folder()


def cache_folder() -> Path:
    """The folder of the user's cache that downloads go to; it need not exist."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "robogeo" / "data"


def data_sets() -> list[str]:
    """Names of the data sets found there, one a folder."""
    folder = data_folder()
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
