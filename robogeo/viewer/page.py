"""The page: what a browser shows, and what happens when a person does something on it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import RobogeoError
from robogeo.viewer.arm import Arm
from robogeo.viewer.board import Board
from robogeo.viewer.desk import Desk
from robogeo.viewer.map_tab import MapTab
from robogeo.viewer.motion_tab import MotionTab
from robogeo.viewer.player import Player, Reel
from robogeo.viewer.route import Film
from robogeo.viewer.session import Session
from robogeo.viewer.stage import NOW, Stage
from robogeo.viewer.teach_tab import TeachTab
from robogeo.viewer.teaching import Teaching
from robogeo.viewer.wall import FOV, Wall
from robogeo.viewer.wording import keys_html

FloatArray = NDArray[np.float64]


class Tab(Protocol):
    """A part of the control panel."""

    keys: dict[str, tuple[str, Any]]


class Page:
    """All that is on the screen; one for all browsers that look at it.

    Args:
        server: of viser.
        session: what is looked at.
        teaching: what is taught.

    Attributes:
        desk: does the work, one piece at a time.
        arm: of the world.
        stage, board: what is drawn of arm and map.
        player: plays the film.
    """

    def __init__(self, server: Any, session: Session, teaching: Teaching) -> None:
        self.server, self.session, self.teaching = server, session, teaching
        self.desk = Desk(self.complain)
        self.arm = Arm(session.world)
        wall = Wall.facing(*session.world.appearance.view())
        margin = session.learner.config.success.margin_m
        server.scene.configure_default_lights(enabled=True, cast_shadow=False)
        self.stage = Stage(server.scene, self.arm)
        self.board = Board(server.scene, wall, session.map, margin)
        self.stage.show(self.arm.poses(session.world.rest))
        self.player = Player(self._told)
        self._played: tuple[Film, FloatArray] | None = None
        self._look_from(wall)
        tabs = server.gui.add_tab_group()
        with tabs.add_tab("Motion"):
            self.motion = MotionTab(self)
        with tabs.add_tab("Teach"):
            self.teach = TeachTab(self)
        with tabs.add_tab("Map"):
            self.map = MapTab(self)
            self._add_keys((self.motion, self.teach, self.map))
        server.scene.on_click()(self._clicked)
        self.refresh()

    def refresh(self) -> None:
        """Show the learner's last fit."""
        self.board.replace_map(self.session.map)
        self.motion.refresh()
        self.teach.refresh()
        self.map.refresh()

    def play(self, film: Film | None, codes: FloatArray | None = None, title: str = "") -> None:
        """Load a film, with the codes (T, d) of its frames, which are marked on the map."""
        self.board.curves(film, title)
        if film is None or codes is None:
            self._played = None
            self.board.mark("now", None, NOW)
            self.player.load(None)
            self.motion.set_duration(0.0)
            return
        self._played = film, codes
        self.motion.set_duration(float(film.t[-1]))
        self._load(film, codes)

    def redraw_map(self) -> None:
        """Draw the map as its controls say now, and go on where the film is."""
        now = self.player.now
        self.board.redraw()
        if self._played is not None:
            self._load(*self._played)
            self.player.seek(now)

    def _load(self, film: Film, codes: FloatArray) -> None:
        poses, places = self.arm.poses(film.q), self.board.places(codes)
        self.board.mark("now", codes[0], NOW, 0.013)

        def show(frame: int) -> None:
            with self.server.atomic():
                self.stage.show(poses, frame)
                self.board.move_mark("now", places[frame])
                self.board.cursor(float(film.t[frame] / film.t[-1]))

        self.player.load(Reel(film.t, show))

    def complain(self, error: BaseException) -> None:
        """Say what went wrong; what is nobody's fault but ours is raised in the worker's log as well."""
        for client in self.server.get_clients().values():
            client.add_notification("That did not work", str(error), color="red", auto_close_seconds=12.0)
        self.teach.say(str(error))
        if not isinstance(error, RobogeoError):
            import traceback

            traceback.print_exception(error)

    def close(self) -> None:
        """End what runs."""
        self.player.close()
        self.desk.close()

    def _told(self, now: float) -> None:
        self.motion.set_time(now)

    def _clicked(self, event: Any) -> None:
        point = self.board.point_at(np.array(event.ray_origin), np.array(event.ray_direction))
        if point is not None:
            self.desk.submit(lambda: self.motion.choose(float(point[0]), float(point[1])))

    def _look_from(self, wall: Wall) -> None:
        camera = self.server.initial_camera
        camera.fov = FOV
        camera.position, camera.look_at, camera.up = wall.eye, wall.middle, (0.0, 0.0, 1.0)

    def _add_keys(self, tabs: tuple[Tab, ...]) -> None:
        """Keys for what the buttons do, told at the end of the last tab."""
        told = {}
        for tab in tabs:
            for key, (what, action) in tab.keys.items():
                command = self.server.gui.add_command(what, hotkey=key)
                command.on_trigger(lambda _, action=action: action())
                told[key] = what
        self.server.gui.add_html(keys_html(told))
