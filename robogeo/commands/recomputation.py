"""A run computed again from what it was told, and compared with what its journal says.

Answers are facts: demonstrations, refusals and failures are taken from the run. All that was computed
(weights, evaluations, questions, scores, proofs) is computed again in a folder of its own and has to come out
with the same bits, times excepted. On another machine or with other versions weights may differ in their last
bits.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robogeo.config import NOT_IDENTITY
from robogeo.data.storage import parse_demonstration
from robogeo.errors import InputError
from robogeo.experiment import Loop, usual_oracle
from robogeo.learning.answers import Answer, Failure
from robogeo.learning.journal import Event, payload_of
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.request import Refusal
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.run.recordings import EVENT, keep, kept, world_in
from robogeo.run.stored import open_run
from robogeo.stopwatch import TIMES

_SHOWN = 60  # characters of a value in which two events differ


@dataclass(frozen=True)
class Recomputation:
    """What came of it.

    Attributes:
        events: of the journal that were reproduced.
        difference: one line about the first that was not; None where all were.
    """

    events: int
    difference: str | None


def recomputed(run: str | os.PathLike[str], progress: Progress, workers: int | None = None) -> Recomputation:
    """Compute a run again; the run itself is only read.

    Args:
        run: the run's folder.
        progress: told about the work.
        workers: processes; None takes the run's own number. The result does not depend on it.

    Raises:
        InputError: not a run's folder, or one whose demonstrations are damaged.
    """
    stored, config = open_run(run)
    count = config.workers if workers is None else workers
    with (
        stored,
        tempfile.TemporaryDirectory(prefix="robogeo-replay-") as scratch,
        world_in(stored, config) as world,
        Workers(count) as pool,
        RunFolder.open(scratch, config.as_dict(), NOT_IDENTITY) as folder,
    ):
        learner = Learner(folder, config, world, progress)
        loop = Loop(learner, pool, progress, usual_oracle(learner))
        return _Replay(stored, learner, loop, progress).run()


class _Replay:
    def __init__(self, stored: RunFolder, learner: Learner, loop: Loop, progress: Progress) -> None:
        self._stored, self._learner, self._progress = stored, learner, progress
        self._produce: Mapping[str, Callable[[Event], object]] = {
            EVENT: lambda event: keep(learner.folder, kept(stored), learner.world, progress),
            "begin": lambda event: loop.prepare(),
            "attach": lambda event: learner.attach(stored_demonstration(stored, event)),
            "skip": lambda event: learner.folder.journal.append("skip", payload_of(event)),
            "fit": lambda event: learner.update(),
            "evaluate": lambda event: loop.evaluate(),
            "audit": lambda event: loop.stops(),
            "stop": lambda event: loop.stops(),
            "ask": lambda event: learner.ask(len(learner.pending) + 1),
            "tell": lambda event: learner.tell(event["query"], told(stored, event)),
            "cancel": lambda event: learner.cancel(event["query"]),
        }

    def run(self) -> Recomputation:
        wanted, made = self._stored.events(), self._learner.folder.journal.events
        while len(made) < len(wanted):
            first = len(made)
            event = wanted[first]
            self._progress(f"replaying {event['event']}", first, len(wanted))
            if event["event"] not in self._produce:
                return Recomputation(first, f"event {first}: of an unknown kind, {event['event']!r}")
            self._produce[event["event"]](event)
            if len(made) == first:
                return Recomputation(first, f"event {first}: {event['event']!r} did not come about again")
            for index, (there, here) in enumerate(zip(wanted[first:], made[first:], strict=False), first):
                difference = difference_of(there, here)
                if difference:
                    return Recomputation(index, f"event {index} ({there['event']}): {difference}")
        return Recomputation(len(wanted), None)


def difference_of(there: Event, here: Event) -> str | None:
    """The first field in which two events differ, times and checksums excepted; None where there is none."""
    return _difference("", _timeless(there), _timeless(here))


def stored_demonstration(stored: RunFolder, event: Mapping[str, Any]) -> Any:
    """The demonstration that an event brought.

    Raises:
        InputError: it is missing or damaged.
    """
    return parse_demonstration(stored.get_blob(event["demonstration"]), event["file"])


def told(stored: RunFolder, event: Mapping[str, Any]) -> Answer:
    """The answer that an event ``tell`` took.

    Raises:
        InputError: it is missing or damaged, or the event holds none.
    """
    if "demonstration" in event:
        answer: Answer = stored_demonstration(stored, event)
        return answer
    if "refusal" in event:
        return Refusal(event["refusal"], event["reason"])
    if "failure" in event:
        return Failure(event["failure"])
    raise InputError(f"event {event['n']}: 'tell' holds no answer")


def _timeless(event: Event) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("sha", *TIMES)}


def _difference(field: str, there: Any, here: Any) -> str | None:
    if isinstance(there, dict) and isinstance(here, dict):
        pairs = [
            (f"{field}.{name}".lstrip("."), there.get(name), here.get(name)) for name in {**there, **here}
        ]
    elif _is_list(there) and _is_list(here) and len(there) == len(here):
        pairs = [(f"{field}[{k}]", a, b) for k, (a, b) in enumerate(zip(there, here, strict=True))]
    elif there == here:
        return None
    else:
        return f"{field} is {str(there)[:_SHOWN]} in the run, {str(here)[:_SHOWN]} now"
    return next((found for found in (_difference(*pair) for pair in pairs) if found), None)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
