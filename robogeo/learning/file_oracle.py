"""A person, or a robot of one's own, as an oracle: asked by a file in a folder, answering by another."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

from robogeo.durable import make_folder, write_atomically
from robogeo.learning.answers import Answer, Failure
from robogeo.learning.question_file import read_answer, request_question
from robogeo.motion.request import Request
from robogeo.motion.world import World

_ANSWERS = ("answer.npz", "answer.csv", "refusal.json", "failure.json")
_POLL = 0.5  # s between two looks


class FileOracle:
    """Writes query.json and waits for answer.npz, answer.csv, refusal.json or failure.json beside it.

    Write an answer under another name first and rename it when it is whole. It is then kept in the folder
    "answered", so that a run that is interrupted before it has taken the answer finds it there.

    Args:
        folder: where to ask; made when missing.
        world: that the requests are of.
        patience: how long to wait for an answer, s; None waits for ever.
    """

    def __init__(self, folder: str | os.PathLike[str], world: World, patience: float | None = None) -> None:
        self._folder, self._world, self._patience = Path(folder), world, patience

    def demonstrate(self, request: Request, seed: int) -> Answer:
        """Ask, and wait; a failure when nobody answers in time.

        Raises:
            InputError: the answer is no answer, or the folder cannot be used. Mend it and run again.
        """
        kept = self._folder / "answered" / _key(request, seed)
        make_folder(kept.parent)
        for name in _ANSWERS:
            place = kept.with_suffix(f".{name}")
            if place.is_file():
                return read_answer(place)
        question = json.dumps(request_question(request, self._world), indent=2) + "\n"
        write_atomically(self._folder / "query.json", question.encode())
        until = None if self._patience is None else time.monotonic() + self._patience
        while True:
            for name in _ANSWERS:
                if (self._folder / name).is_file():
                    answer = read_answer(self._folder / name)
                    os.replace(self._folder / name, kept.with_suffix(f".{name}"))
                    return answer
            if until is not None and time.monotonic() >= until:
                return Failure(f"nobody answered within {self._patience:g} s")
            time.sleep(_POLL)


def _key(request: Request, seed: int) -> str:
    """Name of a request: equal for equal ones, whenever they are asked."""
    content = request.start.tobytes() + request.goal.tobytes() + str(seed).encode()
    return hashlib.sha256(content).hexdigest()[:16]
