"""The map of any trained run, arm or pictures, as a picture and as an interactive file."""

from __future__ import annotations

import os
from pathlib import Path

from robogeo.durable import replacing
from robogeo.errors import InputError
from robogeo.learning.learner import Learner
from robogeo.recordings import world_in
from robogeo.stored_run import open_run
from robogeo.viewer.card import map_figure
from robogeo.viewer.latent_map import LatentMap, LayerName
from robogeo.viewer.map_page import write_map_page

PICTURES = (".png", ".svg")


def map_run(run: str | os.PathLike[str], out: Path, layer: LayerName, round: int | None) -> tuple[Path, str]:
    """Draw the map of a run's model.

    Args:
        run: the run's folder; it is only read.
        out: picture, .png or .svg; the interactive file gets the same name with .html.
        layer: of the picture; the interactive file has all.
        round: whose model is drawn; None takes the last.

    Returns:
        The interactive file, and what the plane is.

    Raises:
        InputError: not a run's folder, nothing learned yet, no such round, or another ending.
    """
    if out.suffix.lower() not in PICTURES:
        raise InputError(f"{out}: a map is a picture that ends in {' or '.join(PICTURES)}")
    folder, config = open_run(run)
    with folder, world_in(folder, config) as world:
        learner = Learner(folder, config, world)
        if round is not None and not 0 <= round < learner.rounds:
            raise InputError(f"{run}: has no round {round}; it was trained {learner.rounds} times")
        if config.model.latent_dim < 2:
            raise InputError(f"{run}: model.latent_dim is 1; a map needs at least 2")
        planner = learner.planner if round is None else learner.planner_of(round)
        chart = LatentMap(planner.manifold)
        number = learner.rounds - 1 if round is None else round
        title = f"{config.scene}, {world.robot_name}: what was learned, round {number}"
    figure = map_figure(chart, layer, demonstrations=True, graph=False)
    with replacing(out) as draft:
        figure.savefig(draft, format=out.suffix[1:].lower(), dpi=130, metadata=_undated(out))
    page = out.with_suffix(".html")
    write_map_page(chart, page, title)
    return page, chart.said


def _undated(out: Path) -> dict[str, None]:
    """No date in the picture: the same model gives the same bytes."""
    return {"Date": None} if out.suffix.lower() == ".svg" else {}
