"""Public data sets by name: found in a folder, or downloaded from their own address, always checked.

A file is looked for under the folder that ``ROBOGEO_DATA`` names and then in the user's cache, and downloaded
into the cache (with `pooch`) only if its data set states an address. What is known of a data set, above all
the SHA-256 of its files, stands in ``public_sets.yaml`` beside this module; no data travel with robogeo.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath

from robogeo.data.folder import cache_folder, data_folder
from robogeo.durable import make_folder
from robogeo.errors import InputError

_TIMEOUT = 30.0  # s without a byte


@dataclass(frozen=True)
class PublicSet:
    """What is known of a data set.

    Attributes:
        name: of its folder.
        title: what it is, and whom to cite.
        licence: in a few words.
        acknowledgement: sentence that its owners ask for; may be empty.
        origin: where a person finds it.
        address: of one file, with {file} (its path in the data set), {name} (the last part of that) and
            {subject} (the name up to its first "_" or "."); empty if there is none.
        files: SHA-256 by path in the data set.
    """

    name: str
    title: str
    licence: str
    acknowledgement: str
    origin: str
    address: str
    files: Mapping[str, str]

    def address_of(self, file: str) -> str:
        """Address of one file, or nothing."""
        name = PurePosixPath(file).name
        return self.address.format(file=file, name=name, subject=re.split(r"[_.]", name)[0])


@cache
def public_sets() -> Mapping[str, PublicSet]:
    """All known data sets, by name."""
    import yaml

    text = (resources.files("robogeo.data") / "public_sets.yaml").read_text(encoding="utf-8")
    return {name: PublicSet(name, **fields) for name, fields in yaml.safe_load(text).items()}


def obtain(name: str, file: str) -> Path:
    """Path of a file of a known data set whose content is what it should be, downloaded if need be.

    Args:
        name: of the data set, one of `public_sets`.
        file: path of the file in it, for example ``amc/35_01.amc``.

    Raises:
        InputError: an unknown name or file; a file whose checksum is another; a file that is not here and
            cannot be downloaded. One line says what to put where.
    """
    return obtain_from(_known(name), file)


def obtain_from(data_set: PublicSet, file: str) -> Path:
    """As `obtain`, for a data set that need not be in the registry."""
    if file not in data_set.files:
        raise InputError(f"data set {data_set.name} has no file {file[:80]!r}")
    for folder in dict.fromkeys((data_folder(), cache_folder())):
        path = folder / data_set.name / file
        if path.is_file():
            _check(path, data_set, file)
            return path
    return _downloaded(data_set, file)


def _known(name: str) -> PublicSet:
    try:
        return public_sets()[name]
    except KeyError:
        raise InputError(f"data set {name[:80]!r} is unknown; known are {', '.join(public_sets())}") from None


def _check(path: Path, data_set: PublicSet, file: str) -> None:
    """Refuse a file with another content than the published one: truncated, damaged or exchanged."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            while block := stream.read(1 << 20):
                found.update(block)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    if found.hexdigest() != data_set.files[file]:
        raise InputError(
            f"{path}: SHA-256 is {found.hexdigest()[:12]}.., not {data_set.files[file][:12]}.. as published; "
            f"it is damaged or another version: delete it, and take it anew from {data_set.origin}"
        )


def _downloaded(data_set: PublicSet, file: str) -> Path:
    """Fetch the file into the cache; pooch writes it whole or not at all, and checks it."""
    address = data_set.address_of(file)
    place = cache_folder() / data_set.name / file
    if not address:
        raise _missing(data_set, file, "has no address to download it from")
    import pooch

    make_folder(place.parent)
    pooch.get_logger().setLevel("WARNING")
    known = f"sha256:{data_set.files[file]}"
    fetch = pooch.HTTPDownloader(timeout=_TIMEOUT)
    try:
        return Path(pooch.retrieve(address, known, place.name, place.parent, downloader=fetch))
    except ValueError as error:
        if "hash" not in str(error):
            raise
        raise _missing(data_set, file, f"{address} sends another content than published") from error
    except OSError as error:  # those of requests are OSErrors
        raise _missing(data_set, file, f"{address} cannot be reached ({type(error).__name__})") from error


def _missing(data_set: PublicSet, file: str, reason: str) -> InputError:
    place = data_folder() / data_set.name / file
    return InputError(f"{place}: not found, and {reason}; put the file there, from {data_set.origin}")
