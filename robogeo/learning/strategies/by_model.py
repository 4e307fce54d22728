"""Strategies that ask where the model itself says that it is wanting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.candidates import Candidates

FloatArray = NDArray[np.float64]
_NONE = 1e-9  # rad: no ensemble agrees better


def combined(candidates: Candidates) -> FloatArray:
    """Everything wrong along the geodesic, added up in radians; robogeo's own.

    Unknown end points, unsupported motion, disagreement and abruptness are told in the same unit, so none
    needs a weight.
    """
    scores = candidates.scores
    return scores.gap + scores.unsupported + scores.uncertainty + scores.jump


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
