"""The page without anybody who looks at it: what its controls do, and what they show."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.commands.viewed_run import viewed
from robogeo.errors import RobogeoError
from robogeo.viewer.origins import own_page_only
from robogeo.viewer.player import Reel
from robogeo.viewer.server import Viewer

pytest.importorskip("viser", reason="the extra 'viewer' is not installed")
pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def viewer(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    run = tmp_path_factory.mktemp("runs") / "run"
    shutil.copytree(finished, run)
    with viewed(run) as served:
        yield served


def done(viewer: Viewer) -> None:
    """Wait until the worker has nothing left to do."""
    for _ in range(2):  # what is done may ask for more
        viewer.page.desk.submit(lambda: None).result(timeout=60.0)


def test_a_motion_is_shown_played_and_stays_where_it_is_on_another_map(viewer: Viewer) -> None:
    page = viewer.page
    route = page.motion.take(page.session.held_out(1)[0])
    assert route is not None and route.film is not None
    assert f'data-verdict="{route.verdict.word}"' in page.motion._verdict.content
    page.player.seek(0.5 * float(route.film.t[-1]))
    cursor = page.board._handles["cursor"].position[0]
    mark = np.array(page.board._handles["now"].position)
    page.map._layer.value = "support"
    done(viewer)
    assert page.board.layer == "support"
    assert page.board._handles["cursor"].position[0] == pytest.approx(cursor, abs=2e-3)
    assert np.allclose(page.board._handles["now"].position, mark, atol=2e-2)
    page.map._cloud.value = True
    done(viewer)
    assert "cloud" in page.board._handles and page.board.point_at(np.zeros(3), np.ones(3)) is None
    page.map._cloud.value = False
    done(viewer)
    assert "cloud" not in page.board._handles


def test_who_reads_the_verdict_finds_the_film_loaded(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    page, said = viewer.page, []
    load = page.player.load

    def loaded(reel: Reel | None) -> None:
        said.append(page.motion._verdict.content)
        load(reel)

    monkeypatch.setattr(page.player, "load", loaded)
    route = page.motion.take(page.session.held_out(2)[1])
    assert route is not None and route.film is not None
    judged = f'data-verdict="{route.verdict.word}"'
    assert judged not in said[-1] and judged in page.motion._verdict.content


def test_a_click_leaves_the_map_where_and_as_it_hangs(viewer: Viewer) -> None:
    page = viewer.page
    page.desk.submit(page.motion._clear)
    done(viewer)
    card = page.board._handles["map"]
    nodes = page.session.map.projection.plane_nodes
    place = page.board.places(page.session.map.nodes[:1])
    for node in (4, 60):
        page.desk.submit(lambda node=node: page.motion.choose(*nodes[node]))
    done(viewer)
    assert "curves" in page.board._handles and page.session.route is not None
    page.desk.submit(page.motion._clear)
    done(viewer)
    assert "curves" not in page.board._handles
    assert page.board._handles["map"] is card
    assert np.array_equal(page.board.places(page.session.map.nodes[:1]), place)


def test_dragging_the_goal_leads_the_way_elsewhere(viewer: Viewer) -> None:
    page = viewer.page
    page.motion.take(page.session.held_out(1)[0])
    before = page.session.goal
    handle = page.motion._handles["goal"]
    handle.position = np.array(handle.position) + np.array([-0.03, 0.0, 0.02])
    page.desk.submit(lambda: page.motion._drag("goal", True))
    done(viewer)
    after = page.session.goal
    assert before is not None and after is not None and 0.0 < np.abs(after.q - before.q).max() < 0.6
    tool = page.arm.tool(after.q).position[0, 0]
    assert np.allclose(tool, handle.position, atol=1e-4)
    assert page.session.route is not None and page.session.route.film is not None
    handle.position = (9.0, 9.0, 9.0)
    page.desk.submit(lambda: page.motion._drag("goal", True))
    done(viewer)
    assert "no posture reaches it" in page.motion._verdict.content
    assert page.session.goal is after


@pytest.mark.long
def test_a_lesson_by_tool_and_joints_ends_on_another_map(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, teaching = viewer.page, viewer.page.teaching
    teach, posture = page.teach, page.teach._posture
    page.desk.submit(teach._ask_one)
    done(viewer)
    assert teaching.lesson is not None and "Score" in teach._told.content
    assert np.array_equal(posture.q, teaching.lesson.query.request.start)

    handle = posture._handle
    handle.position = np.array(handle.position) + np.array([-0.02, 0.0, 0.01])
    page.desk.submit(posture._by_tool)
    done(viewer)
    assert np.allclose(page.arm.tool(posture.q).position[0, 0], handle.position, atol=1e-4)
    assert np.deg2rad(posture._sliders[1].value) == pytest.approx(posture.q[1], abs=1e-6)
    posture._sliders[6].value += 5.0
    page.desk.submit(posture._by_joints)
    page.desk.submit(teach._add_way_point)
    done(viewer)
    assert len(teaching.lesson.way_points) == 1 and teach._corner.value == "way-point 1"
    page.desk.submit(teach._remove_way_point)
    page.desk.submit(teach._ask_oracle)
    done(viewer)
    assert 'data-checks="good"' in teach._checks.content and not teach._accept.disabled
    assert "lesson" in page.board._lines
    page.desk.submit(teach._add_way_point)  # what was looked at is no longer what is in hand
    done(viewer)
    assert "lesson" not in page.board._lines and teach._accept.disabled
    page.desk.submit(teach._remove_way_point)
    page.desk.submit(teach._ask_oracle)

    told: list[tuple[str, float]] = []
    monkeypatch.setattr(teach, "show_progress", lambda what, share: told.append((what, share)))
    before, rounds = page.session.map, teaching.learner.rounds
    page.desk.submit(teach._accept_it)
    page.desk.submit(teach._learn)
    done(viewer)
    training = [share for what, share in told if what == f"round {rounds}: training"]
    assert training == sorted(training) and training[-1] == 1.0
    assert "lesson" not in page.board._lines
    assert page.session.map is not before and page.board.chart is page.session.map
    assert teaching.learner.rounds == rounds + 1 and len(teach._success._plot.data[0]) == rounds + 1
    assert f"round {rounds}: " in teach._said.content

    teach._question.value = next(
        name for name in teach._ids if "answered" in name
    )  # an old one, looked at again
    page.desk.submit(teach._choose)
    done(viewer)
    assert "stretch" in page.board._handles and not teach._accept.visible


def test_pages_of_other_sites_cannot_speak_to_it(viewer: Viewer) -> None:
    from viser import __version__ as version
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    address = viewer.address.removeprefix("http://")
    port = address.rpartition(":")[2]

    def spoken(origin: str | None) -> bytes | str:
        protocol: Any = [f"viser-v{version}"]
        with connect(f"ws://{address}", origin=origin, subprotocols=protocol, max_size=None) as socket:
            return socket.recv(timeout=20.0)

    for own in (viewer.address, f"http://localhost:{port}", None):
        assert spoken(own)
    others = ("http://evil.example", f"http://evil.example:{port}", "null", "http://127.0.0.1:1")
    for foreign in others:
        with pytest.raises(InvalidStatus) as refused:
            spoken(foreign)
        assert refused.value.response.status_code == 403


def test_a_viser_that_starts_its_server_in_another_way_is_not_trusted() -> None:
    with pytest.raises(RobogeoError, match="own page"), own_page_only():
        pass


def test_what_does_not_work_is_said(viewer: Viewer) -> None:
    page = viewer.page
    page.desk.submit(page.teach._learn)
    done(viewer)
    assert "nothing was taught since the last training" in page.teach._said.content


@pytest.mark.parametrize(("port", "own"), [(8080, "http://localhost:8080"), (80, "http://localhost")])
def test_the_own_page_is_let_in_on_the_usual_port_too(
    port: int, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import websockets.asyncio.server as module

    taken: list[Any] = []
    monkeypatch.setattr(module, "serve", lambda handler, host, port, **options: taken.append(options))
    with own_page_only():
        module.serve(None, "127.0.0.1", port)
    assert own in taken[0]["origins"] and None in taken[0]["origins"]
    assert "http://evil.example" not in taken[0]["origins"]
