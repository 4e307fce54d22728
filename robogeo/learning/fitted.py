"""From a configuration to the model that is trained and the planner that is made of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from robogeo.config import ExperimentConfig
from robogeo.devices import device_named
from robogeo.errors import InputError
from robogeo.geometry.edges import Mapped
from robogeo.models import IWAE, ModelConfig, TrainingConfig, TrainingReport, fit, load_model
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.planner import MotionOptions, Planner
from robogeo.motion.world import World
from robogeo.randomness import torch_generator

FloatArray = NDArray[np.float64]


def model_to_train(config: ExperimentConfig, world: World, last: bytes | None) -> IWAE:
    """The model with the weights of the last fit, or with fresh ones where there was none."""
    if last is not None:
        return load_model(last)
    seen, settings = world.observation, ModelConfig(**config.model.model_dump())
    generator = torch_generator(config.seed, 0, "weights")
    return IWAE(len(seen.offset), settings, seen.offset, seen.scale, generator)


def train(
    config: ExperimentConfig,
    world: World,
    model: IWAE,
    x: FloatArray,
    groups: NDArray[np.int64],
    round: int,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> TrainingReport:
    """Train a model as a configuration says.

    Args:
        config: of the training.
        world: for what the model sees.
        model: trained in place.
        x: what was demonstrated (N, dof), rad.
        groups: the index (N,) of each row's demonstration.
        round: of the loop; its random numbers are its own, and the first takes more steps.
        progress: told (step, of how many).
    """
    settings = config.training
    fields = settings.model_dump(exclude={"steps", "warm", "warm_steps", "passes", "device"})
    steps = settings.steps_for(len(x), first=round == 0 or not settings.warm)
    generator = torch_generator(config.seed, round, "training")
    seen = world.observation.observe(x)
    training = TrainingConfig(steps=steps, **fields)
    try:
        device = device_named(settings.device)
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
