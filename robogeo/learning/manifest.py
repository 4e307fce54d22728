"""What a run's folder holds beside its blobs, each file with its SHA-256, and how far the journal was.

Configuration, blobs and journal carry checksums of their own; report, figures, summary and motions do not,
and nothing in a journal tells that its last lines are missing. `kept_sealed` writes all that down when a
command has done its work, and takes it away before anything changes, so that a killed command leaves no
false witness.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robogeo.durable import DRAFT_SUFFIX, sync_folder, write_error
from robogeo.errors import InputError, RobogeoError, one_line
from robogeo.learning.journal import Event
from robogeo.learning.run_folder import RunFolder

NAME = "manifest.json"
_VERSION = 1
_BY_OTHERS = ("journal.jsonl", ".lock", NAME)  # the journal is known by its last event, and may grow
_MOST_BYTES = 16 * 1024 * 1024
_PART = 1 << 20


@contextmanager
def kept_sealed(folder: RunFolder) -> Iterator[None]:
    """Take the manifest of a locked run away while files may change, and write it anew, come what may.

    What was wrong before stays wrong: a file that is not what the manifest said, and that the block leaves
    as it found it, goes into the new manifest as the old one had it.

    Raises:
        RobogeoError: it cannot be deleted or written.
    """
    known = _known_faults(folder)
    unseal(folder)
    try:
        yield
    except BaseException:
        with suppress(RobogeoError):  # the first error matters
            seal(folder, known)
        raise
    seal(folder, known)


@dataclass(frozen=True)
class KnownFaults:
    """What a manifest said that did not hold any more.

    Attributes:
        files: by name, the SHA-256 that it said and the one that was found; None where nothing was found.
        journal: how far it said that the journal was, where that is gone.
    """

    files: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    journal: Mapping[str, Any] | None = None


def seal(folder: RunFolder, known: KnownFaults | None = None) -> None:
    """Write the manifest of a run that is locked.

    Args:
        folder: of the run.
        known: faults from before, which are not covered up.

    Raises:
        RobogeoError: it cannot be written, or a file of the run not be read.
    """
    known = known or KnownFaults()
    try:
        files = {name: sha256_of(folder.path / name) for name in _names(folder.path)}
    except OSError as error:
        raise RobogeoError(f"{error.filename}: cannot be read ({one_line(error)})") from error
    for name, (said, found) in known.files.items():
        if files.get(name) == found:
            files[name] = said
    events = folder.events()
    last = {"events": len(events), "last": events[-1]["sha"] if events else None}
    content = {"schema_version": _VERSION, "journal": known.journal or last, "files": files}
    folder.write_json(NAME, {**content, "sha256": _digest(content)})


def reaches(events: Sequence[Event], journal: Mapping[str, Any]) -> bool:
    """Whether a journal has all the events that a manifest says it had."""
    count = journal["events"]
    return not count or (len(events) >= count and events[count - 1]["sha"] == journal["last"])


def _known_faults(folder: RunFolder) -> KnownFaults:
    try:
        manifest = read_manifest(folder.path)
    except InputError:  # it witnesses nothing any more
        return KnownFaults()
    if manifest is None:
        return KnownFaults()
    found = {name: sha256_of(folder.path / name) for name in _names(folder.path)}
    wrong = {
        name: (said, found.get(name)) for name, said in manifest["files"].items() if found.get(name) != said
    }
    journal = manifest["journal"]
    return KnownFaults(wrong, None if reaches(folder.events(), journal) else journal)


def unseal(folder: RunFolder) -> None:
    """Take the manifest away, durably, before files change.

    Raises:
        RobogeoError: it cannot be deleted.
    """
    file = folder.path / NAME
    try:
        if file.exists():
            file.unlink()
            sync_folder(folder.path)
    except OSError as error:
        raise write_error(file, error) from error


def read_manifest(run: Path) -> Mapping[str, Any] | None:
    """The manifest of a run, or None where it is not sealed.

    Raises:
        InputError: it is not what `seal` wrote.
    """
    file = run / NAME
    if not file.is_file():
        return None
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ValueError
        content = json.loads(file.read_bytes())
        told = content.pop("sha256")
        sound = told == _digest(content) and content["schema_version"] == _VERSION
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise InputError(f"{NAME}: is damaged")
    found: Mapping[str, Any] = content
    return found


def sha256_of(file: Path) -> str:
    """Hexadecimal SHA-256 of a file's content.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with open(file, "rb") as opened:
        while part := opened.read(_PART):
            digest.update(part)
    return digest.hexdigest()


def _names(run: Path) -> Iterator[str]:
    """All regular files, by their place in the run; links are followed nowhere."""
    for place, folders, files in os.walk(run):
        folders[:] = sorted(name for name in folders if name != "blobs")
        for name in sorted(files):
            file = Path(place) / name
            inner = str(file.relative_to(run))
            ours = inner not in _BY_OTHERS and DRAFT_SUFFIX not in file.suffixes
            if ours and file.is_file() and not file.is_symlink():
                yield inner


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
