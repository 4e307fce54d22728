"""From observations of any kind and a few settings to a model."""

from __future__ import annotations

from robogeo.fitting.fitted_model import codes, decoded, fitted, start_at_principal_components
from robogeo.fitting.observed_rows import explained_variance, rows_as_learned, rows_to_learn
from robogeo.fitting.settings import FitSettings

__all__ = [
    "FitSettings",
    "codes",
    "decoded",
    "explained_variance",
    "fitted",
    "rows_as_learned",
    "rows_to_learn",
    "start_at_principal_components",
]
