"""Strategies that ask where the model itself says that it is wanting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.candidates import Candidates
from robogeo.learning.pairs import farther_ends
from robogeo.learning.selection import REACH

FloatArray = NDArray[np.float64]
_NONE = 1e-9  # rad: no ensemble agrees better


def combined(candidates: Candidates) -> FloatArray:
    """What is wrong along the geodesic, less where the same ends were joined already; robogeo's own.

    Unknown end points, unsupported motion, disagreement and abruptness are told in the same unit, rad, so
    none needs a weight. A detour foretells failure too, but is not asked by: detours are long and drown the
    rest, and to show the direct way mends little else. What is still found wrong between ends that a
    demonstration has joined, a second one between them will hardly mend: without this, long motions, which
    are never quite even, are asked for again and again.
    """
    scores = candidates.scores
    return (scores.gap + scores.unsupported + scores.uncertainty + scores.jump) * _novelty(candidates)


def _novelty(candidates: Candidates) -> FloatArray:
    """How new candidates (m,) are: 0 where the same ends were asked or shown, 1 far from all that were."""
    if not len(candidates.asked):
        return np.ones(len(candidates))
    nearest = farther_ends(candidates.ends, candidates.asked).min(axis=1)
    return np.asarray(-np.expm1(-nearest / REACH))


def uncertainty(candidates: Candidates) -> FloatArray:
    """Disagreement of the decoder ensemble along the geodesic (Syrota et al. 2024, arXiv 2408.07507).

    Epistemic uncertainty alone; the noise of the observations, which no demonstration mends, is left out.
    """
    return candidates.scores.uncertainty.copy()


def magnification(candidates: Candidates) -> FloatArray:
    """Magnification factor along the geodesic alone (Chen et al. 2018, "Metrics for deep generative models").

    The mean of its logarithm, which is the logarithm of its geometric mean.
    """
    return candidates.scores.magnification.copy()


def product(candidates: Candidates) -> FloatArray:
    """Magnification factor times uncertainty along the geodesic, in the spirit of Chen et al., IROS 2018.

    That paper (arXiv 1808.02026) asks where the sensitivity of the likelihood and the uncertainty of the data
    are high together. The logarithm of the product ranks alike and does not overflow.
    """
    scores = candidates.scores
    return scores.magnification + np.log(np.maximum(scores.uncertainty, _NONE))
