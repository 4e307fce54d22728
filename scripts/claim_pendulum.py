"""Claim: asked where it is abrupt, a pendulum known from pictures swings smoothly (used by show_claims.py).

Swings about the lowest and about the highest point are shown, nothing between them. The geodesic from one
region to the other jumps, and the magnification factor has a ridge there; the learner asks on its own until
the held-out swing is smooth.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from robogeo.config_file import load_config
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import SimulatedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.smoothness import abruptness
from robogeo.motion.world import Refusal, Request, World
from robogeo.report.style import ALARM, PALETTE, WIDTH, calm, new_figure

SHOWN = (
    (-1.0, 1.0),
    (0.8, -0.7),
    (2.3, 3.9),
    (4.1, 2.2),
)  # rad: swings about the lowest and the highest point
HELD_OUT = (0.5, 2.8)  # rad: from one region to the other
SMOOTH = 5.0  # abruptness of a swing that succeeds
MOST_QUERIES = 6
PICTURES = 12

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Swing:
    """The held-out geodesic after a round, seen at even latent steps.

    Attributes:
        queries: kinds and names of the questions answered so far.
        pictures: (n, 256) decoded.
        angles: (n,) read off them, degrees.
        log10_mf: (n,) magnification factor on the way.
        abruptness: the worse of the pictures' and of the angles'.
    """

    queries: Sequence[str]
    pictures: FloatArray
    angles: FloatArray
    log10_mf: FloatArray
    abruptness: float

    @property
    def largest_step(self) -> float:
        """Largest turn between two of the even steps, degrees."""
        return float(np.abs(np.diff(self.angles)).max())

    @property
    def peak(self) -> float:
        """Greatest magnification factor on the way."""
        return float(10.0 ** self.log10_mf.max())


def measure(seed: int = 0) -> list[Swing]:
    """The held-out swing before any question and after every answer, until it is smooth."""
    config = load_config("pendulum", (f"seed={seed}",))
    with (
        tempfile.TemporaryDirectory() as place,
        World("Pendulum", "pendulum") as world,
        RunFolder.open(Path(place) / "run", config.as_dict()) as folder,
    ):
        learner, oracle = Learner(folder, config, world), SimulatedOracle(world)
        for start, goal in SHOWN:
            shown = oracle.demonstrate(_request(world, start, goal), 0)
            if not isinstance(shown, Refusal):
                learner.attach(shown)
        swings: list[Swing] = []
        asked: list[str] = []
        while len(asked) <= MOST_QUERIES:
            learner.update()
            swings.append(_seen(learner, list(asked)))
            if swings[-1].abruptness <= SMOOTH:
                break
            for query in learner.ask(1):
                asked.append(f"{query.kind}: {query.request.name}")
                learner.tell(query.id, oracle.demonstrate(query.request, len(asked)))
        return swings


def rows(swings: Sequence[Swing], seed: int) -> list[dict[str, Any]]:
    """Measures before any question and at the end."""
    return [
        {
            "claim": "pendulum from pictures",
            "seed": seed,
            "queries": list(swing.queries),
            "abruptness": swing.abruptness,
            "largest_step_deg": swing.largest_step,
            "peak_magnification_factor": swing.peak,
        }
        for swing in (swings[0], swings[-1])
    ]


def draw(swings: Sequence[Swing], path: Path) -> None:
    """Pictures along the geodesic before and after, and what happens on the way."""
    pairs = [("before asking", swings[0], ALARM), ("after asking", swings[-1], PALETTE[0])]
    with calm():
        figure = new_figure(WIDTH, 6.0)
        *strips, bottom = figure.subfigures(3, 1, height_ratios=[1.0, 1.0, 2.6])
        for strip, (name, swing, _) in zip(strips, pairs, strict=True):
            _draw_strip(strip, f"{name} ({_counted(swing.queries)})", swing)
        turn, ridge = bottom.subplots(1, 2)
        for name, swing, color in pairs:
            share = np.linspace(0.0, 1.0, len(swing.angles))
            label = f"{name}: abruptness {swing.abruptness:.1f}"
            turn.plot(share, np.abs(swing.angles - swing.angles[0]), color=color, label=label)
            ridge.plot(share, swing.log10_mf, color=color, label=f"{name}: peak {swing.peak:.2g}")
        turn.set(xlabel="share of the geodesic (latent length)", ylabel="angle turned (degrees)")
        ridge.set(xlabel="share of the geodesic (latent length)", ylabel="log10 magnification factor")
        for ax in (turn, ridge):
            ax.grid(True)
            ax.legend(loc="best")
        figure.savefig(path, dpi=110)


def _draw_strip(strip: SubFigure, title: str, swing: Swing) -> None:
    """Pictures at even latent steps, each with the angle read off it."""
    strip.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    places = np.linspace(0, len(swing.pictures) - 1, PICTURES).astype(int)
    for ax, place in zip(strip.subplots(1, PICTURES), places, strict=True):
        ax.imshow(swing.pictures[place].reshape(16, 16), cmap="gray", vmin=0.0, vmax=1.0)
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(f"{swing.angles[place] % 360:.0f}°", fontsize=10)


def _counted(queries: Sequence[str]) -> str:
    return f"{len(queries)} question{'' if len(queries) == 1 else 's'}"


def _seen(learner: Learner, asked: Sequence[str]) -> Swing:
    manifold = learner.planner.manifold
    start, goal = (np.array([[angle]]) for angle in HELD_OUT)
    codes = manifold.along(manifold.geodesics(start, goal), 64)[0]
    pictures = manifold.decode(codes)
    q = manifold.observation.configurations(pictures)
    log_mf = manifold.decoder_metric.log_magnification_factor(codes).double().detach().numpy()
    worst = max(abruptness(pictures), abruptness(q))
    return Swing(asked, pictures, np.rad2deg(q[:, 0]), log_mf / np.log(10.0), worst)


def _request(world: World, start: float, goal: float) -> Request:
    return world.request_between(np.array([start]), np.array([goal]))
