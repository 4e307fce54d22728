"""The map of any trained model, a run's or a file's, as a picture and as an interactive file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from robogeo.data.observation_file import load_observations
from robogeo.durable import replacing
from robogeo.errors import InputError, ModelError
from robogeo.fitting import rows_as_learned
from robogeo.learning.run_folder import RunFolder
from robogeo.models import PictureIWAE, load_model
from robogeo.reading import read_bounded
from robogeo.run.taught import learner_in
from robogeo.viewer.card import map_figure
from robogeo.viewer.charted import Charted, charted_manifold, charted_model
from robogeo.viewer.latent_map import CELLS, LatentMap, LayerName
from robogeo.viewer.map_page import write_map_page

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

PICTURES = (".png", ".svg")
_MOST_BYTES = 1 << 30
_CONVOLUTIONAL_CELLS = 64  # a side: convolutions have no closed form, and are differentiated point by point


@dataclass(frozen=True, eq=False)
class Known:
    """What is drawn: of what, how finely along each side, and under which title."""

    charted: Charted
    title: str
    cells: int = CELLS


def draw_map(
    source: Path,
    out: Path,
    layer: LayerName,
    *,
    round: int | None = None,
    data: Path | None = None,
    device: torch.device | None = None,
) -> tuple[Path, str]:
    """Draw the map of a trained model.

    Args:
        source: a run's folder, or a model's file; it is only read.
        out: picture, .png or .svg; the interactive file gets the same name with .html.
        layer: of the picture; the interactive file has all.
        round: of a run, whose model is drawn; None takes the last.
        data: observations that a model's file was trained on.
        device: that a model's file is evaluated on; None takes the CPU.

    Returns:
        The interactive file, and what the plane is.

    Raises:
        InputError: one line: neither a run nor a model, nothing learned yet, no such round, observations that
            do not fit, an option that does not apply, or another ending.
    """
    if out.suffix.lower() not in PICTURES:
        raise InputError(f"{out}: a map is a picture that ends in {' or '.join(PICTURES)}")
    if source.is_file():
        known = _of_model(source, data, round, device)
    else:
        known = _of_run(source, round, data, device)
    chart = LatentMap(known.charted, known.cells)
    if layer not in chart.layers:
        raise InputError(
            f"--layer {layer}: {source} has one decoder head, which has nothing to disagree with"
        )
    figure = map_figure(chart, layer, demonstrations=True, graph=False)
    _save(figure, out)
    page = out.with_suffix(".html")
    write_map_page(chart, page, known.title)
    return page, chart.said


def _of_run(run: Path, round: int | None, data: Path | None, device: torch.device | None) -> Known:
    with RunFolder.existing(run) as folder, learner_in(folder) as learner:
        config, world = learner.config, learner.world
        if data is not None:
            raise InputError(f"--data {data}: {run} is a run, which has its own; leave it out")
        if device is not None:
            raise InputError(f"--device {device}: is for models of files; {run} is a run; leave it out")
        if round is not None and not 0 <= round < learner.rounds:
            raise InputError(f"{run}: has no round {round}; it was trained {learner.rounds} times")
        if config.model.latent_dim < 2:
            raise InputError(f"{run}: model.latent_dim is 1; a map needs at least 2")
        planner = learner.planner if round is None else learner.planner_of(round)
        number = learner.rounds - 1 if round is None else round
        title = f"{config.scene}, {world.robot_name}: what was learned, round {number}"
        return Known(charted_manifold(planner.manifold), title)


def _of_model(file: Path, data: Path | None, round: int | None, device: torch.device | None) -> Known:
    if round is not None:
        raise InputError(f"--round {round}: {file} is a single model; leave it out")
    try:
        model = load_model(read_bounded(file, _MOST_BYTES, "a model")).float()
    except ModelError as error:
        raise InputError(f"{file}: {error}; give a run's folder, or a file that save_model wrote") from error
    if model.config.latent_dim < 2:
        raise InputError(f"{file}: latent_dim is 1; a map needs at least 2")
    if data is None:
        raise InputError(f"{file}: a model alone does not say where its data are; give them with --data FILE")
    found = load_observations(data, model.observation_dim)
    x = rows_as_learned(model, found.values, data)
    try:
        charted = charted_model(model.to(device), x, found.picture_shape)
    except InputError as error:
        raise InputError(f"{data}: {error}") from error
    cells = _CONVOLUTIONAL_CELLS if isinstance(model, PictureIWAE) else CELLS
    return Known(charted, f"{file.name}: what was learned of {data.name}", cells)


def _save(figure: Figure, out: Path) -> None:
    """Write the picture; no date and no random names in it: the same model gives the same bytes."""
    import matplotlib

    kind = out.suffix[1:].lower()
    undated = {"Date": None} if kind == "svg" else {}
    with replacing(out) as draft, matplotlib.rc_context({"svg.hashsalt": "map"}):
        figure.savefig(draft, format=kind, dpi=130, metadata=undated)
