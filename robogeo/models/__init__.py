"""Learned manifolds: the importance-weighted autoencoder, its decoder ensemble, its fit and its storage."""

from __future__ import annotations

from robogeo.models.iwae import IWAE, ModelConfig
from robogeo.models.networks import MLP, StackedMLP
from robogeo.models.persistence import load_model, save_model
from robogeo.models.picture_iwae import PictureConfig, PictureIWAE
from robogeo.models.rows import Rows
from robogeo.models.training import TrainingConfig, TrainingReport, fit

__all__ = [
    "IWAE",
    "MLP",
    "ModelConfig",
    "PictureConfig",
    "PictureIWAE",
    "Rows",
    "StackedMLP",
    "TrainingConfig",
    "TrainingReport",
    "fit",
    "load_model",
    "save_model",
]
