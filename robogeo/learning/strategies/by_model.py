"""Strategies that ask where the model itself says that it is wanting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.candidates import Candidates
from robogeo.learning.pairs import times_joined

FloatArray = NDArray[np.float64]
_DECISIVE = 0.5  # rad: a detour as long fails, and a longer one no more than that
_NONE = 1e-9  # rad: no ensemble agrees better


def combined(candidates: Candidates) -> FloatArray:
    """What is wrong along the geodesic, in equal shares if its ends were joined already; robogeo's own.

    Unknown end points, detours, unsupported motion, disagreement and abruptness are told in the same unit,
    rad, so none needs a weight. Two things keep detours, which may be many times as long as the rest, from
    drowning it: they count up to what decides about failure, and not beside an unknown end, from which no
    way is known yet. What is still found wrong between ends that k demonstrations have joined is divided by
    1 + k: none of them has mended it, so the next one is the less likely to.
    """
    scores = candidates.scores
    ends_or_way = np.maximum(scores.gap, np.minimum(scores.detour, _DECISIVE))
    wrong = ends_or_way + scores.unsupported + scores.uncertainty + scores.jump
    return np.asarray(wrong / (1.0 + times_joined(candidates.ends, candidates.shown)))


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
