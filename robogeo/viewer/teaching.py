"""Teaching: queries, the lesson in hand, and what is told to the learner.

A session by a person and one by a planner differ only in who gives the path. What is accepted is in the
run's journal before anything else happens, so a browser that vanishes takes nothing along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.learning.answers import Answer, Receipt
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import Oracle
from robogeo.learning.queries import Query
from robogeo.motion.request import Refusal
from robogeo.progress import Progress
from robogeo.run.stored import summary_of
from robogeo.viewer.lesson import Lesson, Preview
from robogeo.viewer.reports import Reports

FloatArray = NDArray[np.float64]
Update = Callable[[Learner, Progress], None]


class Teaching:
    """What a person does with a learner.

    Args:
        learner: of the run; its folder must be locked for writing to teach it.
        update: retrains and evaluates, as a planner's session does.
        oracle: makes whom a planner's session asks. It is made anew whenever it is asked, because one that
            hands out recordings counts what was only looked at as given.
        reports: told about the work; the learner tells them too.
        barred: why nothing can be taught; empty: it can.

    Attributes:
        lesson: the demonstration in hand, if any.
        preview: what it would teach, once it was looked at; None after every change.
    """

    def __init__(
        self,
        learner: Learner,
        update: Update,
        oracle: Callable[[Learner], Oracle],
        reports: Reports,
        barred: str = "",
    ) -> None:
        self.learner, self._update, self._oracle = learner, update, oracle
        self.reports, self.barred = reports, barred
        self.lesson: Lesson | None = None
        self.preview: Preview | None = None

    @property
    def writable(self) -> bool:
        """Whether the run can be taught."""
        return not self.barred

    @property
    def queries(self) -> list[Query]:
        """All queries, those that wait for an answer first, then the latest."""
        record = self.learner.record
        waiting = {query.id for query in record.pending}
        others = [query for query in record.queries.values() if query.id not in waiting]
        return [*record.pending, *reversed(others)]

    @property
    def rounds(self) -> Sequence[Mapping[str, Any]]:
        """Every round that was evaluated, as in ``summary.json``."""
        found: Sequence[Mapping[str, Any]] = summary_of(self.learner.folder)["rounds"]
        return found

    @property
    def untaught(self) -> int:
        """Demonstrations that were accepted since the last training."""
        fits = self.learner.record.fits
        return len(self.learner.demonstrations) - (fits[-1]["demonstrations"] if fits else 0)

    def state_of(self, query: Query) -> str:
        """The state of a query, for people."""
        return self.learner.record.receipt(query.id).state.value

    def ask(self, n: int = 1) -> list[Query]:
        """Questions that wait for an answer, ``n`` of them beyond those that wait already."""
        self._check_writable()
        return self.learner.ask(len(self.learner.pending) + n)

    def choose(self, query_id: str) -> Query:
        """Take a question in hand; way-points for another one are put away."""
        query = self.learner.record.queries[query_id]
        if self.lesson is None or self.lesson.query.id != query_id:
            config = self.learner.config
            self.lesson = Lesson(query, self.learner.world, config.motion.derate, config.asking.tolerance)
            self.preview = None
        return query

    def insert(self, q: FloatArray, after: int) -> None:
        """Put a way-point behind a corner of the lesson."""
        self._in_hand().insert(q, after)
        self.preview = None

    def remove(self, number: int) -> None:
        """Take a way-point of the lesson away."""
        self._in_hand().remove(number)
        self.preview = None

    def look(self) -> Preview:
        """Run what the way-points would teach."""
        self.preview = self._in_hand().preview()
        return self.preview

    def ask_oracle(self) -> Preview:
        """Have the oracle of a planner's session answer, and look at it in the same way."""
        lesson = self._in_hand()
        answer = self._oracle(self.learner).demonstrate(lesson.query.request, self.learner.rounds - 1)
        self.preview = lesson.checked(answer)
        return self.preview

    def accept(self) -> Receipt:
        """Tell the learner what was looked at.

        Raises:
            InputError: nothing good was looked at, the question is answered already, or the run is not
                writable.
        """
        preview = self.preview
        if preview is None or not preview.good or not isinstance(preview.answer, Demonstration):
            raise InputError("accept: look at the demonstration first; only one that ran well can be told")
        return self._tell(preview.answer)

    def refuse(self, reason: str) -> Receipt:
        """Tell the learner that this will not be shown; nothing near it is asked again."""
        return self._tell(Refusal("refused", reason))

    def update(self) -> None:
        """Learn what was told, and evaluate it.

        Raises:
            InputError: nothing was told since the last training, or the run is not writable.
        """
        self._check_writable()
        if not self.untaught:
            raise InputError("update: nothing was taught since the last training")
        self._update(self.learner, self.reports)

    def _tell(self, answer: Answer) -> Receipt:
        self._check_writable()
        query = self._in_hand().query
        receipt = self.learner.tell(query.id, answer)
        if not receipt.accepted:
            raise InputError(f"query {query.id}: {receipt.state.value} before; nothing changed")
        self.lesson = self.preview = None
        return receipt

    def _in_hand(self) -> Lesson:
        if self.lesson is None:
            raise InputError("lesson: choose a question first")
        return self.lesson

    def _check_writable(self) -> None:
        if not self.writable:
            raise InputError(f"teaching is off: {self.barred}")
