"""Whatever a page of the own address sends: the viewer goes on for others, and nothing is written.

Pages of other addresses do not get as far as this; see `robogeo.viewer.origins`.
"""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from robogeo.randomness import stream_seed

viser = pytest.importorskip("viser", reason="viser is not installed; pip install 'robogeo[viewer]'")

pytestmark = pytest.mark.sim
CASES = 150
WILD: tuple[Any, ...] = (
    None, True, -1, 2**63 - 1, 1e308, float("nan"), float("inf"), "", "../../etc/passwd", "\0", "x" * 10_000,
    b"\xff" * 64, [], [[]] * 50, {}, {"value": {}}, [float("nan")] * 3, ["a", 1, None],
)  # fmt: skip


ANSWERED = ("GuiUpdateMessage", "ScenePointerMessage", "SceneNodeClickMessage", "ViewerCameraMessage")


@pytest.fixture(scope="module")
def served(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from robogeo.viewing import viewed

    run = tmp_path_factory.mktemp("served") / "run"
    shutil.copytree(finished, run)
    with viewed(run) as viewer:
        yield viewer, run


def test_messages_of_any_kind(served: Any, capfd: pytest.CaptureFixture[str]) -> None:
    viewer, run = served
    before = content(run)
    chance = random.Random(stream_seed(0, "browser messages"))
    kinds = kinds_of_messages()
    known = names_on(viewer)
    for case in range(CASES):
        with connected(viewer) as page:
            for _ in range(5):
                if not sent(page, message(chance, kinds, known, case)):
                    break
    assert greeted(viewer), "the viewer answers nobody any more"
    assert content(run) == before
    told = capfd.readouterr()
    assert "Traceback" not in told.err + told.out


def test_nobody_can_have_the_page_shared(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, _ = served
    tunnels: list[Any] = []
    monkeypatch.setattr("viser._viser.ViserTunnel", lambda *address: tunnels.append(address))
    with connected(viewer) as page:
        assert sent(page, msgspec.msgpack.encode({"type": "ShareUrlRequest"}))
        assert greeted(viewer)
    assert viewer.server.request_share_url() is None
    assert tunnels == []


def content(run: Path) -> dict[str, bytes]:
    return {str(file.relative_to(run)): file.read_bytes() for file in run.rglob("*") if file.is_file()}


def kinds_of_messages() -> dict[str, list[str]]:
    """All kinds of messages of the library, with the fields that they have on the wire."""
    from viser import _messages
    from viser.infra._messages import Message, wire_field_names

    found: dict[str, list[str]] = {}

    def collect(kind: type) -> None:
        for below in kind.__subclasses__():
            if dataclasses.is_dataclass(below):
                found[below.__name__] = list(wire_field_names(below))
            collect(below)

    assert _messages is not None
    collect(Message)
    return found


def names_on(viewer: Any) -> list[str]:
    """Names of what is really on the page, which a handler would be found by."""
    handles = viewer.server.gui._gui_input_handle_from_uuid
    return [*handles, "/map", "/arm", "root"]


def message(chance: random.Random, kinds: dict[str, list[str]], known: list[str], case: int) -> bytes:
    """Noise, well-formed nonsense, or a message of a known kind with wild values."""
    if case % 10 == 0:
        return chance.randbytes(chance.randrange(200))
    if case % 10 == 1:
        return msgspec.msgpack.encode(chance.choice(WILD))
    kind = chance.choice(sorted(kinds))
    if case % 2:
        kind = chance.choice(ANSWERED)
    fields = {name: chance.choice([*WILD, *known]) for name in kinds.get(kind, [])}
    if kind == "GuiUpdateMessage":
        fields |= {"uuid": chance.choice(known), "updates": {"value": chance.choice(WILD)}}
    for name in list(fields):
        if chance.random() < 0.1:
            del fields[name]
    return msgspec.msgpack.encode({"type": kind, **fields})


def connected(viewer: Any) -> Any:
    from websockets.sync.client import connect

    address, version = viewer.address.replace("http", "ws"), f"viser-v{viser.__version__}"
    return connect(address, origin=viewer.address, subprotocols=[version], max_size=None)


def sent(page: Any, content: bytes) -> bool:
    from websockets.exceptions import ConnectionClosed

    try:
        page.send(content)
    except ConnectionClosed:  # the server may hang up on nonsense
        return False
    return True


def greeted(viewer: Any) -> bool:
    with connected(viewer) as page:
        return len(page.recv(timeout=10)) > 0
