"""Whether a run's folder is what it was: everything that has a checksum is hashed again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from robogeo.durable import DRAFT_SUFFIX
from robogeo.errors import InputError
from robogeo.learning.journal import Event, read_events, unread_bytes
from robogeo.learning.manifest import reaches, read_manifest, sha256_of
from robogeo.learning.run_folder import run_at


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        events: good events in the journal.
        files: files that were hashed.
        sealed: whether the run has a manifest; without it, report, figures and motions are not known.
        faults: one line for each fault; none when everything is sound.
    """

    events: int
    files: int
    sealed: bool
    faults: tuple[str, ...]


def verified(run: str | os.PathLike[str]) -> Verification:
    """Hash everything that a run holds again; nothing is changed, and nothing has to be locked.

    Raises:
        InputError: not a run's folder.
    """
    return _Check(run_at(run)).verification()


class _Check:
    def __init__(self, run: Path) -> None:
        self._run = run
        self._events: Sequence[Event] = ()
        self._files = 0
        self._sealed = False

    def verification(self) -> Verification:
        faults = (*self._configuration(), *self._journal(), *self._blobs(), *self._named(), *self._manifest())
        return Verification(len(self._events), self._files, self._sealed, faults)

    def _configuration(self) -> Iterator[str]:
        try:
            expected = json.loads((self._run / "provenance.json").read_bytes())["config_sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            yield "provenance.json: cannot be read"
            return
        if self._sha("config.yaml") != expected:
            yield "config.yaml: has changed since the run was started"

    def _journal(self) -> Iterator[str]:
        file = self._run / "journal.jsonl"
        if not file.exists():
            return
        try:
            self._events, unread = read_events(file), unread_bytes(file)
        except InputError as error:
            yield str(error)
            return
        if unread:
            yield f"journal.jsonl: {unread} bytes after the last good line"

    def _blobs(self) -> Iterator[str]:
        """Whether blobs are what their names say."""
        for file in sorted((self._run / "blobs").glob("*")):
            if file.name.endswith(DRAFT_SUFFIX):
                continue
            if self._sha(f"blobs/{file.name}") != file.name:
                yield f"blobs/{file.name}: content does not match its name"

    def _named(self) -> Iterator[str]:
        """Whether what events name is there, and demonstrations are those that were told."""
        for event in self._events:
            shas = [event[field] for field in ("model", "demonstration") if field in event]
            for sha in shas:
                if not (self._run / "blobs" / Path(sha).name).is_file():
                    yield f"blobs/{sha}: is missing, event {event['n']} names it"
            told = event.get("demonstration", event.get("sha256"))
            if told and "file" in event and self._sha(event["file"]) != told:
                yield f"{event['file']}: is missing, or not what event {event['n']} brought"

    def _manifest(self) -> Iterator[str]:
        try:
            manifest = read_manifest(self._run)
        except InputError as error:
            self._sealed = True
            yield str(error)
            return
        self._sealed = manifest is not None
        if manifest is None:
            return
        if not reaches(self._events, manifest["journal"]):
            yield f"journal.jsonl: lacks some of the {manifest['journal']['events']} events that were in it"
        for name, sha in manifest["files"].items():
            if self._sha(name) != sha:
                yield f"{name}: is missing, or has changed since it was written"

    def _sha(self, name: str) -> str:
        """SHA-256 of a file of the run; empty where it cannot be read."""
        place = Path(name)
        if place.is_absolute() or ".." in place.parts:
            return ""
        self._files += 1
        try:
            return sha256_of(self._run / place)
        except OSError:
            return ""
