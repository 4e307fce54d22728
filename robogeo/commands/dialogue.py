"""The loop with a person or a real robot as oracle: questions and answers as files, one command at a time.

Both commands lock the run's folder, so that nothing else writes into it meanwhile.
"""

from __future__ import annotations

import os
from pathlib import Path

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.experiment import update_experiment
from robogeo.learning.answers import Receipt, check_demonstration
from robogeo.learning.queries import Query
from robogeo.learning.question_file import question, read_answer
from robogeo.motion.world import World
from robogeo.progress import Progress
from robogeo.run.taught import learner_of


def ask_run(run: str | os.PathLike[str], n: int) -> list[tuple[Query, Path]]:
    """Queries of a run that wait for an answer, ``n`` of them where there are as many, with their files.

    Raises:
        InputError: not a run's folder, one that another process writes into, or nothing is learned yet.
    """
    if n < 1:
        raise InputError(f"ask: --n is {n}, expected at least 1")
    with learner_of(run) as learner:
        asked = learner.ask(n)
        name = "queries/{}.json"
        return [
            (query, learner.folder.write_json(name.format(query.id), question(query, learner.world)))
            for query in asked
        ]


def tell_run(
    run: str | os.PathLike[str], query_id: str, file: Path, progress: Progress, update: bool = False
) -> Receipt:
    """Answer a query of a run by a file.

    Args:
        run: the run's folder.
        query_id: of the query, as `ask_run` told it.
        file: a demonstration (.npz or .csv), a refusal or a failure (.json).
        progress: told about the work.
        update: learn from what was told so far, and evaluate it.

    Raises:
        InputError: no such run, query or file, or the file's content is no answer to it. Nothing is changed.
    """
    answer = read_answer(file)
    with learner_of(run, progress) as learner:
        if isinstance(answer, Demonstration):
            _check(answer, file, learner.world)
        receipt = learner.tell(query_id, answer)
        if update:
            update_experiment(learner, progress)
        return receipt


def _check(demonstration: Demonstration, file: Path, world: World) -> None:
    """Name the file in what is wrong with a demonstration."""
    try:
        check_demonstration(demonstration, world)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
