"""No scene: an arm with nothing round it. Limits, and the arm itself, are still in its way."""

from __future__ import annotations

from envs.scenes.scene import Surroundings
from envs.simulation import Simulation


class Free(Surroundings):
    """An arm alone; nobody knows how it is mounted, so there is no floor either."""

    name = "Free"
    approach = ""
    floor = False
    camera_eye = (1.5, -1.3, 1.1)
    camera_target = (0.1, 0.0, 0.5)

    def build(self, simulation: Simulation) -> None:
        """Put nothing into the simulation."""
