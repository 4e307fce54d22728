"""A real browser, headless, on a run that is taught."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from robogeo.cli import main
from robogeo.commands.viewed_run import record_run, viewed
from robogeo.learning.journal import read_events
from robogeo.models import IWAE, ModelConfig, save_model
from robogeo.viewer.wall import FOV

pytestmark = [pytest.mark.viewer, pytest.mark.sim, pytest.mark.long, pytest.mark.timeout(420)]

pytest.importorskip("viser", reason="the extra 'viewer' is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
SIZE = (1000, 600)
# Software rendering: these machines have no graphics card.
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]


PIXELS = "document.getElementById('map').toDataURL()"


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@contextmanager
def opened(
    browser: Any, address: str, lines: list[str] | None = None, **context: Any
) -> Iterator[tuple[Any, list[str]]]:
    """A page at an address, and all addresses that it asked for; its console goes to ``lines``.

    It is closed at the end: a page that is left open goes on drawing, in software.
    """
    width, height = SIZE
    looking = browser.new_context(viewport={"width": width, "height": height}, **context)
    page = looking.new_page()
    page.set_default_timeout(120_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("console", lambda message: None if lines is None else lines.append(message.text))
    page.goto(address)
    page.wait_for_selector("canvas")
    try:
        yield page, asked
    finally:
        looking.close()


def pixel(viewer: Any, point: Any, canvas: dict[str, float]) -> tuple[float, float]:
    """Where on the screen a point (2,) of the map is, as long as nobody has moved the camera."""
    board = viewer.page.board
    hanging, panel = board._map_place, board._map_card.panels[0]
    wall, local = hanging.wall, hanging.local(panel.on_card(np.array([point])))[0]
    look = hanging.centre + local[0] * wall.right + local[1] * wall.up - wall.eye
    focal = 0.5 * canvas["height"] / np.tan(0.5 * FOV) / -(look @ wall.normal)
    return (
        canvas["width"] / 2 + focal * (look @ wall.right),
        canvas["height"] / 2 - focal * (look @ wall.up),
    )


def wait_for(condition: Any, seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


def test_a_person_looks_clicks_teaches_and_sees_the_map_change(browser: Any, run: Path) -> None:
    with viewed(run) as viewer, opened(browser, viewer.address) as (page, asked):
        session, teaching = viewer.page.session, viewer.page.teaching
        wait_for(lambda: viewer.server.get_clients())
        canvas = page.locator("canvas").first.bounding_box()

        notice = page.locator(".mantine-Notification-closeButton")  # of rendering in software; over the map
        notice.click()
        notice.wait_for(state="detached")

        # Two clicks on the map: the way between them, and the verdict.
        nodes = session.map.projection.plane_nodes
        for node in (4, 60):
            page.mouse.click(*pixel(viewer, nodes[node], canvas))
        wait_for(lambda: session.route is not None and session.route.film is not None)
        reached = session.map.shadow(np.stack([session.start.code, session.goal.code]))
        span = np.ptp(nodes, axis=0).max()
        assert np.abs(reached - nodes[[4, 60]]).max() < 0.02 * span
        verdict = page.locator("[data-verdict]")
        verdict.wait_for()
        wait_for(lambda: verdict.get_attribute("data-verdict") == session.route.verdict.word)

        # Keys: P plays, and plays no more.
        page.keyboard.press("p")
        wait_for(lambda: viewer.page.player.playing)
        page.keyboard.press("p")
        wait_for(lambda: not viewer.page.player.playing)

        # A question, answered by the planner, and learned from.
        before, rounds = session.map, teaching.learner.rounds
        page.get_by_role("tab", name="Teach").click()
        page.get_by_role("button", name="Ask one more").click()
        page.get_by_text("was asked").wait_for()
        page.get_by_text("Let planner show").click()
        page.wait_for_selector("[data-checks=good]")
        page.get_by_role("button", name="Accept").click()
        wait_for(lambda: teaching.untaught == 1)
        page.get_by_role("button", name="Learn from what was taught").click()
        wait_for(lambda: session.map is not before)
        assert teaching.learner.rounds == rounds + 1
        assert [each["demonstrations"] for each in teaching.rounds] == [2, 3, 4]
        # What the page says and draws of success is what the run's summary holds of the new round.
        last = json.loads((run / "summary.json").read_text())["rounds"][-1]
        low, high = last["success_rate_ci95"]
        said = f"round {rounds}: 4 demonstrations, success {last['success_rate']:.0%} [{low:.0%}, {high:.0%}]"
        page.get_by_text(said, exact=True).first.wait_for()
        drawn = [column[-1] for column in viewer.page.teach._success._plot.data]
        assert last["round"] == rounds
        assert drawn == [4.0, *(100.0 * share for share in (last["success_rate"], low, high))]
        assert viewer.page.board.chart is session.map

        # Nobody else was asked for anything.
        own = viewer.address.removeprefix("http://")
        assert asked and all(own in url or url.startswith("data:") for url in asked)


def test_a_browser_that_vanishes_takes_nothing_along(browser: Any, run: Path) -> None:
    with viewed(run) as viewer, opened(browser, viewer.address) as (page, _):
        wait_for(lambda: viewer.server.get_clients())
        teaching, desk = viewer.page.teaching, viewer.page.desk
        query = teaching.ask()[0]
        desk.submit(lambda: teaching.choose(query.id)).result(60)
        desk.submit(viewer.page.teach._ask_oracle).result(60)
        page.context.close()  # in the middle of it
        wait_for(lambda: not viewer.server.get_clients())
        assert teaching.preview is not None and teaching.preview.good  # the lesson is still in hand
        desk.submit(viewer.page.teach._accept_it).result(60)
    events = read_events(run / "journal.jsonl")
    assert events[-1]["event"] == "tell" and events[-1]["query"] == query.id


def test_a_replay_opens_from_the_disk_without_a_network(browser: Any, run: Path, tmp_path: Path) -> None:
    replay = tmp_path / "replay.html"
    said: list[str] = []
    record_run(run, replay, said.append)
    assert len(said) == 4 and replay.stat().st_size < 10_000_000
    policy = '<head><meta http-equiv="Content-Security-Policy" content="default-src \'none\''
    assert policy in replay.read_text(encoding="utf-8")
    lines: list[str] = []
    with opened(browser, replay.as_uri(), lines, offline=True) as (page, asked):
        wait_for(lambda: page.evaluate("1") and any("Embedded data loaded" in line for line in lines))
        assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)
        assert page.title().startswith("robogeo: ShelfReach")
        # The policy holds, not only stands there.
        blocked = "fetch('http://127.0.0.1:9/').then(() => 'let through', error => error.name)"
        assert page.evaluate(blocked) == "TypeError"
        assert any("Content Security Policy" in line for line in lines)


def test_the_interactive_map_tells_what_is_under_the_pointer(
    browser: Any, finished: Path, tmp_path: Path
) -> None:
    assert main(["map", str(finished), "--out", str(tmp_path / "map.png")]) == 0
    with opened(browser, (tmp_path / "map.html").as_uri(), offline=True) as (page, asked):
        page.locator("#map[data-layer=magnification]").wait_for()
        page.locator("#map").focus()
        page.keyboard.press("ArrowUp")
        told = page.locator("#told").inner_text()
        assert "magnification factor, log10: " in told and ", rad: " in told and "support" in told
        page.get_by_label("uncertainty").check()
        page.locator("#map[data-layer=uncertainty]").wait_for()
        assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "map.html").as_uri()]


def test_the_interactive_map_shows_the_picture_under_the_pointer(browser: Any, tmp_path: Path) -> None:
    model = IWAE(16, ModelConfig(latent_dim=2, hidden=(5,), heads=2), [0.5] * 16, [0.5] * 16, generator())
    (tmp_path / "model.safetensors").write_bytes(save_model(model))
    np.save(tmp_path / "x.npy", np.random.default_rng(0).uniform(size=(40, 4, 4)))
    files = [str(tmp_path / name) for name in ("model.safetensors", "x.npy", "map.png")]
    assert main(["map", files[0], "--data", files[1], "--out", files[2]]) == 0
    lines: list[str] = []
    with opened(browser, (tmp_path / "map.html").as_uri(), lines, offline=True) as (page, asked):
        drawn = page.locator("#map[data-layer=magnification]")
        drawn.wait_for()
        plain = page.evaluate(PIXELS)
        box = page.get_by_role("checkbox", name="decoded pictures", exact=True)
        box.check()
        assert page.evaluate(PIXELS) != plain
        box.uncheck()
        assert page.evaluate(PIXELS) == plain
        drawn.focus()
        page.keyboard.press("ArrowUp")
        framed = "[...document.getElementById('map').getContext('2d').getImageData(440, 196, 112, 60).data]"
        greys = np.array(page.evaluate(framed)).reshape(60, 112, 4)[..., :3]
        # Beside the cursor, in the middle of the map, lies one picture: grey, and of few flat squares.
        inside = greys[20:50, 70:100]
        assert (np.ptp(inside, axis=2) <= 2).all() and len(np.unique(inside[..., 0])) <= 4
        assert all(url.startswith(("file:", "data:")) for url in asked) and not lines
