"""The tab of motions: from where to where, what becomes of it, and playing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from robogeo.motion.request import Request
from robogeo.viewer.route import End, Route, Verdict
from robogeo.viewer.stage import GOAL, START, evenly
from robogeo.viewer.wording import verdict_html

if TYPE_CHECKING:
    from robogeo.viewer.page import Page

_HINT = (
    "Click two points of the map: from the first to the second leads the shortest way over what was learned. "
    "Or choose a request, or drag the tool's start and goal."
)
_REQUESTS = 12
_NONE = "choose ..."
_COLORS = {"start": START, "goal": GOAL}


class MotionTab:
    """Controls of the motion.

    Args:
        page: that they are on; its current container takes them.
    """

    def __init__(self, page: Page) -> None:
        self._page, self._aside = page, False
        gui, self._session = page.server.gui, page.session
        self._verdict = gui.add_html(verdict_html(None, _HINT))
        self._play = gui.add_button("Play or pause", icon="player-play")
        self._time = gui.add_slider("Time, s", 0.0, 1.0, 0.01, 0.0)
        self._requests = {
            f"{number + 1}: {request.name}": request
            for number, request in enumerate(self._session.held_out(_REQUESTS))
        }
        self._request = gui.add_dropdown("Request", (_NONE, *self._requests))
        self._buttons = gui.add_button_group("Ends", ("Swap", "Clear"))
        self._ghosts = gui.add_checkbox("Ghost poses", True)
        self._handles = {name: self._handle(name) for name in _COLORS}
        self._labels = {name: self._label(name) for name in _COLORS}
        self._listen()
        self.keys: dict[str, tuple[str, Any]] = {
            "P": ("Play or pause", page.player.toggle),
            "S": ("Swap start and goal", lambda: page.desk.submit(self._swap)),
            "C": ("Clear start and goal", lambda: page.desk.submit(self._clear)),
        }

    def refresh(self) -> None:
        """Show the way on a new map."""
        self._ends_changed(judge=True)

    def choose(self, x: float, y: float) -> None:
        """Choose the next end at a point of the map."""
        self._session.choose(x, y)
        self._ends_changed(judge=True)

    def take(self, request: Request) -> Route | None:
        """Show the motion for a request, judged; it takes as long as it takes."""
        self._session.take(request)
        self._ends_changed(judge=False)
        route = self._session.judge()
        self._draw(route)
        return route

    def hide_handles(self) -> None:
        """Take the handles away for good, where nobody can drag them."""
        for handle in self._handles.values():
            handle.remove()  # with its label
        self._handles, self._labels = {}, {}

    def step_aside(self, aside: bool) -> None:
        """Take handles and ghosts of the motion away while something is taught, or bring them back."""
        self._aside = aside
        for name in _COLORS:
            self._put(name, None)
        self._draw_ghosts(self._session.route)

    def set_duration(self, seconds: float) -> None:
        """Set the range of the time."""
        self._time.max, self._time.value = max(seconds, 0.01), 0.0

    def set_time(self, now: float) -> None:
        """Show the time."""
        self._time.value = now

    def _listen(self) -> None:
        page, desk = self._page, self._page.desk
        self._play.on_click(lambda _: page.player.toggle())
        self._time.on_update(
            lambda event: None if event.client_id is None else page.player.seek(self._time.value)
        )
        self._request.on_update(
            lambda event: None if event.client_id is None else desk.submit(self._take_request)
        )
        self._buttons.on_click(
            lambda _: desk.submit(self._swap if self._buttons.value == "Swap" else self._clear)
        )
        self._ghosts.on_update(lambda _: desk.submit(lambda: self._draw_ghosts(self._session.route)))
        for name, handle in self._handles.items():
            handle.on_update(lambda event, name=name: self._dragged(name, event.phase == "end"))

    def _handle(self, name: str) -> Any:
        return self._page.server.scene.add_transform_controls(
            f"/ends/{name}", scale=0.13, line_width=3.0, visible=False, depth_test=False
        )

    def _label(self, name: str) -> Any:
        return self._page.server.scene.add_label(
            f"/ends/{name}/label", name, visible=False, anchor="bottom-left"
        )

    def _dragged(self, name: str, ended: bool) -> None:
        what = f"{name} at rest" if ended else f"drag {name}"
        self._page.desk.latest(what, lambda: self._drag(name, ended))

    def _drag(self, name: str, ended: bool) -> None:
        end: End | None = getattr(self._session, name)
        if end is None:
            return
        handle = self._handles[name]
        q = self._page.arm.reached(np.array(handle.wxyz), np.array(handle.position), end.q)
        if q is None:
            self._say(Verdict("refused", f"the tool cannot be at this {name}: no posture reaches it"))
            return
        setattr(self._session, name, self._session.end_at(q))
        self._ends_changed(judge=ended, held=None if ended else name)

    def _take_request(self) -> None:
        request = self._requests.get(self._request.value)
        if request is not None:
            self._session.take(request)
            self._ends_changed(judge=True)

    def _swap(self) -> None:
        self._session.swap()
        self._ends_changed(judge=True)

    def _clear(self) -> None:
        self._session.clear()
        self._request.value = _NONE
        self._ends_changed(judge=False)

    def _ends_changed(self, *, judge: bool, held: str | None = None) -> None:
        """Show the ends and the way between them at once; time it and run it when nothing else waits."""
        session, page = self._session, self._page
        codes = [None if end is None else end.code for end in (session.start, session.goal)]
        with page.server.atomic():
            page.board.ends(*codes)
            for name in _COLORS:
                self._put(name, held)
        route = session.lead()
        self._draw(route)
        if route is not None and judge:
            page.desk.latest("judge", lambda: self._draw(session.judge()))

    def _put(self, name: str, held: str | None) -> None:
        """Put a handle where the tool is at an end, unless it is held."""
        end: End | None = getattr(self._session, name)
        if name not in self._handles:
            return
        handle, label = self._handles[name], self._labels[name]
        handle.visible = label.visible = end is not None and not self._aside
        if end is not None and name != held:
            tool = self._page.arm.tool(end.q)
            handle.wxyz, handle.position = tool.wxyz[0, 0], tool.position[0, 0]

    def _draw(self, route: Route | None) -> None:
        page = self._page
        with page.server.atomic():
            page.board.line("geodesic", None if route is None else route.codes)
            self._draw_ghosts(route)
            page.stage.way("tool", None if route is None else route.shown)
            if route is not None:
                page.stage.show(page.arm.poses(route.shown[:1]))
        film = None if route is None else route.film
        if route is None or film is None:
            page.play(None)
        else:
            page.play(film, self._session.codes_of(film.q), route.title)
        # Last: whoever reads the verdict finds the film loaded.
        self._say(None if route is None else route.verdict)

    def _draw_ghosts(self, route: Route | None) -> None:
        wanted = self._ghosts.value and not self._aside
        self._page.stage.ghosts("way", evenly(route.shown) if wanted and route is not None else None)

    def _say(self, verdict: Verdict | None) -> None:
        self._verdict.content = verdict_html(verdict, _HINT)
