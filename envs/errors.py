"""Errors of the simulated worlds: each says in one line what is wrong and what to do."""

from __future__ import annotations


class WorldError(ValueError):
    """Bad input to a world: an unknown robot or scene, a broken robot file, a configuration out of limits.

    Attributes:
        bad_input: tells callers who know only Gymnasium that the text is meant for the user.
    """

    bad_input = True
