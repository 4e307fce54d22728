"""Typed configuration: what an experiment may say, and how a file of it is read."""

from robogeo.config.experiment import (
    NOT_IDENTITY,
    DescentSettings,
    ExperimentConfig,
    GeometrySettings,
    ModelSettings,
    MotionSettings,
    SuccessSettings,
    TrainingSettings,
)
from robogeo.config.file import load_config

__all__ = [
    "NOT_IDENTITY",
    "DescentSettings",
    "ExperimentConfig",
    "GeometrySettings",
    "ModelSettings",
    "MotionSettings",
    "SuccessSettings",
    "TrainingSettings",
    "load_config",
]
