"""The folder of one run: its configuration, journal, blobs and results, safe against crashes and mix-ups.

    config.yaml  provenance.json  journal.jsonl  summary.json  report.html
    demonstrations/  blobs/<sha256>  motions/  figures/  queries/

A blob is stored under the SHA-256 of its content and verified whenever it is read. The journal names blobs
only after they are on the disk: a blob without an event is harmless, an event never lacks its blob. A lock
keeps a second process from writing into the same folder; readers need none.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from robogeo.config.file import MOST_BYTES, read_tree
from robogeo.durable import DRAFT_SUFFIX, make_folder, write_atomically, write_error
from robogeo.errors import InputError, RobogeoError
from robogeo.learning.journal import Event, Journal, read_events
from robogeo.learning.provenance import provenance

FOLDERS = ("demonstrations", "blobs", "motions", "figures")
_CONFIG, _JOURNAL, _LOCK, _PROVENANCE = "config.yaml", "journal.jsonl", ".lock", "provenance.json"
_SHA = re.compile(r"[0-9a-f]{64}")


class LockError(InputError):
    """A run cannot be written into, though perhaps read: another process does so, or the place forbids it."""


class RunFolder:
    """A run's folder, made by `open` (to write) or `existing` (to read, or to write with `exclusive`).

    Use it as a context manager, or call `close`.

    Attributes:
        path: the folder.
        config: the configuration stored in it, as plain data.
    """

    def __init__(self, path: Path, config: dict[str, Any], lock: int | None) -> None:
        self.path = path
        self.config = config
        self._lock = lock
        self._journal = Journal(path / _JOURNAL) if lock is not None else None

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], config: Mapping[str, Any], ignoring: Sequence[str] = ()
    ) -> RunFolder:
        """Open the folder of a run to write into it; make it when there is none.

        Args:
            path: the folder; new, empty, or of a run with the same configuration, which is then resumed.
            config: the configuration as plain data.
            ignoring: top-level fields that may differ from the stored configuration.

        Raises:
            InputError: the stored configuration differs, naming the first field; the folder holds something
                else; another process writes into it; or it cannot be written. Nothing is changed then.
        """
        folder = Path(path)
        text = _yaml_text(config)
        if len(text) > MOST_BYTES:
            raise InputError(f"configuration: takes more than {MOST_BYTES} bytes; shorten its lists")
        _check_usable(folder, config, ignoring)
        make_folder(folder)
        lock = _locked(folder)
        try:
            # Again, now that nobody else can write: another process may have been first.
            stored = _check_usable(folder, config, ignoring)
            for name in FOLDERS:
                make_folder(folder / name)
            if stored is None:
                origin = {**provenance(), "config_sha256": hashlib.sha256(text).hexdigest()}
                write_atomically(folder / _PROVENANCE, _json_bytes(origin, _PROVENANCE))
                # Last: a folder with this file is a run.
                write_atomically(folder / _CONFIG, text)
            return cls(folder, read_tree(folder / _CONFIG), lock)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def existing(cls, path: str | os.PathLike[str], exclusive: bool = False) -> RunFolder:
        """Open the folder of a run that is there already.

        Args:
            path: the folder.
            exclusive: lock it, to write into the journal; reading needs no lock.

        Raises:
            InputError: it is not a run's folder.
            LockError: another process writes into it, or it cannot be written.
        """
        folder = run_at(path)
        config = read_tree(folder / _CONFIG)
        if not exclusive:
            return cls(folder, config, None)
        lock = _locked(folder)
        try:
            return cls(folder, config, lock)
        except BaseException:
            os.close(lock)
            raise

    @property
    def journal(self) -> Journal:
        """The journal, open for appending.

        Raises:
            RobogeoError: the folder was opened for reading only.
        """
        if self._journal is None:
            raise RobogeoError(f"{self.path}: opened for reading, its journal cannot be appended to")
        return self._journal

    def events(self) -> list[Event]:
        """Return all events of the journal, oldest first."""
        if self._journal is not None:
            return list(self._journal.events)
        file = self.path / _JOURNAL
        return read_events(file) if file.exists() else []

    def put_blob(self, content: bytes) -> str:
        """Store bytes durably and return their SHA-256, by which `get_blob` finds them."""
        sha = hashlib.sha256(content).hexdigest()
        file = self.path / "blobs" / sha
        if not (file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha):
            write_atomically(file, content)
        return sha

    def get_blob(self, sha: str) -> bytes:
        """Return the bytes with that SHA-256.

        Raises:
            InputError: there are none, or they have changed since they were stored.
        """
        file = self.path / "blobs" / _checked_sha(sha)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"{file}: blob cannot be read ({error.strerror or error})") from error
        if hashlib.sha256(content).hexdigest() != sha:
            raise InputError(f"{file}: blob is damaged, its content does not match its name")
        return content

    def file(self, name: str) -> Path:
        """Return the path of a file in this folder, such as "motions/3.csv"; its folder is made if need be.

        Raises:
            InputError: the name leads out of the folder.
        """
        place = self.path / name
        if Path(name).is_absolute() or ".." in Path(name).parts or place == self.path:
            raise InputError(f"{name}: leads out of the run's folder {self.path}")
        make_folder(place.parent)
        return place

    def write_bytes(self, name: str, content: bytes) -> Path:
        """Write a file in this folder, wholly or not at all, and return its path."""
        place = self.file(name)
        write_atomically(place, content)
        return place

    def write_json(self, name: str, value: Any) -> Path:
        """Write plain data as a JSON file in this folder, wholly or not at all, and return its path.

        Raises:
            InputError: the value is not plain finite data.
        """
        return self.write_bytes(name, _json_bytes(value, name))

    def close(self) -> None:
        """Close the journal and release the lock; closing twice is harmless."""
        if self._journal is not None:
            self._journal.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> RunFolder:
        """Return the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the folder."""
        self.close()


def run_at(path: str | os.PathLike[str]) -> Path:
    """The folder of a run, which is there.

    Raises:
        InputError: there is none.
    """
    folder = Path(path)
    if (folder / _CONFIG).is_file():
        return folder
    reason = f"it has no {_CONFIG}" if folder.is_dir() else "there is no such folder"
    raise InputError(f"{folder}: not a run's folder, {reason}; give the folder that 'robogeo learn' wrote")


def _check_usable(folder: Path, config: Mapping[str, Any], ignoring: Sequence[str]) -> dict[str, Any] | None:
    """Return the stored configuration if it fits, None if the folder is fresh; raise InputError otherwise."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file; choose another folder for the run")
    if not (folder / _CONFIG).exists():
        ours = {_LOCK, _PROVENANCE, *FOLDERS}
        others = sorted(p.name for p in folder.iterdir() if p.name not in ours and p.suffix != DRAFT_SUFFIX)
        if others:
            raise InputError(f"{folder}: holds '{others[0]}' but no run; choose a new or empty folder")
        return None
    stored = read_tree(folder / _CONFIG)
    wanted = yaml.safe_load(_yaml_text(config))
    for name in dict.fromkeys([*stored, *wanted]):
        if name not in ignoring:
            _compare(folder, name, stored.get(name), wanted.get(name))
    return stored


def _compare(folder: Path, field: str, stored: Any, wanted: Any) -> None:
    """Raise InputError naming the first field in which two trees differ."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        for name in dict.fromkeys([*stored, *wanted]):
            _compare(folder, f"{field}.{name}", stored.get(name), wanted.get(name))
    elif stored != wanted:
        raise InputError(
            f"{folder}: holds a run with another configuration: {field} is {str(stored)[:80]} there, "
            f"{str(wanted)[:80]} now; choose another folder, or give the stored value to resume"
        )


def _locked(folder: Path) -> int:
    """Lock a folder for writing; the lock ends with the process, however that ends."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        found = write_error(folder / _LOCK, error)
        raise (LockError(str(found)) if isinstance(found, InputError) else found) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if isinstance(error, BlockingIOError):
            raise LockError(
                f"{folder}: another process is writing into this run; wait for it to end"
            ) from error
        raise write_error(folder / _LOCK, error) from error
    return lock


def _checked_sha(sha: str) -> str:
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise InputError(f"{str(sha)[:80]!r}: not a SHA-256, expected 64 hexadecimal digits")
    return sha


def _yaml_text(config: Mapping[str, Any]) -> bytes:
    try:
        text: str = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
    except yaml.YAMLError as error:
        raise InputError(f"configuration: not plain data ({error})") from error
    return text.encode()


def _json_bytes(value: Any, name: str) -> bytes:
    try:
        return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{name}: not plain finite data ({error})") from error
