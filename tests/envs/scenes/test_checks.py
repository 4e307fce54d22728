"""A scene with a mistake is refused in one line that names the scene and the part."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.errors import WorldError
from envs.scenes import SCENES, Scene, ShelfReach
from envs.scenes.checks import checked

_OWN = ShelfReach().places
_DOWN = np.array([0.0, 0.0, 0.11])  # onto the compartment's floor


def scene_with(**parts: Any) -> type[Scene]:
    """ShelfReach, but for some parts."""
    return type("Mine", (ShelfReach,), {"name": "Mine", **parts})


def places(*changed: Any) -> property:
    return property(lambda self: (*changed, *_OWN[len(changed) :]))


@pytest.mark.parametrize("scene", SCENES)
def test_the_shipped_scenes_pass(scene: str) -> None:
    assert checked(SCENES[scene]) is SCENES[scene]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"name": ""}, "scene Mine: name must be a word, as in robogeo/NAME-v0, got ''"),
        ({"name": 7}, "name must be a word"),
        ({"camera_eye": None}, "scene Mine: camera_eye must be three finite numbers, got None"),
        ({"camera_target": (0.0, np.nan, 0.0)}, "camera_target must be three finite numbers"),
        ({"camera_eye": (0.42, 0.0, 2.0)}, "camera_eye must not stand right above"),
        ({"approach": "up"}, "approach must be one of forward, down, got 'up'"),
        ({"corner_radius": 0.0}, "corner_radius must be positive, got 0.0"),
        ({"bounds": {"error_mm": -1.0}}, "bound of 'error_mm' must be positive, got -1.0"),
        ({"bounds": {"error_mm": 1.0}}, "measures must give 'error_mm', which has a bound"),
        ({"places": property(lambda self: _OWN[:1])}, "places must be at least two, got 1"),
        ({"places": places(replace(_OWN[0], name=_OWN[1].name))}, "place 'centre low' is there twice"),
        ({"places": places(replace(_OWN[0], upper=_OWN[0].lower))}, "place 'left low' must have a size"),
        ({"places": places(replace(_OWN[0], lower=_OWN[0].upper + 1))}, "place 'left low' must have a size"),
        ({"places": places(replace(_OWN[0], upper=np.ones(2)))}, "place 'left low': upper must be three"),
        ({"places": places(replace(_OWN[0], frequency=0.0))}, "must have a positive frequency, got 0.0"),
        ({"pairs": lambda self: []}, "pairs must join the scene's own places, got none"),
        ({"anchor": property(lambda self: np.ones(2))}, "anchor must be three finite numbers"),
        ({"coordinates": lambda self, position: position + 1}, "coordinates do not undo tool_pose in place"),
        (
            {"stations": lambda self, start, goal: [start]},
            "stations from the anchor to place 'left low' must",
        ),
        (
            {"stations": lambda self, start, goal: 1 / 0},
            "ZeroDivisionError when it was made: division by zero",
        ),
        ({"__init__": lambda self: None}, "scene Mine: AttributeError when it was made"),
    ],
)
def test_a_mistake_is_one_line_that_names_scene_and_part(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(WorldError, match=re.escape(said)) as caught:
        checked(scene_with(**parts))
    assert "\n" not in str(caught.value)
    assert "scene Mine: " in str(caught.value)


def test_a_part_that_is_not_there_is_named() -> None:
    class Bare(Scene):
        name = "Bare"

    with pytest.raises(WorldError, match="scene Bare: anchor is not defined"):
        checked(Bare)

    parts = {name: part for name, part in vars(ShelfReach).items() if name not in ("camera_eye", "__init__")}
    with pytest.raises(WorldError, match="scene Unseen: camera_eye is not set"):
        checked(type("Unseen", (Scene,), {**parts, "name": "Unseen"}))


@pytest.mark.sim
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"build": lambda self, simulation: None}, "scene Mine: build added no obstacle"),
        (
            {
                "build": lambda self, simulation: simulation.add_boxes(
                    [((0.1, 0.0, 0.1), (0, 0, 0))], (1,) * 4
                )
            },
            "scene Mine: build: a box's half extents must be positive, got [0.1, 0.0, 0.1]",
        ),
        (
            {"build": lambda self, simulation: simulation.add_sphere(0.1)},
            "scene Mine: build: 'Simulation' object has no attribute 'add_sphere'",
        ),
        (
            {"places": places(replace(_OWN[0], lower=_OWN[0].lower + 2, upper=_OWN[0].upper + 2))},
            "scene Mine: place 'left low' is out of reach of the iiwa; state a smaller reach_m",
        ),
        (
            {"places": places(replace(_OWN[0], lower=_OWN[0].lower - _DOWN, upper=_OWN[0].upper - _DOWN))},
            "scene Mine: the iiwa has no 20 mm of room in place 'left low'",
        ),
    ],
)
def test_what_an_arm_cannot_do_is_said_when_its_world_is_made(
    parts: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCENES, "Mine", scene_with(**parts))
    with pytest.raises(WorldError, match=re.escape(said)) as caught:
        ArmEnv("Mine")
    assert "\n" not in str(caught.value)
