"""The scenes: obstacles, named places and the way a practised person moves between them; one file each."""

from envs.scenes.reach_detour import ReachDetour
from envs.scenes.scene import Layout, Place, Scene
from envs.scenes.shelf_reach import ShelfReach

SCENES: dict[str, type[Scene]] = {"ShelfReach": ShelfReach, "ReachDetour": ReachDetour}

__all__ = ["SCENES", "Layout", "Place", "ReachDetour", "Scene", "ShelfReach"]
