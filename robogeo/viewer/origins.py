"""Who may speak to the viewer: its own page, and no page of another site.

A browser lets any page open a WebSocket to any address, this machine's own included; it only tells the server
where the page came from (RFC 6455, section 10.2). viser hands on no list of those who may, so the list is put
in where viser starts its server: `websockets` then refuses all others during the handshake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from robogeo.errors import RobogeoError

_USUAL_PORT = 80  # of http


@contextmanager
def own_page_only() -> Iterator[None]:
    """Let a server that is started meanwhile take WebSockets from its own page alone.

    Programs that are no browser name no origin and are let in: they run on this machine anyhow.

    Raises:
        RobogeoError: no server was started in the way that is known; then it must not go on.
    """
    import websockets.asyncio.server as module

    plain: Any = module.serve
    guarded: list[int] = []

    def serve(handler: Any, host: str, port: int, **options: Any) -> Any:
        guarded.append(port)
        own = [f"http://{name}:{port}" for name in (host, "localhost")]
        if port == _USUAL_PORT:  # which browsers leave out
            own += [f"http://{name}" for name in (host, "localhost")]
        return plain(handler, host, port, **{**options, "origins": [*own, None]})

    setattr(module, "serve", serve)  # noqa: B010 - it is a class there, which a function replaces
    try:
        yield
    finally:
        setattr(module, "serve", plain)  # noqa: B010
    if not guarded:
        raise RobogeoError("the installed viser cannot be kept to its own page; install viser 1.1")
