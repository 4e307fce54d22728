"""One model of observations and its training, as typed fields."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal

from pydantic import Field

from robogeo.config import DescentSettings, ModelSettings
from robogeo.models import ModelConfig, TrainingConfig


class FitSettings(ModelSettings, DescentSettings):
    """One model and its training; the defaults are robogeo's own."""

    latent_dim: int = Field(default=2, ge=1, le=64, description="dimension d of the latent space")
    likelihood: Literal["gaussian", "bernoulli"] = Field(
        default="gaussian", description="likelihood of the observations"
    )
    noise_floor: float = Field(
        default=0.01, gt=0, le=10, description="least standard deviation of the noise, observation units"
    )
    principal_steps: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="steps in which the encoder first learns the principal components; 0 starts at random",
    )
    steps: int = Field(default=1500, ge=1, le=10_000_000, description="gradient steps")
    evaluate_every: int = Field(default=50, ge=1, le=1_000_000, description="steps from look to look")

    def model_config_of(self) -> ModelConfig:
        """The model's part."""
        return ModelConfig(**self.model_dump(include=_fields_of(ModelConfig)))

    def training_config(self) -> TrainingConfig:
        """The training's part."""
        return TrainingConfig(**self.model_dump(include=_fields_of(TrainingConfig)))


def _fields_of(kind: type[ModelConfig] | type[TrainingConfig]) -> set[str]:
    return {field.name for field in fields(kind)} & set(FitSettings.model_fields)
