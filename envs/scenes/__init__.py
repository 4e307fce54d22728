"""The scenes: obstacles, named places and the way a practised person moves between them; one file each.

To add one, write a subclass of `Scene` in a file here, list it below and name it in ``envs/__init__.py``. It
is checked as it is listed: see `envs.scenes.checks`. `Free` is none of them: it has nothing in it.
"""

from envs.scenes.checks import checked
from envs.scenes.free import Free
from envs.scenes.pots_and_niches import PotsAndNiches
from envs.scenes.reach_detour import ReachDetour
from envs.scenes.scene import Layout, Place, Scene, Surroundings
from envs.scenes.shelf_reach import ShelfReach
from envs.scenes.strokes import Strokes
from envs.scenes.two_skills import TwoSkills

SCENES: dict[str, type[Scene]] = {
    scene.name: checked(scene) for scene in (ShelfReach, ReachDetour, TwoSkills, PotsAndNiches, Strokes)
}

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
]
