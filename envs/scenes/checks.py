"""What a scene must be before it is served: a mistake is one line that names the scene and the part.

Most of it is said when the scene is registered. What depends on the arm is said when a world is made: whether
its obstacles can be built (`build`), and whether its places can be reached (`envs.requests`).
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from envs.errors import WorldError
from envs.robots import APPROACHES
from envs.scenes.scene import Place, Scene, Surroundings
from envs.simulation import Simulation


def checked(scene_class: type[Scene]) -> type[Scene]:
    """The class itself, if a scene can be made of it and its parts fit together.

    Raises:
        WorldError: a part is missing or wrong; the message names the scene, the part and what it must be.
    """
    name = getattr(scene_class, "name", None)
    if not isinstance(name, str) or not name.isidentifier():
        raise WorldError(
            f"scene {scene_class.__name__}: name must be a word, as in robogeo/NAME-v0, got {name!r}"
        )
    missing = sorted(getattr(scene_class, "__abstractmethods__", ()))
    if missing:
        _refuse(name, missing[0], "is not defined")
    try:
        scene = scene_class()
        _check_view(scene)
        _check_places(scene)
        _check_ways(scene)
    except WorldError:
        raise
    except Exception as error:  # whatever a scene's own code may do
        said = " ".join(str(error).split())
        raise WorldError(f"scene {name}: {type(error).__name__} when it was made: {said}") from error
    return scene_class


def build(scene: Surroundings, simulation: Simulation) -> None:
    """Put a scene's obstacles into a simulation.

    Raises:
        WorldError: a scene with places has none, or one is no shape; the message names scene and mistake.
    """
    before = len(simulation.obstacles)
    try:
        scene.build(simulation)
    except Exception as error:  # whatever a scene's own code, or the engine, may say
        said = " ".join(str(error).split())
        raise WorldError(f"scene {scene.name}: build: {said}") from error
    if isinstance(scene, Scene) and len(simulation.obstacles) == before:
        _refuse(scene.name, "build", "added no obstacle")


def _refuse(scene: str, part: str, why: str) -> NoReturn:
    raise WorldError(f"scene {scene}: {part} {why}")


def _point(scene: Scene, part: str, value: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        point = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        point = np.empty(0)
    if point.shape != (3,) or not np.isfinite(point).all():
        _refuse(scene.name, part, f"must be three finite numbers, got {value!r}")
    return point


def _check_view(scene: Scene) -> None:
    """Camera, stance and bounds."""
    for part in ("camera_eye", "camera_target", "approach"):
        if not hasattr(scene, part):
            _refuse(scene.name, part, "is not set")
    eye, target = (_point(scene, part, getattr(scene, part)) for part in ("camera_eye", "camera_target"))
    if np.allclose(eye[:2], target[:2]):
        _refuse(scene.name, "camera_eye", "must not stand right above or in camera_target")
    if scene.approach not in APPROACHES:
        _refuse(scene.name, "approach", f"must be one of {', '.join(APPROACHES)}, got {scene.approach!r}")
    if not scene.corner_radius > 0.0:
        _refuse(scene.name, "corner_radius", f"must be positive, got {scene.corner_radius!r}")
    for name, bound in scene.bounds.items():
        if not bound > 0.0:
            _refuse(scene.name, f"bound of {name!r}", f"must be positive, got {bound!r}")


def _check_places(scene: Scene) -> None:
    """Names, boxes, frequencies, and the pairs that requests join."""
    names = [place.name for place in scene.places]
    if len(names) < 2:
        _refuse(scene.name, "places", f"must be at least two, got {len(names)}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        _refuse(scene.name, f"place {twice!r}", "is there twice; names must differ")
    for place in scene.places:
        part = f"place {place.name!r}"
        lower, upper = (_point(scene, f"{part}: {end}", getattr(place, end)) for end in ("lower", "upper"))
        if np.any(upper < lower) or np.all(upper == lower):
            _refuse(scene.name, part, f"must have a size, got lower {lower.tolist()}, upper {upper.tolist()}")
        if not (np.isfinite(place.frequency) and place.frequency > 0.0):
            _refuse(scene.name, part, f"must have a positive frequency, got {place.frequency!r}")
    pairs = scene.pairs()
    strangers = [place.name for pair in pairs for place in pair if place.name not in names]
    if not pairs or strangers:
        _refuse(scene.name, "pairs", f"must join the scene's own places, got {strangers[:1] or 'none'}")


def _check_ways(scene: Scene) -> None:
    """Poses are poses, coordinates undo them, stations begin and end where asked, measures have names."""
    anchor = _point(scene, "anchor", scene.anchor)
    for place in scene.places:
        point, part = _middle(place), f"tool_pose in place {place.name!r}"
        pose = scene.tool_pose(point)
        turn = np.asarray(pose.rotation, dtype=np.float64)
        if turn.shape != (3, 3) or not np.allclose(turn @ turn.T, np.eye(3), atol=1e-6):
            _refuse(scene.name, part, "has no rotation matrix (3, 3)")
        if np.linalg.det(turn) < 0.0:
            _refuse(scene.name, part, "has a left-handed rotation")
        if not np.allclose(scene.coordinates(pose.position), point, atol=1e-6):
            _refuse(scene.name, "coordinates", f"do not undo {part}")
        _check_stations(scene, anchor, point, f"from the anchor to place {place.name!r}")
    for a, b in scene.pairs():
        _check_stations(scene, _middle(a), _middle(b), f"from {a.name!r} to {b.name!r}")
    start, goal = (scene.tool_pose(_middle(place)).position for place in scene.pairs()[0])
    unknown = set(scene.bounds) - set(scene.measures(np.stack([start, goal]), start, goal))
    if unknown:
        _refuse(scene.name, "measures", f"must give {min(unknown)!r}, which has a bound")


def _check_stations(scene: Scene, start: Any, goal: Any, what: str) -> None:
    corners = np.stack(scene.stations(start, goal))
    if corners.shape[1] != 3 or not np.isfinite(corners).all():
        _refuse(scene.name, f"stations {what}", "must be points of three finite numbers")
    if not np.allclose(corners[[0, -1]], [start, goal], atol=1e-9):
        _refuse(scene.name, f"stations {what}", "must begin and end there")


def _middle(place: Place) -> Any:
    return (place.lower + place.upper) / 2
