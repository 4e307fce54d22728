"""A pendulum known from pictures, with a gap in angle, asked about until it swings smoothly.

Swings about the lowest and about the highest point are shown, nothing between them. The geodesic from one
region to the other jumps, and the magnification factor has a ridge there; the learner asks on its own until
a held-out swing is smooth. The pendulum of Chen et al. 2018 (IROS); that paper's numbers are not public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.config import load_config
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import SimulatedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Refusal, Request
from robogeo.motion.smoothness import abruptness
from robogeo.motion.world import World
from robogeo.randomness import numpy_generator
from robogeo.report.style import ALARM, PALETTE, WIDTH, calm, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

SHOWN = (
    (-1.0, 1.0),
    (0.8, -0.7),
    (2.3, 3.9),
    (4.1, 2.2),
)  # rad: swings about the lowest and the highest point
HELD_OUT = (0.5, 2.8)  # rad: from one region to the other
SMOOTH = 5.0  # abruptness of a swing that succeeds
MOST_QUERIES = 6
PICTURES, STEPS = 12, 64
OTHERS = 24  # further held-out swings
REGIONS = (-0.8, 0.8), (2.4, 3.9)  # rad: from about the lowest point to about the highest

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Swing:
    """The held-out geodesic after a round, seen at even latent steps.

    Attributes:
        queries: kinds and names of the questions asked so far.
        pictures: (n, 256) decoded.
        angles: (n,) read off them, degrees.
        log10_mf: (n,) magnification factor on the way.
        abruptness: the worse of the pictures' and of the angles'.
        others: abruptness (m,) of further held-out swings between the regions.
        others_straight: the same along straight latent lines.
    """

    queries: Sequence[str]
    pictures: FloatArray
    angles: FloatArray
    log10_mf: FloatArray
    abruptness: float
    others: FloatArray
    others_straight: FloatArray

    @property
    def largest_step(self) -> float:
        """Largest turn between two of the even steps, degrees."""
        return float(np.abs(np.diff(self.angles)).max())

    @property
    def peak(self) -> float:
        """Greatest magnification factor on the way."""
        return float(10.0 ** self.log10_mf.max())


def measure(seed: int, run: Path, most: int = MOST_QUERIES) -> list[Swing]:
    """The held-out swing before any question and after every answer, until it is smooth.

    Args:
        seed: of the experiment ``pendulum``.
        run: folder of the run; one that was interrupted is started anew by the caller.
        most: questions at most.
    """
    config = load_config("pendulum", (f"seed={seed}",))
    with (
        World("Pendulum", "pendulum") as world,
        RunFolder.open(run, config.as_dict()) as folder,
    ):
        learner, oracle = Learner(folder, config, world), SimulatedOracle(world)
        for start, goal in SHOWN:
            shown = oracle.demonstrate(_request(world, start, goal), 0)
            if not isinstance(shown, Refusal):
                learner.attach(shown)
        swings: list[Swing] = []
        asked: list[str] = []
        while True:
            learner.update()
            swings.append(_seen(learner, list(asked), seed))
            if swings[-1].abruptness <= SMOOTH or len(asked) >= most or not (queries := learner.ask(1)):
                return swings
            for query in queries:
                asked.append(f"{query.kind}: {query.request.name}")
                learner.tell(query.id, oracle.demonstrate(query.request, len(asked)))


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


def drawn(swings: Sequence[Swing]) -> Figure:
    """Pictures along the geodesic before and after, and what happens on the way."""
    pairs = [("before asking", swings[0], ALARM), ("after asking", swings[-1], PALETTE[0])]
    with calm():
        figure = new_figure(WIDTH, 6.0)
        *strips, bottom = figure.subfigures(3, 1, squeeze=False, height_ratios=[1.0, 1.0, 2.6])[:, 0]
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
    return figure


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


def _seen(learner: Learner, asked: Sequence[str], seed: int) -> Swing:
    manifold = learner.planner.manifold
    start, goal = (np.array([[angle]]) for angle in HELD_OUT)
    codes = manifold.along(manifold.geodesics(start, goal), STEPS)[0]
    pictures = manifold.decode(codes)
    q = manifold.observation.configurations(pictures)
    log_mf = manifold.decoder_metric.log_magnification_factor(codes).double().detach().numpy()
    others = _others(manifold, seed)
    return Swing(
        asked, pictures, np.rad2deg(q[:, 0]), log_mf / np.log(10.0), _worst(manifold, codes), *others
    )


def _others(manifold: Manifold, seed: int) -> tuple[FloatArray, FloatArray]:
    """Abruptness of held-out swings between the regions, along geodesics and along straight lines."""
    draw = numpy_generator(seed, 0, "pendulum: held-out swings")
    starts, goals = (draw.uniform(*region, size=(OTHERS, 1)) for region in REGIONS)
    ways = manifold.along(manifold.geodesics(starts, goals), STEPS)
    share = torch.linspace(0, 1, STEPS)[:, None]
    ends = manifold.encode(starts), manifold.encode(goals)
    lines = [a * (1 - share) + b * share for a, b in zip(*ends, strict=True)]
    found = [np.array([_worst(manifold, codes) for codes in kind]) for kind in (ways, lines)]
    return found[0], found[1]


def _worst(manifold: Manifold, codes: torch.Tensor) -> float:
    """Abruptness of what is decoded at codes (n, d): of the pictures, or of the angles read off them."""
    pictures = manifold.decode(codes)
    return float(
        min(max(abruptness(pictures), abruptness(manifold.observation.configurations(pictures))), 1e6)
    )


def _request(world: World, start: float, goal: float) -> Request:
    return world.request_between(np.array([start]), np.array([goal]))
