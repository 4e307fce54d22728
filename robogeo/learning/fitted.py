"""From a configuration to the model that is trained and the planner that is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.config import ExperimentConfig
from robogeo.devices import device_named
from robogeo.errors import InputError
from robogeo.fitting import codes
from robogeo.geometry.edges import Mapped
from robogeo.learning.tear import TORN, tear
from robogeo.models import IWAE, ModelConfig, TrainingConfig, TrainingReport, fit, load_model
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.planner import MotionOptions, Planner
from robogeo.motion.world import World
from robogeo.randomness import torch_generator

FloatArray = NDArray[np.float64]
_NOT_OF_A_FIT = {"steps", "warm", "warm_steps", "restarts", "passes", "device"}


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes:
        model: with the weights that were kept.
        report: of its training.
        attempts: trainings that it took, those of models that were dropped counted.
        tear: how far it tears what was demonstrated, see `robogeo.learning.tear`.
    """

    model: IWAE
    report: TrainingReport
    attempts: int
    tear: float


def fit_model(
    config: ExperimentConfig,
    world: World,
    last: bytes | None,
    x: FloatArray,
    groups: NDArray[np.int64],
    round: int,
    progress: Callable[[str, int, int], None] = lambda what, step, steps: None,
) -> Fit:
    """Fit a model as a configuration says, anew from fresh weights where it is torn; the least torn is kept.

    Args:
        config: of the training.
        world: for what the model sees.
        last: weights of the last fit to start from; None: fresh ones.
        x: what was demonstrated (N, dof), rad.
        groups: the index (N,) of each row's demonstration.
        round: of the loop; its random numbers are its own.
        progress: told (what, step, of how many).
    """
    seen = world.observation.observe(x)
    fits: list[Fit] = []
    while not fits or (fits[-1].tear > TORN and len(fits) <= config.training.restarts):
        attempt = len(fits)
        warm = None if attempt else last
        model = _fresh(config, world, attempt) if warm is None else load_model(warm)
        steps = config.training.steps_for(len(x), first=warm is None)
        generator = torch_generator(config.seed, round, "training", attempt)
        why = " afresh, because what was shown is torn" if attempt else ""
        told = partial(progress, f"round {round}: training{why}")
        report = _train(config, model, seen, groups, steps, generator, told)
        torn = tear(seen, codes(model, seen).double().numpy(), groups)
        fits.append(Fit(model, report, attempt + 1, torn))
    return replace(min(fits, key=lambda fit: fit.tear), attempts=len(fits))


def _fresh(config: ExperimentConfig, world: World, attempt: int) -> IWAE:
    """A model with fresh weights, for each attempt its own."""
    seen, settings = world.observation, ModelConfig(**config.model.model_dump())
    generator = torch_generator(config.seed, 0, "weights", attempt)
    return IWAE(len(seen.offset), settings, seen.offset, seen.scale, generator)


def _train(
    config: ExperimentConfig,
    model: IWAE,
    seen: FloatArray,
    groups: NDArray[np.int64],
    steps: int,
    generator: torch.Generator,
    progress: Callable[[int, int], None],
) -> TrainingReport:
    """Train a model in place on observations (N, D)."""
    training = TrainingConfig(steps=steps, **config.training.model_dump(exclude=_NOT_OF_A_FIT))
    try:
        device = device_named(config.training.device)
    except InputError as error:
        raise InputError(f"training.device: {error}") from error
    model.to(device)
    report = fit(model, seen, groups, training, generator, lambda step, steps, _: progress(step, steps))
    model.cpu()  # whatever comes now is fastest there
    return report


def planner_for(
    config: ExperimentConfig,
    world: World,
    model: IWAE,
    x: FloatArray,
    groups: NDArray[np.int64],
    mapped: Mapped = map,
) -> Planner:
    """The planner on a trained model.

    Args:
        config: of geometry and motions.
        world: for the joint limits, and what the model sees.
        model: trained on
        x: what was demonstrated (N, dof), rad, with
        groups: the index (N,) of each row's demonstration.
        mapped: measures the edges of the graph, as for `GeodesicGraph.build`.
    """
    geometry = GeometryOptions(**config.geometry.model_dump())
    motion = MotionOptions(**config.motion.model_dump())
    manifold = Manifold(model, x, groups, geometry, world.observation, mapped=mapped)
    return Planner(manifold, world.limits, motion)
