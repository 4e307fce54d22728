"""The scenes that there are: robogeo's own, and those that installed packages offer.

A package offers one by an entry point of the group ``robogeo.scenes`` in its pyproject.toml, under the name
that the scene has:

    [project.entry-points."robogeo.scenes"]
    OverBeam = "my_package.over_beam:OverBeam"
"""

from __future__ import annotations

from importlib.metadata import EntryPoint

from envs import offered
from envs.errors import WorldError
from envs.scenes.checks import checked
from envs.scenes.free import Free
from envs.scenes.pots_and_niches import PotsAndNiches
from envs.scenes.reach_detour import ReachDetour
from envs.scenes.scene import Scene, Surroundings
from envs.scenes.shelf_reach import ShelfReach
from envs.scenes.strokes import Strokes
from envs.scenes.two_skills import TwoSkills

SCENES: dict[str, type[Scene]] = {
    scene.name: checked(scene) for scene in (ShelfReach, ReachDetour, TwoSkills, PotsAndNiches, Strokes)
}


def find_scene(name: str) -> type[Surroundings]:
    """The scene of that name.

    Raises:
        WorldError: there is none, and it lists those there are; or an installed one cannot be loaded, or is
            not what a scene must be.
    """
    own: dict[str, type[Surroundings]] = {**SCENES, Free.name: Free}
    if name in own:
        return own[name]
    installed = {entry.name: entry for entry in offered.scenes()}
    if name not in installed:
        raise WorldError(f"unknown scene {name!r}; known: {', '.join([*own, *installed])}")
    return _loaded(installed[name])


def _loaded(entry: EntryPoint) -> type[Scene]:
    try:
        scene = entry.load()
    except Exception as error:  # whatever a package's own code may do
        said = " ".join(str(error).split())
        raise WorldError(
            f"scene {entry.name} ({entry.value}) cannot be loaded: {type(error).__name__}: {said}"
        ) from error
    if not (isinstance(scene, type) and issubclass(scene, Scene)):
        raise WorldError(f"scene {entry.name} ({entry.value}) is no subclass of envs.scenes.Scene")
    if getattr(scene, "name", None) != entry.name:
        raise WorldError(f"scene {entry.name} ({entry.value}): its name is {getattr(scene, 'name', None)!r}")
    return checked(scene)
