"""The demonstrations that a run begins with: as many as configured, of requests between the initial places.

Request and answer are keyed by the request's index, so that workers can show many at a time; they are taken
in the order of the indices, and the run's bits are those of one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import count

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import RobogeoError
from robogeo.learning.answers import Answer
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import Oracle
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.randomness import stream_seed

_PATIENCE = 20  # refusals in a row that are borne; after one more the oracle is not asked any further
_WORTH_SENDING = 32  # demonstrations; to start a worker takes as long as to show that many


def begin(learner: Learner, oracle: Oracle, workers: Workers, progress: Progress) -> None:
    """Ask for the initial demonstrations that the journal does not have yet.

    Args:
        learner: told each of them.
        oracle: asked for them; by several workers at a time if it is ``repeatable``.
        workers: that share the work where there is enough of it.
        progress: told about it.

    Raises:
        RobogeoError: the oracle refuses too much.
    """
    config, journal = learner.config, learner.folder.journal
    first = len(journal.of_kind("attach")) + len(journal.of_kind("skip"))
    show = partial(_shown, oracle, learner.world, stream_seed(config.seed, "initial"), config.initial_places)
    missing = config.initial_demonstrations - len(learner.demonstrations)
    if not (getattr(oracle, "repeatable", False) and learner.world.sendable and missing >= _WORTH_SENDING):
        _take(learner, map(show, count(first)), progress)
        return
    with closing(workers.stream(show, count(first))) as answers:
        _take(learner, answers, progress)


def _take(learner: Learner, answers: Iterator[tuple[str, Answer]], progress: Progress) -> None:
    """Take answers, each with its request's name, until there are enough."""
    config, journal = learner.config, learner.folder.journal
    while len(learner.demonstrations) < config.initial_demonstrations:
        name, answer = next(answers)
        if isinstance(answer, Demonstration):
            learner.attach(answer)
            progress("demonstrating", len(learner.demonstrations), config.initial_demonstrations)
            continue
        journal.append("skip", {"request": name, "reason": answer.reason})
        last = [event["event"] for event in journal.events[-_PATIENCE - 1 :]]
        if last == ["skip"] * (_PATIENCE + 1):
            raise RobogeoError(f"scene {config.scene}: the demonstrator refuses too much ({answer.reason})")


def _shown(
    oracle: Oracle, world: World, seed: int, places: tuple[str, ...], index: int
) -> tuple[str, Answer]:
    """Name of a request of the stream ``seed``, and what the oracle answers to it."""
    request = world.request(seed, index, places)
    return request.name, oracle.demonstrate(request, index)
