"""The scenes: obstacles, named places and the way a practised person moves between them; one file each.

To add one here, write a subclass of `Scene` in a file, list it in `envs.scenes.registry` and name it in
`envs.offered`; a package of its own offers it by an entry point. It is checked as it is listed or loaded: see
`envs.scenes.checks`. `Free` is none of them: it has nothing in it.
"""

from envs.scenes.free import Free
from envs.scenes.pots_and_niches import PotsAndNiches
from envs.scenes.reach_detour import ReachDetour
from envs.scenes.registry import SCENES, find_scene
from envs.scenes.scene import Layout, Place, Scene, Surroundings
from envs.scenes.shelf_reach import ShelfReach
from envs.scenes.strokes import Strokes
from envs.scenes.two_skills import TwoSkills

__all__ = [
    "SCENES",
    "Free",
    "Layout",
    "Place",
    "PotsAndNiches",
    "ReachDetour",
    "Scene",
    "ShelfReach",
    "Strokes",
    "Surroundings",
    "TwoSkills",
    "find_scene",
]
