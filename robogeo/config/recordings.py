"""Settings of recorded demonstrations, and of what the model sees of a configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from robogeo.config.settings import Names, Settings


class RecordingSettings(Settings):
    """Where recordings are, how they are read, and what they serve for."""

    path: str = Field(
        min_length=1,
        max_length=4000,
        description="file or folder, from where the command runs or from the folder of public data sets",
    )
    units: Names | None = Field(
        default=None, max_length=64, description="unit of the columns, one or one each; null: as stated"
    )
    rate: float | None = Field(
        default=None, ge=1e-3, le=1e5, description="samples a second without time stamps, Hz; null: as stated"
    )
    resample: float | None = Field(
        default=None, ge=1e-3, le=1e5, description="samples a second to convert to, Hz; null: as recorded"
    )
    joints: Names | None = Field(
        default=None, max_length=64, description="columns to read, in the robot's order; null: all"
    )
    key: str | None = Field(
        default=None, max_length=1000, description="where joints are in a file of many series; null: found"
    )
    unwrap: bool = Field(default=False, description="angles that jump by a whole turn turn on")
    trust_units: bool = Field(default=False, description="no complaint where values do not look like a unit")
    leave_out: Names = Field(
        default=(), max_length=100_000, description="episodes not to read, by name or counted from 0"
    )
    thin: bool = Field(
        default=True, description="leave out rests, repeated samples and recordings that are there twice"
    )
    oracle: Literal["recordings", "simulator"] = Field(
        default="recordings",
        description="who is asked: the recordings themselves, or a scene's demonstrator after them",
    )
    held_out: Annotated[float, Field(ge=0.0, lt=1.0)] = Field(
        default=0.25, description="share of the recordings that are held out to measure success, at least one"
    )
    tolerance: float | None = Field(
        default=None,
        gt=0,
        le=10,
        description="largest mean distance of a motion from its held-out recording, rad; null: by how near "
        "the other recordings are to each other",
    )

    @field_validator("path")
    @classmethod
    def _find_from_anywhere(cls, path: str) -> str:
        """A path that leads somewhere is kept in full; another is looked for among the public data sets."""
        place = Path(path).expanduser()
        return str(place.resolve()) if place.exists() else path


class ObservationSettings(Settings):
    """What the model sees of a configuration."""

    kind: Literal["joints", "joints-and-tool"] = Field(
        default="joints", description="joint angles; or with them the tool's position and rotation"
    )
    metres_per_radian: float = Field(
        default=0.3, gt=0, le=100, description="movement of the tool that counts as much as a radian, m"
    )
