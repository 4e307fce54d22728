"""A replay of motions as one HTML file: the map, the arm and the curves, to be played from a disk.

The page is viser's own client, which is a single file, with the scene's messages in it; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from robogeo.durable import replacing
from robogeo.errors import RobogeoError
from robogeo.motion.request import Request
from robogeo.viewer.page import Page
from robogeo.viewer.route import Route

_PAUSE = 0.8  # s at a goal before the next motion
_EVERY = 2  # frames of the film of which one is kept
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob: data:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
    "worker-src blob: data:; child-src blob: data:; connect-src data: blob:"
)


def record(page: Page, requests: Sequence[Request], path: Path, title: str) -> list[Route]:
    """Write a replay.

    Args:
        page: that is served; nobody needs to look at it.
        requests: whose motions are shown, one after the other.
        path: of the HTML file.
        title: of the page.

    Returns:
        The ways that are shown.

    Raises:
        RobogeoError: the installed viser writes another page than is known; nothing is written then.
    """
    page.motion.hide_handles()
    serializer = page.server.get_scene_serializer()
    routes = []
    for request in requests:
        route = page.motion.take(request)
        if route is None:
            continue
        routes.append(route)
        _film(page, route, serializer)
    with replacing(path) as draft:
        draft.write_text(_sealed(serializer.as_html(), title), encoding="utf-8")
    return routes


def _film(page: Page, route: Route, serializer: Any) -> None:
    film = route.film
    if film is None:
        return
    times = [float(t) for t in (*film.t[:-1:_EVERY], film.t[-1])]
    for now, following in pairwise(times):
        page.player.seek(now)
        serializer.insert_sleep(following - now)
    page.player.seek(times[-1])
    serializer.insert_sleep(_PAUSE)


def _sealed(html: str, title: str) -> str:
    """The page with a title of its own and a policy by which the browser lets it fetch nothing."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    named = _replaced(r"<title>.*?</title>", f"<title>{escape(title)}</title>", html)
    return _replaced(r"<head>", f"<head>{policy}", named)


def _replaced(pattern: str, text: str, html: str) -> str:
    """The page with the first place that fits replaced; without one the page would promise what it is not."""
    changed, count = re.subn(pattern, lambda _: text, html, count=1, flags=re.DOTALL)
    if not count:
        raise RobogeoError(f"replay: the installed viser writes a page without {pattern}; install viser 1.1")
    return changed
