"""PyBullet worlds for robogeo, met through Gymnasium: ``gymnasium.make("envs:robogeo/ShelfReach-v0")``."""

from __future__ import annotations

import gymnasium

ENV_IDS = ("robogeo/ShelfReach-v0", "robogeo/ReachDetour-v0", "robogeo/TwoSkills-v0", "robogeo/Strokes-v0")

for _id in ENV_IDS:
    if _id not in gymnasium.registry:
        gymnasium.register(
            id=_id,
            entry_point="envs.arm:ArmEnv",
            kwargs={"scene": _id.split("/")[1].removesuffix("-v0")},
            max_episode_steps=1000,
        )
