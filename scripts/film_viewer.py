"""Pictures and the clip of docs/viewer.md: a browser looks at a young run and teaches it one demonstration.

    robogeo learn quickstart --out runs/young --set rounds=2
    python scripts/film_viewer.py runs/young

The run is copied first. Needs Chromium, and the extras ``viewer`` and ``dev``.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from robogeo.commands.viewed_run import viewed
from robogeo.report.gif import gif_bytes
from robogeo.viewer.server import Viewer

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
FRAMES, CLIP = 16, (960, 600)


def main() -> None:
    """Copy the run, look, teach and keep the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a young run")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run = shutil.copytree(given.run, Path(folder) / "run")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with viewed(run) as viewer:
            page = browser.new_page(viewport=SIZE)
            page.set_default_timeout(240_000)
            page.goto(viewer.address)
            page.wait_for_selector("canvas")
            page.locator(".mantine-Notification-closeButton").first.click()  # of rendering in software
            _film(page, viewer)
        browser.close()


def _film(page: Any, viewer: Viewer) -> None:
    motion, session, teaching = viewer.page.motion, viewer.page.session, viewer.page.teaching
    request = next(r for r in session.held_out(12) if motion.take(r).verdict.word == "safe")
    print("motion:", request.name)
    _keep(page, "viewer")
    _clip(page, viewer)
    page.get_by_role("tab", name="Teach").click()
    page.get_by_role("button", name="Ask one more").click()
    page.get_by_text("was asked").wait_for()
    page.get_by_text("Let planner show").click()
    page.wait_for_selector("[data-checks=good]")
    _keep(page, "viewer_teach")
    page.get_by_role("button", name="Accept").click()
    _wait(lambda: teaching.untaught > 0)
    before = session.map
    page.get_by_role("button", name="Learn from what was taught").click()
    _wait(lambda: session.map is not before)
    page.get_by_text("demonstrations, success").first.wait_for()
    print("taught:", teaching.rounds[-2:])
    page.get_by_text("Success on held-out requests").first.scroll_into_view_if_needed()
    _keep(page, "viewer_learned")


def _clip(page: Any, viewer: Viewer) -> None:
    """The motion, frame by frame."""
    film = viewer.page.session.route.film
    pictures = []
    for now in np.linspace(0.0, film.t[-1], FRAMES):
        viewer.page.player.seek(float(now))
        viewer.page.motion.set_time(float(now))
        time.sleep(0.5)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(CLIP, Image.Resampling.LANCZOS)
        pictures.append(np.asarray(shot))
    fps = FRAMES / float(film.t[-1])
    (IMAGES / "viewer.gif").write_bytes(gif_bytes(pictures, fps, colors=256))


def _keep(page: Any, name: str) -> None:
    page.screenshot()  # makes the browser, which draws in software, catch up
    time.sleep(8.0)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(IMAGES / f"{name}.png", flush=True)


def _wait(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("the viewer did not answer")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
