"""Pictures of the experiment on human motion, as the paper's figures 11 to 13 and beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.skeleton import Skeleton
from robogeo.report.backdrop import draw_backdrop
from robogeo.report.projection import Projection
from robogeo.report.style import ALARM, INK, MUTED, PALETTE, WIDTH, calm, new_figure
from robogeo.reproduction.experiment import Film, Picture, Record
from robogeo.reproduction.human_motion.stick_figures import StickFigures
from robogeo.reproduction.latent_pictures import MODELS
from robogeo.reproduction.measures import DEFAULT, RECIPE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]
_WAYS = (("straight", "straight line", "--"), ("geodesic", "geodesic", "-"))
_MOST_WAYS = 12
_FPS = 24.0


def pictures_of(record: Record, skeleton: Skeleton, kinds: Sequence[str]) -> list[Picture | Film]:
    """All pictures, of one seed's record."""
    walks, sticks = record["walks"], StickFigures(skeleton)
    pair = str(walks[RECIPE]["farthest"])
    return [
        Picture(
            "latent",
            _latent(walks, pair),
            "Codes of the walks (white) over the logarithm of the magnification factor (blue), with "
            "geodesics between frames of walks that were not learned from; in red the pair of the next two "
            "pictures, dashed its straight line. Dotted: the paper's walking circle.",
        ),
        Picture(
            "poses",
            _poses(walks, pair, sticks),
            "Poses at equal steps of joint angle along the ways of the pair whose straight line strays "
            "farthest in the recipe's model. Left limbs blue, right limbs orange.",
        ),
        Picture("speed", _speed(walks, pair), "Riemannian speed along the ways of the same pair."),
        Picture(
            "circle",
            _circle(walks, sticks),
            "The paper's figure 13: a latent circle of radius 1.5 about the origin, from straight up "
            "counter-clockwise in steps of 40 degrees, should walk two steps; and a closed geodesic through "
            "the data, which needs no circle.",
        ),
        Film(
            "walking",
            list(_walking(walks, sticks)),
            _FPS,
            "Once round: the paper's latent circle in both models, and robogeo's closed geodesic.",
        ),
        Picture(
            "kinds",
            _kinds(record["several"], kinds, sticks),
            "Everything subject 02 was recorded doing in one latent space, in the plane of its two leading "
            "principal axes, with geodesics from kind to kind; below, the pair whose straight line strays "
            "farthest, each pose with the kind of motion of the recorded pose nearest to it.",
        ),
    ]


def _latent(walks: Mapping[str, Any], pair: str) -> Figure:
    with calm():
        figure = new_figure(WIDTH, 5.0)
        for axes, name in zip(figure.subplots(1, 2), (RECIPE, DEFAULT), strict=True):
            model, shown = walks[name], walks[name]["shown"]
            background = np.array(shown["log10_mf"])
            low, high = np.percentile(background, [2.0, 99.5])
            image = draw_backdrop(axes, background, tuple(shown["extent"]), (low, high))
            x, y = np.array(shown["codes"]).T
            axes.plot(x, y, ".", color="white", markersize=1.8, alpha=0.8)
            for way in model["ways"][:_MOST_WAYS]:
                axes.plot(*np.array(way).T, color=INK, linewidth=1.2)
            for kind, _, line in _WAYS:
                points = np.array(model["examples"][pair][kind]["points"])
                axes.plot(*points.T, color=ALARM, linestyle=line, linewidth=2.2)
            axes.plot(*np.array(shown["circle"]["points"]).T, ":", color=PALETTE[4], linewidth=2.0)
            left, right, bottom, top = shown["extent"]
            axes.set(xlim=(left, right), ylim=(bottom, top), title=MODELS[name])
            axes.set(xlabel="latent axis 1", ylabel="latent axis 2")
            bar = figure.colorbar(image, ax=axes, shrink=0.9)
            bar.set_label("log10 magnification factor (rad per latent unit, squared)", fontsize=10)
            bar.outline.set_visible(False)
    return figure


def _poses(walks: Mapping[str, Any], pair: str, sticks: StickFigures) -> Figure:
    rows = [(model, *way) for model in (RECIPE, DEFAULT) for way in _WAYS]
    with calm():
        figure = new_figure(WIDTH, 8.6)
        for axes, (model, kind, title, _) in zip(figure.subplots(len(rows), 1), rows, strict=True):
            found = walks[model]
            sticks.row(axes, found["examples"][pair][kind]["joints"])
            astray, worst = (1e3 * found[f"{kind} {what}"][int(pair)] for what in ("astray", "worst"))
            text = f"{MODELS[model]}, {title}: {astray:.0f} mm from recorded poses, worst {worst:.0f} mm"
            axes.set_title(text, loc="left")
    return figure


def _speed(walks: Mapping[str, Any], pair: str) -> Figure:
    with calm():
        figure = new_figure(WIDTH, 3.6)
        for axes, name in zip(figure.subplots(1, 2), (RECIPE, DEFAULT), strict=True):
            model = walks[name]
            for (kind, title, line), color in zip(_WAYS, (MUTED, PALETTE[0]), strict=True):
                phi = np.array(model["examples"][pair][kind]["speed"])
                length = model[f"{kind} length"][int(pair)]
                label = f"{title}: length {length:.2f} rad"
                axes.plot(np.linspace(0.0, 1.0, len(phi)), phi, line, color=color, label=label)
            axes.set(xlabel="share t of the way", ylabel="speed φ (rad per unit of t)", title=MODELS[name])
            top = axes.get_ylim()[1]
            axes.set_ylim(0.0, 1.3 * top)  # room for the legend
            axes.grid(True)
            axes.legend(loc="upper right")
    return figure


def _circle(walks: Mapping[str, Any], sticks: StickFigures) -> Figure:
    shown = {name: walks[name]["shown"] for name in (RECIPE, DEFAULT)}
    rows = [(f"{MODELS[name]}, circle of radius 1.5", shown[name]["circle"]) for name in (RECIPE, DEFAULT)]
    rows.append((f"{MODELS[DEFAULT]}, closed geodesic", shown[DEFAULT]["loop"]))
    with calm():
        figure = new_figure(WIDTH, 6.6)
        for axes, (title, found) in zip(figure.subplots(len(rows), 1), rows, strict=True):
            sticks.row(axes, found["joints"])
            axes.set_title(f"{title}: {1e3 * found['astray']:.0f} mm from recorded poses", loc="left")
    return figure


def _walking(walks: Mapping[str, Any], sticks: StickFigures) -> Iterator[NDArray[np.uint8]]:
    shown = {name: walks[name]["shown"] for name in (RECIPE, DEFAULT)}
    return sticks.film(
        [
            ("recipe, circle", shown[RECIPE]["circle"]["film"]),
            ("default, circle", shown[DEFAULT]["circle"]["film"]),
            ("default, geodesic", shown[DEFAULT]["loop"]["film"]),
        ]
    )


def _kinds(several: Mapping[str, Any], kinds: Sequence[str], sticks: StickFigures) -> Figure:
    z, trials = np.array(several["codes"]), np.array(several["trials"])
    projection = Projection.fit(z)
    names = list(dict.fromkeys(kinds))
    pair = several["farthest"]
    example = several["examples"][str(pair)]
    with calm():
        figure = new_figure(WIDTH, 9.4)
        top, *below = figure.subplots(3, 1, height_ratios=[3.2, 1.0, 1.0])
        for number, name in enumerate(names):
            of = np.isin(trials, [at for at, kind in enumerate(kinds) if kind == name])
            x, y = projection.project(z[of]).T
            top.plot(x, y, ".", markersize=3.5, color=PALETTE[number], label=name.replace("_", ", "))
        for way in several["ways"][:_MOST_WAYS]:
            top.plot(*projection.project(np.array(way)).T, color=INK, linewidth=1.0)
        for kind, _, line in _WAYS:
            points = projection.project(np.array(example[kind]["points"]))
            top.plot(*points.T, color=ALARM, linestyle=line, linewidth=2.4)
        top.set(xlabel="latent principal axis 1", ylabel="latent principal axis 2")
        top.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=3.0)
        for axes, (kind, title, _) in zip(below, _WAYS, strict=True):
            _kind_row(axes, several, kind, title, kinds, sticks)
    return figure


def _kind_row(
    axes: Axes,
    several: Mapping[str, Any],
    kind: str,
    title: str,
    kinds: Sequence[str],
    sticks: StickFigures,
) -> None:
    pair = several["farthest"]
    example = several["examples"][str(pair)][kind]
    sticks.row(axes, example["joints"])
    astray, worst = (1e3 * several[f"{kind} {what}"][pair] for what in ("astray", "worst"))
    axes.set_title(f"{title}: {astray:.0f} mm from recorded poses, worst {worst:.0f} mm", loc="left")
    axes.set_ylim(-1.05, 1.1)
    for at, trial in enumerate(example["trials"]):
        axes.text(
            at, 0.92, kinds[trial].replace("_", ",\n"), ha="center", va="center", fontsize=10, color=MUTED
        )
