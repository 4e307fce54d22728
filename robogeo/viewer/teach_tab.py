"""The tab of teaching: questions with their scores, a demonstration in the making, and learning from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.queries import Query
from robogeo.viewer.board import STRETCH
from robogeo.viewer.posture import Posture
from robogeo.viewer.stage import evenly
from robogeo.viewer.success import SuccessPlot
from robogeo.viewer.wording import checks_html, note_html, query_html

if TYPE_CHECKING:
    from robogeo.viewer.page import Page

FloatArray = NDArray[np.float64]
_NONE = "none"
_ADD, _REMOVE = "Add here", "Remove it"
_LOOK, _PLANNER, _RECORDING = "Look at it", "Let planner show", "Show recording"
_SHOWN = (230, 159, 0)
_HINT = (
    "Drag the orange tool (or move the joints), add way-points between start and goal, look at the motion, "
    "and accept it. Nothing is told before that; what is accepted is kept at once."
)


class TeachTab:
    """Controls of questions and answers.

    Args:
        page: that they are on; its current container takes them.
    """

    def __init__(self, page: Page) -> None:
        self._page, self._teaching = page, page.teaching
        gui = page.server.gui
        self._question = gui.add_dropdown("Question", (_NONE,))
        self._told = gui.add_html("")
        self._ask = gui.add_button("Ask one more", icon="help")
        with gui.add_folder("Show it"):
            self._corner = gui.add_dropdown("Behind", ("start",))
            self._points = gui.add_button_group("Way-point", (_ADD, _REMOVE))
            oracle = _RECORDING if self._teaching.learner.config.recorded else _PLANNER
            self._show = gui.add_button_group("Motion", (_LOOK, oracle))
            self._checks = gui.add_html(note_html(_HINT))
            self._accept = gui.add_button("Accept", icon="check", color="green")
            self._reason = gui.add_text("Reason", "it cannot be shown")
            self._refuse = gui.add_button("Refuse", icon="x", color="red")
        self._posture = Posture(page)
        self._update = gui.add_button("Learn from what was taught", icon="school", color="blue")
        self._bar = gui.add_progress_bar(0.0, visible=False)
        self._said = gui.add_html("")
        self._success = SuccessPlot(gui)
        self._teaching.reports.watcher = self
        self._listen()
        self.keys: dict[str, tuple[str, Any]] = {
            "Q": ("Ask one more question", self._later(self._ask_one)),
            "W": ("Add a way-point", self._later(self._add_way_point)),
            "L": ("Look at the demonstration", self._later(self._look_at_it)),
            "A": ("Accept the demonstration", self._later(self._accept_it)),
            "U": ("Learn from what was taught", self._later(self._learn)),
        }

    def refresh(self) -> None:
        """Show what the run's journal says."""
        self._success.show(self._teaching.rounds)
        self._list_questions()

    def say(self, text: str) -> None:
        """Tell something."""
        self._said.content = note_html(text)

    def _later(self, action: Any) -> Any:
        return lambda *_: self._page.desk.submit(action)

    def _listen(self) -> None:
        self._question.on_update(
            lambda event: None if event.client_id is None else self._page.desk.submit(self._choose)
        )
        for button, action in (
            (self._ask, self._ask_one),
            (self._accept, self._accept_it),
            (self._refuse, self._refuse_it),
            (self._update, self._learn),
        ):
            button.on_click(self._later(action))
        actions = {
            _ADD: self._add_way_point,
            _REMOVE: self._remove_way_point,
            _LOOK: self._look_at_it,
            _PLANNER: self._ask_oracle,
            _RECORDING: self._ask_oracle,
        }
        for group in (self._points, self._show):
            group.on_click(lambda event: self._page.desk.submit(actions[event.target.value]))

    # -- questions ---------------------------------------------------------------------------------

    def _list_questions(self) -> None:
        teaching = self._teaching
        names = {self._name(query): query.id for query in teaching.queries}
        self._ids = names
        self._question.options = (_NONE, *names)
        chosen = teaching.lesson
        self._question.value = _NONE if chosen is None else self._name(chosen.query)
        self._show_question(None if chosen is None else chosen.query)

    def _name(self, query: Query) -> str:
        return f"{query.id} {self._teaching.state_of(query)}: {query.request.name}"

    def _choose(self) -> None:
        query_id = self._ids.get(self._question.value)
        if query_id is None:
            self._teaching.lesson = self._teaching.preview = None
            self._show_question(None)
        else:
            self._show_question(self._teaching.choose(query_id))

    def _ask_one(self) -> None:
        known = set(self._teaching.learner.queries)
        self.say("looking for what is worth asking ...")
        new = [query for query in self._teaching.ask() if query.id not in known]
        if not new:
            self.say("nothing else may be asked in this round; learn from what was taught first")
            return
        self._teaching.choose(new[-1].id)
        self._list_questions()
        self.say(f"{new[-1].id} was asked")

    def _show_question(self, query: Query | None) -> None:
        """Show a question's stretch on the map and in the scene, and begin to show it."""
        page = self._page
        with page.server.atomic():
            page.motion.step_aside(query is not None)
            if query is None:
                self._told.content = note_html("Choose a question, or ask one more.")
                page.board.line("stretch", None)
                for take_away in (page.stage.way, page.stage.ghosts):
                    take_away("stretch", None)
                self._posture.hide()
            else:
                self._told.content = query_html(query, self._teaching.state_of(query))
                worst = query.motion if len(query.motion) > 1 else None
                page.board.line("stretch", self._on_map(query), STRETCH, 6.0)
                page.stage.way("stretch", worst, STRETCH, 5.0)
                page.stage.ghosts("stretch", None if worst is None else evenly(worst, 4)[1:3], STRETCH)
                self._posture.begin(query.request.start)
        self._show_lesson()

    def _on_map(self, query: Query) -> FloatArray | None:
        """The worst stretch on the present map: as it was found, or where an older one's motion lies now."""
        if query.round == self._teaching.learner.rounds - 1 and len(query.stretch) > 1:
            return query.stretch
        if len(query.motion) < 2:
            return None
        return self._page.session.codes_of(query.motion)

    # -- the demonstration -------------------------------------------------------------------------

    def _show_lesson(self) -> None:
        """Show the lesson as it is: way-points by ghosts, the path, and what was found by looking at it."""
        lesson, preview, page = self._teaching.lesson, self._teaching.preview, self._page
        seen = preview.answer.q if preview and isinstance(preview.answer, Demonstration) else None
        path = lesson.path() if lesson is not None and seen is None else seen
        with page.server.atomic():
            page.stage.way("lesson", path, _SHOWN, 4.0)
            page.stage.ghosts("lesson", None if lesson is None else lesson.corners[1:], _SHOWN, 0.22)
            page.board.line("lesson", None if seen is None else page.session.codes_of(seen), _SHOWN)
        self._checks.content = note_html(_HINT) if preview is None else checks_html(preview)
        self._list_corners(0 if lesson is None else len(lesson.way_points))
        self._allow()

    def _list_corners(self, count: int) -> None:
        """Offer the start and as many way-points as there are to be put something behind."""
        behind = ("start", *(f"way-point {k + 1}" for k in range(count)))
        if self._corner.options != behind:
            self._corner.options, self._corner.value = behind, behind[-1]

    def _add_way_point(self) -> None:
        self._teaching.insert(self._posture.q, self._corner.options.index(self._corner.value))
        self._show_lesson()

    def _remove_way_point(self) -> None:
        self._teaching.remove(self._corner.options.index(self._corner.value))
        self._show_lesson()

    def _look_at_it(self) -> None:
        self._teaching.look()
        self._show_lesson()

    def _ask_oracle(self) -> None:
        self._teaching.ask_oracle()
        self._show_lesson()

    def _accept_it(self) -> None:
        receipt = self._teaching.accept()
        covered = (
            "" if receipt.compliance is None else f", it covers {receipt.compliance:.0%} of what was asked"
        )
        self._after_answer(f"kept{covered}; {self._teaching.untaught} to be learned from")

    def _refuse_it(self) -> None:
        self._teaching.refuse(self._reason.value.strip() or "refused")
        self._after_answer("refused; nothing near it will be asked again")

    def _after_answer(self, text: str) -> None:
        self._list_questions()
        self.say(text)

    # -- learning ----------------------------------------------------------------------------------

    def _learn(self) -> None:
        self._update.disabled, self._bar.visible = True, True
        try:
            self._teaching.update()
            self._page.session.refresh()
            self._page.refresh()
            last = self._teaching.rounds[-1]
            low, high = last["success_rate_ci95"]
            self.say(
                f"round {last['round']}: {last['demonstrations']} demonstrations, "
                f"success {last['success_rate']:.0%} [{low:.0%}, {high:.0%}]"
            )
        finally:
            self._bar.visible = False
            self._allow()

    def show_progress(self, what: str, share: float) -> None:
        """Show how far the learning is."""
        self._bar.value = 100.0 * min(max(share, 0.0), 1.0)
        self.say(what)

    def _allow(self) -> None:
        """Let be pressed what makes sense now."""
        teaching = self._teaching
        lesson = teaching.lesson
        waits = lesson is not None and teaching.state_of(lesson.query) == "pending" and teaching.writable
        for control in (self._corner, self._points, self._show, self._accept, self._reason, self._refuse):
            control.visible = waits
        good = teaching.preview is not None and teaching.preview.good
        self._accept.disabled = not good
        self._ask.disabled = not teaching.writable
        self._update.disabled = not (teaching.writable and teaching.untaught)
        if not teaching.writable:
            self.say(f"Teaching is off: {teaching.barred}.")
