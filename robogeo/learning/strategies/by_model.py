"""Strategies that ask where the model itself says that it is wanting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.candidates import Candidates
from robogeo.learning.pairs import times_joined

FloatArray = NDArray[np.float64]
_DETOUR = 0.5  # rad: a detour as long decides about failure, and a longer one no more than that
_LIFTED = 1.0  # rad: what is more wrong than that is not asked for its detour
_NONE = 1e-9  # rad: no ensemble agrees better


def combined(candidates: Candidates) -> FloatArray:
    """What is wrong along the geodesic, in equal shares if its ends were joined already; robogeo's own.

    Unknown end points, unsupported motion, disagreement and abruptness are told in the same unit, rad, so
    none needs a weight. Detours, which may be many times as long as the rest, must not drown it: one adds as
    much as decides about failure, and lifts nothing above what is worse on its own account. What is still
    found wrong between ends that k demonstrations have joined is divided by 1 + k: none of them has mended
    it, so the next one is the less likely to.
    """
    scores = candidates.scores
    plain = scores.gap + scores.unsupported + scores.uncertainty + scores.jump
    lifted = np.minimum(plain + np.minimum(scores.detour, _DETOUR), _LIFTED)
    wrong = np.maximum(plain, lifted)
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
