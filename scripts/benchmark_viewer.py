"""How quickly the viewer answers: click to geodesic with the decoded arm, the verdict after it, and the map.

Clicks are timed on a page that is served, with a client connected that takes all it is sent, until everything
that the click changes was handed to the connection; drawing is the browser's. ``wall_ms`` is what the clock
said on a machine that others may use, ``core_ms`` the time that the working thread ran.

On the quickstart's run:

    robogeo learn quickstart --out runs/quickstart
    python scripts/benchmark_viewer.py runs/quickstart
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.commands.viewed_run import viewed
from robogeo.evaluation.results import Results
from robogeo.parallel import use_one_thread
from robogeo.viewer.card import curves_card, map_card
from robogeo.viewer.latent_map import LAYERS, LatentMap
from robogeo.viewer.page import Page
from robogeo.viewer.server import Viewer

CLICKS, REQUESTS, HEADS = 60, 30, 5
Seconds = tuple[float, float]  # that the thread ran, and by the clock
RESULTS = Path(__file__).parents[1] / "docs" / "results"


def main() -> None:
    """Time it, print it and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a run")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    use_one_thread()
    with viewed(given.run, barred="it is being measured") as viewer, _client(viewer):
        page = viewer.page
        heads = page.session.learner.config.model.heads
        if heads != HEADS:
            parser.error(f"{given.run}: has {heads} decoder heads, the map's target is for {HEADS}")
        results = Results("viewer", f"python scripts/benchmark_viewer.py {given.run}")
        for row in (_clicks(page), *_verdicts(page), *_maps(page.session.map)):
            results.row(**row)
    of = {row["what"]: row for row in results.rows}
    click, layers = of[_CLICK]["wall_ms"], of[_MAP]["core_ms"]
    results.target("click to geodesic with decoded arm, median, ms by the clock", click, "<=", 100.0)
    results.target("map of 200 x 200, 5 heads, all three layers, core ms", layers, "<=", 1000.0)
    print(results.write(given.out))


_CLICK = "second click to geodesic, decoded arm and ghosts, on the page"
_VERDICT = "request to verdict with motion, film and curves, on the page"
_JUDGE = "of it: motion timed, run in the simulator, judged, film measured"
_CURVES = "of it: curves drawn"
_FIRST = "map of 200 x 200 as first shown: magnification under fog"
_MAP = "map of 200 x 200, all three layers"
_CARD = "map drawn with demonstrations"


@contextmanager
def _client(viewer: Viewer) -> Iterator[None]:
    """Somebody who looks at the page, and takes all that it sends."""
    from viser import __version__ as version
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    protocol: Any = [f"viser-v{version}"]
    address = viewer.address.replace("http:", "ws:")
    with connect(address, subprotocols=protocol, max_size=None) as socket:
        socket.recv(timeout=60.0)

        def take_all() -> None:
            try:
                for _ in socket:
                    pass
            except ConnectionClosed:
                return

        taker = threading.Thread(target=take_all)
        taker.start()
        yield
        socket.close()
        taker.join()


def _clicks(page: Page) -> dict[str, Any]:
    """Pairs of clicks spread over what is supported; the verdict is waited for before the next."""
    rng = np.random.default_rng(0)
    nodes = page.session.map.projection.plane_nodes
    times = []
    for first, second in rng.integers(len(nodes), size=(CLICKS + 3, 2)):
        page.session.clear()
        page.motion.choose(*nodes[first])
        times.append(_at_desk(page, lambda second=second: page.motion.choose(*nodes[second])))
        _at_desk(page, lambda: None)  # the verdict was asked for before it
    return _row(_CLICK, times[3:])  # the first few compile and load


def _at_desk(page: Page, work: Callable[[], Any]) -> Seconds:
    """Do something where the page does it, on the worker's thread."""
    found: list[Seconds] = []
    page.desk.submit(lambda: found.append(_timed(work)[1])).result()
    return found[0]


def _verdicts(page: Page) -> list[dict[str, Any]]:
    """Held-out requests, as if chosen from the list."""
    margin = page.session.learner.config.success.margin_m
    times: dict[str, list[Seconds]] = {_VERDICT: [], _JUDGE: [], _CURVES: []}
    for request in page.session.held_out(REQUESTS + 3):
        times[_VERDICT].append(_at_desk(page, lambda request=request: page.motion.take(request)))
        page.session.lead()
        route, judge = _timed(page.session.judge)
        times[_JUDGE].append(judge)
        times[_CURVES].append(_timed(lambda route=route: curves_card(route.film, margin, route.title))[1])
    return [_row(name, found[3:]) for name, found in times.items()]


def _maps(known: LatentMap) -> list[dict[str, Any]]:
    first, maps, cards = [], [], []
    for _ in range(6):
        chart = LatentMap(known.charted)
        first.append(_timed(lambda chart=chart: (chart.layer("magnification"), chart.lack))[1])
        chart = LatentMap(known.charted)
        maps.append(_timed(lambda chart=chart: [chart.layer(name) for name in LAYERS])[1])
        drawn = _timed(lambda chart=chart: map_card(chart, "magnification", demonstrations=True, graph=False))
        cards.append(drawn[1])
    return [_row(_FIRST, first[1:]), _row(_MAP, maps[1:]), _row(_CARD, cards[1:])]


def _timed(work: Callable[[], Any]) -> tuple[Any, Seconds]:
    wall, core = time.perf_counter(), time.thread_time()
    found = work()
    return found, (time.thread_time() - core, time.perf_counter() - wall)


def _row(what: str, seconds: list[Seconds]) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what, "times": len(seconds)}
    for name, values in zip(("core_ms", "wall_ms"), 1000.0 * np.array(seconds).T, strict=True):
        low, median, high = (float(value) for value in np.percentile(values, [10, 50, 90]))
        row |= {name: median, f"{name}_p10": low, f"{name}_p90": high}
    return row


if __name__ == "__main__":
    main()
