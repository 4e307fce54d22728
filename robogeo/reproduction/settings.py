"""What experiments are made of: a file of typed fields, some of them replaced in a quick run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from robogeo.config.file import read_tree, validated_as
from robogeo.config.settings import Settings
from robogeo.errors import InputError
from robogeo.fitting import FitSettings

QUICK = "quick"


class ChartSettings(Settings):
    """robogeo's default geometry: nodes, support, graph, relaxation."""

    nodes: int = Field(default=2000, ge=2, le=1_000_000, description="nodes chosen from all codes")
    reconstructed: bool = Field(
        default=False,
        description="nodes are codes of the model's reconstructions, which the noise of single observations "
        "does not scatter",
    )
    neighbors: int = Field(default=10, ge=1, le=1000, description="neighbours of each node")
    space: Literal["decoded", "latent", "both"] = Field(
        default="decoded", description="space in which neighbours are sought"
    )
    support_weight: float = Field(
        default=20.0, ge=0, le=1e6, description="cost of lacking support, in median stretches of the decoder"
    )
    support_width: float = Field(
        default=1.5, gt=0, le=100, description="reach of support, in median distances of neighbouring nodes"
    )
    segments: int = Field(default=32, ge=3, le=1024, description="segments of a relaxed geodesic")


class NeuralSettings(Settings):
    """The published neural geodesic: what the paper leaves open."""

    steps: int = Field(default=500, ge=1, le=1_000_000, description="Adam steps")
    samples: int = Field(default=500, ge=3, le=100_000, description="values of t (paper: 500)")
    curves: int = Field(default=5, ge=1, le=1000, description="random Bezier curves of the pre-training")
    controls: int = Field(default=3, ge=1, le=100, description="inner control points of each")
    pretraining_steps: int = Field(default=200, ge=0, le=1_000_000, description="steps to fit each curve")
    velocity_weight: float = Field(
        default=0.01, ge=0, le=1e6, description="lambda_phi, weight of the largest velocity in choosing"
    )
    learning_rate: float = Field(default=1e-2, gt=0, le=1, description="of Adam (paper: 1e-2)")


class ReproductionSettings(Settings):
    """Base of every experiment's settings."""

    edition: int = Field(default=1, ge=1, description="raise it when code changed what a seed gives")
    seeds: int = Field(default=3, ge=1, le=1000, description="seeds, counted from 0")


class PairSettings(ReproductionSettings):
    """An experiment on pairs of points: the paper's model and geodesics beside robogeo's."""

    pairs: int = Field(default=34, ge=3, le=100_000, description="pairs of each seed")
    recipe: FitSettings = Field(default=FitSettings(heads=1), description="the paper's model: one decoder")
    neural: NeuralSettings = Field(default=NeuralSettings(), description="the paper's geodesic")
    default: FitSettings = Field(default=FitSettings(), description="robogeo's model")
    chart: ChartSettings = Field(default=ChartSettings(), description="robogeo's geometry")


AnyReproduction = TypeVar("AnyReproduction", bound=ReproductionSettings)


def settings_file(name: str) -> Path:
    """The file of an experiment that comes with robogeo: in the wheel, else in the checkout.

    Raises:
        InputError: it is not there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "configs" / "reproduce", package.parent / "configs" / "reproduce"):
        if (folder / f"{name}.yaml").is_file():
            return folder / f"{name}.yaml"
    raise InputError(f"reproduce {name}: its configs/reproduce/{name}.yaml is not installed; install again")


def load_settings(kind: type[AnyReproduction], file: Path, quick: bool = False) -> AnyReproduction:
    """Read an experiment's file; with `quick`, its block of that name replaces fields.

    Raises:
        InputError: one line that names the file, the field and the reason; the quick block is always checked.
    """
    tree = read_tree(file)
    replaced = tree.pop(QUICK, {})
    if not isinstance(replaced, dict):
        raise InputError(f"{file}: field '{QUICK}': expected a group of fields")
    whole = validated_as(kind, tree, str(file))
    brief = validated_as(kind, _merged(tree, replaced), f"{file} ({QUICK})")
    return brief if quick else whole


def _merged(tree: dict[str, Any], replaced: dict[str, Any]) -> dict[str, Any]:
    merged = dict(tree)
    for name, value in replaced.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
