"""What the papers leave open in the pendulum's and the robot arm's models, searched for.

    python scripts/search_pendulum_circle.py

Fits the models of configs/reproduce/{pendulum,robot-circle}.yaml with some fields changed, on data that no
reproduction uses, and tells how well noise-free observations come back; and what the noise on the arm's
joints leaves to whoever is told the true angle of every step. Writes
docs/results/search_pendulum_circle.json; about six minutes of one core.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.evaluation.results import Results
from robogeo.fitting import FitSettings, codes, decoded, fitted
from robogeo.models import IWAE
from robogeo.motion.world import World
from robogeo.parallel import use_one_thread
from robogeo.progress import Silence
from robogeo.randomness import numpy_generator
from robogeo.reproduction.circle import experiment as robot_circle
from robogeo.reproduction.circle.arm import JOINTS, Circle, CircleArm
from robogeo.reproduction.pendulum import experiment as pendulum
from robogeo.reproduction.pendulum.pictures import PendulumPictures
from robogeo.reproduction.settings import load_settings, settings_file

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "results"
SEED = 1000  # no reproduction's
HARMONICS = (2, 3, 4, 5, 6, 8, 12)
PENDULUM_RECIPE: tuple[dict[str, Any], ...] = (
    {},
    {"importance_samples": 50, "steps": 600},
    {"learning_rate": 1e-4},
    {"principal_steps": 0},
)
PENDULUM_DEFAULT: tuple[dict[str, Any], ...] = ({}, {"principal_steps": 0}, {"learning_rate": 3e-3})
CIRCLE_RECIPE: tuple[dict[str, Any], ...] = ({}, {"importance_samples": 15, "batch": 150, "steps": 250})
CIRCLE_DEFAULT: tuple[dict[str, Any], ...] = (
    {},
    {"importance_samples": 5},
    {"hidden": (64, 64)},
    {"hidden": (8, 8)},
    {"hidden": (8,)},
    {"steps": 6000, "batch": 1024},
)


def main() -> None:
    """Search and write."""
    use_one_thread()
    results = Results("search_pendulum_circle", "python scripts/search_pendulum_circle.py")
    limit_circle(results)
    search_circle(results)
    search_pendulum(results)
    print(results.write(RESULTS))


def search_pendulum(results: Results) -> None:
    """Rms distance of decoded from true pictures, in grey levels, and turns of the ring of codes."""
    settings = load_settings(pendulum.SETTINGS, settings_file("pendulum"))
    with PendulumPictures(settings.data.noise) as pictures:
        draw = numpy_generator(SEED, 0, "search: angles")
        x = pictures.seen(draw.uniform(0.0, 2.0 * np.pi, settings.data.pictures), SEED)
        ring = pictures.clean(np.linspace(0.0, 2.0 * np.pi, 361))

    def judge(model: IWAE) -> dict[str, float]:
        z = codes(model, ring)
        missed = np.sqrt(((decoded(model, z) - ring) ** 2).mean(axis=1))
        angles = np.unwrap(np.arctan2(*(z - z.mean(dim=0)).double().numpy().T))
        turns = abs(float(angles[-1] - angles[0])) / (2.0 * np.pi)
        return {"mean_grey": float(missed.mean()), "worst_grey": float(missed.max()), "turns": turns}

    for kind, fit, variants in (
        ("recipe", settings.recipe, PENDULUM_RECIPE),
        ("default", settings.default, PENDULUM_DEFAULT),
    ):
        for changes in variants:
            add(results, f"pendulum, {kind}", fit, changes, x, judge)


def limit_circle(results: Results) -> None:
    """Distance of the tool from the circle, mm, after a Fourier regression of the joints on true angles."""
    _, data, circle, arm, q = recorded_circle()
    angles = np.linspace(0.0, 2.0 * np.pi, data.steps, endpoint=False)
    for count in HARMONICS:
        waves = [wave(k * angles) for k in range(1, count + 1) for wave in (np.cos, np.sin)]
        basis = np.stack([np.ones_like(angles), *waves], axis=1)
        away = []
        for seed in range(SEED, SEED + 10):
            noise = numpy_generator(seed, 0, "search: noise").normal(size=q.shape)
            weights = np.linalg.lstsq(basis, q + data.noise * noise, rcond=None)[0]
            away.append(1e3 * circle.distance(arm.tool(basis[::10] @ weights)))
        mean, worst = float(np.mean(away)), float(np.max(away))
        results.row(what="robot-circle, angles told", harmonics=count, mean_mm=mean, worst_mm=worst)


def recorded_circle() -> tuple[
    robot_circle.SETTINGS, robot_circle.DataSettings, Circle, CircleArm, np.ndarray
]:
    """The experiment, and the arm's noise-free configurations (n, 6)."""
    settings = load_settings(robot_circle.SETTINGS, settings_file("robot-circle"))
    data = settings.data
    circle = Circle(data.centre, data.radius)
    with World("ShelfReach", "iiwa") as world:
        arm = CircleArm(world.chain, world.rest)
    q = arm.follow(circle, np.linspace(0.0, 2.0 * np.pi, data.steps, endpoint=False))
    return settings, data, circle, arm, q


def search_circle(results: Results) -> None:
    """Distance of the tool from the circle when noise-free configurations come back, in mm."""
    settings, data, circle, arm, q = recorded_circle()
    x = q + data.noise * numpy_generator(SEED, 0, "search: noise").normal(size=(len(q), JOINTS))

    def judge(model: IWAE) -> dict[str, float]:
        away = 1e3 * circle.distance(arm.tool(decoded(model, codes(model, q[::10]))))
        return {"mean_mm": float(away.mean()), "worst_mm": float(away.max())}

    for kind, fit, variants in (
        ("recipe", settings.recipe, CIRCLE_RECIPE),
        ("default", settings.default, CIRCLE_DEFAULT),
    ):
        for changes in variants:
            add(results, f"robot-circle, {kind}", fit, changes, x, judge)


def add(
    results: Results,
    what: str,
    settings: FitSettings,
    changes: dict[str, Any],
    x: np.ndarray,
    judge: Callable[[IWAE], dict[str, float]],
) -> None:
    """Fit one variant and write down what came of it."""
    began = time.process_time()
    model = fitted(settings.model_copy(update=changes), x, SEED, what, Silence())
    seconds = round(time.process_time() - began, 1)
    told = ", ".join(f"{name} {value}" for name, value in changes.items()) or "as configured"
    results.row(model=what, change=told, cpu_s=seconds, **judge(model))


if __name__ == "__main__":
    main()
