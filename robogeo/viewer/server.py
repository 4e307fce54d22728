"""The server: listens on this machine alone, says where, and stops cleanly."""

from __future__ import annotations

import io
import socket
import threading
from contextlib import redirect_stdout
from typing import Any

from robogeo.errors import InputError, RobogeoError
from robogeo.viewer.origins import own_page_only
from robogeo.viewer.page import Page
from robogeo.viewer.session import Session
from robogeo.viewer.teaching import Teaching

HOST = "127.0.0.1"
_FIRST_PORT, _MOST_TRIED = 8080, 200


class Viewer:
    """A page that is being served.

    Args:
        session: what is looked at.
        teaching: what is taught.
        port: to listen on; None: the first free one from 8080.

    Attributes:
        address: for the browser.
        page: what it shows.

    Raises:
        InputError: the port is taken, or viser is not installed.
        RobogeoError: no port is free.
    """

    def __init__(self, session: Session, teaching: Teaching, port: int | None = None) -> None:
        viser = _viser()
        chosen = free_port(port)
        # Its banner names no more than the address, which is told below.
        with redirect_stdout(io.StringIO()), own_page_only():
            self._server = viser.ViserServer(HOST, chosen, label="robogeo", verbose=False)
        self._server.request_share_url = _not_shared  # a page may ask for it, with or without a button
        self.address = f"http://{HOST}:{self._server.get_port()}"
        self._server.gui.configure_theme(
            control_width="large", show_logo=False, show_share_button=False, brand_color=(0, 90, 143)
        )
        self._server.gui.main_panel.dock_right()
        self._server.gui.main_panel.set_width(380)
        try:
            self.page = Page(self._server, session, teaching)
        except BaseException:
            self._server.stop()
            raise

    @property
    def server(self) -> Any:
        """The server of viser."""
        return self._server

    def wait(self) -> None:
        """Serve until interrupted."""
        done = threading.Event()
        while not done.is_set():
            done.wait(3600.0)

    def close(self) -> None:
        """Stop serving; what was accepted is in the journal already."""
        self.page.close()
        with redirect_stdout(io.StringIO()):
            self._server.stop()

    def __enter__(self) -> Viewer:
        """Return the viewer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self.close()


def free_port(wanted: int | None) -> int:
    """A port of this machine on which nobody listens: the one wanted, or the first from 8080.

    Raises:
        InputError: the one wanted is none, or is taken.
        RobogeoError: none is free.
    """
    if wanted is not None:
        if not 1 <= wanted <= 65535:
            raise InputError(f"--port {wanted}: expected 1 to 65535")
        if not _is_free(wanted):
            raise InputError(f"--port {wanted}: is taken; leave it out to have a free one chosen")
        return wanted
    for port in range(_FIRST_PORT, _FIRST_PORT + _MOST_TRIED):
        if _is_free(port):
            return port
    raise RobogeoError(f"no port from {_FIRST_PORT} to {_FIRST_PORT + _MOST_TRIED - 1} is free; give --port")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _not_shared(*_: Any, **__: Any) -> None:
    """In the place of viser's tunnel to a server elsewhere, which would show the page to the world."""


def _viser() -> Any:
    try:
        import viser
    except ImportError as error:
        raise InputError(
            "the viewer needs viser, which is not installed: pip install 'robogeo[viewer]'"
        ) from error
    return viser
