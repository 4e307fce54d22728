"""One world a scene for the whole folder: making one costs more than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from envs.arm import ArmEnv
from envs.scenes import SCENES


@pytest.fixture(scope="session")
def worlds() -> Iterator[dict[str, ArmEnv]]:
    made = {name: ArmEnv(name) for name in SCENES}
    yield made
    for world in made.values():
        world.close()


@pytest.fixture(params=list(SCENES))
def world(request: pytest.FixtureRequest, worlds: dict[str, ArmEnv]) -> ArmEnv:
    return worlds[request.param]
