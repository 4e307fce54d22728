"""Entry points by which installed packages offer scenes; to look them up loads none of them."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

GROUP = "robogeo.scenes"
ARM_SCENES = ("ShelfReach", "ReachDetour", "TwoSkills", "PotsAndNiches", "Strokes", "Free")
OWN = (*ARM_SCENES, "Pendulum")


def scenes() -> list[EntryPoint]:
    """Those that are offered, by name; robogeo's own names cannot be taken, and a name has to be a word."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return [entry for entry in found if entry.name.isidentifier() and entry.name not in OWN]
