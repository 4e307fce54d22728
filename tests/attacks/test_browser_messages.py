"""Whatever a page of the own address sends: the viewer goes on for others, and nothing is written.

Pages of other addresses do not get as far as this; see `robogeo.viewer.origins`.
"""

from __future__ import annotations

import dataclasses
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from robogeo.errors import RobogeoError
from robogeo.randomness import stream_seed

viser = pytest.importorskip("viser", reason="viser is not installed; pip install 'robogeo[viewer]'")

pytestmark = [pytest.mark.sim, pytest.mark.filterwarnings("ignore:.viser. .* does not match annotation")]
CASES = 60
WILD: tuple[Any, ...] = (
    None, True, -1, 2**63 - 1, 1e308, float("nan"), float("inf"), "", "../../etc/passwd", "\0", "x" * 10_000,
    b"\xff" * 64, [], [[]] * 50, {}, {"value": {}}, [float("nan")] * 3, ["a", 1, None],
)  # fmt: skip
VALUES = (None, True, -1, 1e308, float("nan"), float("inf"), "", "nobody", [], [float("nan")] * 3)
CAMERA = {
    "type": "ViewerCameraMessage",
    "wxyz": [1.0, 0.0, 0.0, 0.0],
    "position": [0.0, 0.0, 0.0],
    "look_at": [0.0, 0.0, 1.0],
    "up_direction": [0.0, 0.0, 1.0],
    "fov": 1.0,
    "near": 0.1,
    "far": 100.0,
    "image_height": 100,
    "image_width": 100,
}


@pytest.fixture(scope="module")
def served(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A run that can be looked at alone: whatever is pressed, nothing may be written."""
    from robogeo.commands.viewed_run import viewed

    run = tmp_path_factory.mktemp("served") / "run"
    shutil.copytree(finished, run)
    with viewed(run, barred="it is attacked") as viewer:
        yield viewer, run


@pytest.fixture
def complaints(served: Any, monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What the viewer's own work raised."""
    found: list[BaseException] = []
    monkeypatch.setattr(served[0].page.desk, "_complain", found.append)
    return found


@pytest.mark.long
def test_controls_set_to_anything(
    served: Any, complaints: list[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, run = served
    before, desk = content(run), viewer.page.desk
    worked: list[Any] = []
    plain = desk._guarded
    monkeypatch.setattr(desk, "_guarded", lambda work: (worked.append(work), plain(work)))
    viewer.page.motion.take(viewer.page.session.held_out(1)[0])
    controls = list(viewer.server.gui._gui_input_handle_from_uuid)
    with connected(viewer) as page:
        for control in controls:
            for value in VALUES:
                update = {"type": "GuiUpdateMessage", "uuid": control, "updates": {"value": value}}
                assert sent(page, msgspec.msgpack.encode(update))
        # Updates are dealt out by another thread; the last one is known to the desk when this one is.
        seen = len(worked)
        deadline = time.monotonic() + 60.0
        while time.monotonic() < deadline:
            time.sleep(0.5)
            desk.submit(lambda: None).result(60)
            if len(worked) == seen + 1:
                break
            seen = len(worked)
    assert len(worked) > len(controls), "nothing came as far as the viewer's own work"
    assert [error for error in complaints if not isinstance(error, RobogeoError)] == []
    assert content(run) == before
    assert greeted(viewer), "the viewer answers nobody any more"


@pytest.mark.long
def test_messages_of_any_kind(served: Any, complaints: list[BaseException]) -> None:
    viewer, run = served
    before = content(run)
    chance = random.Random(stream_seed(0, "browser messages"))
    kinds = kinds_of_messages()
    known = [*viewer.server.gui._gui_input_handle_from_uuid, "/map", "/arm", "root"]
    for case in range(CASES):
        for _ in range(5):  # it hangs up on most of them
            with connected(viewer) as page:
                sent(page, message(chance, kinds, known, case))
    viewer.page.desk.submit(lambda: None).result(60)
    assert greeted(viewer), "the viewer answers nobody any more"
    assert [error for error in complaints if not isinstance(error, RobogeoError)] == []
    assert content(run) == before


@pytest.mark.long
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


def message(chance: random.Random, kinds: dict[str, list[str]], known: list[str], case: int) -> bytes:
    """Noise, well-formed nonsense, or a message of a known kind with wild values."""
    if case % 10 == 0:
        return chance.randbytes(chance.randrange(200))
    if case % 10 == 1:
        return msgspec.msgpack.encode(chance.choice(WILD))
    kind = chance.choice(sorted(kinds))
    fields = {name: chance.choice([*WILD, *known]) for name in kinds[kind]}
    for name in list(fields):
        if chance.random() < 0.1:
            del fields[name]
    return msgspec.msgpack.encode({"type": kind, **fields})


@contextmanager
def connected(viewer: Any) -> Iterator[Any]:
    """A connection of a page that has said what it looks at: before that no control is listened to."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    address, version = viewer.address.replace("http", "ws"), f"viser-v{viser.__version__}"
    with connect(address, origin=viewer.address, subprotocols=[version], max_size=None) as page:
        page.recv(timeout=30)
        # Pages that left may be counted for a while yet: so their names, not how many they are.
        known = set(viewer.server.get_clients())
        page.send(msgspec.msgpack.encode(CAMERA))

        def drain() -> None:
            with suppress(ConnectionClosed):
                for _ in page:
                    pass

        threading.Thread(target=drain, daemon=True).start()
        deadline = time.monotonic() + 30.0
        while set(viewer.server.get_clients()) <= known and time.monotonic() < deadline:
            time.sleep(0.01)
        yield page


def sent(page: Any, content: bytes) -> bool:
    from websockets.exceptions import ConnectionClosed

    try:
        page.send(content)
    except ConnectionClosed:  # the server may hang up on nonsense
        return False
    return True


def greeted(viewer: Any) -> bool:
    with connected(viewer):
        return len(viewer.server.get_clients()) > 0
