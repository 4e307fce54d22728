"""Settings of a run's video."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from robogeo.config.settings import Settings


class OutputSettings(Settings):
    """What is shown of a run; changes nothing in its results."""

    video: bool = Field(default=True, description="render a video of the last motions")
    video_fps: int = Field(default=24, ge=1, le=120, description="frames of the video a second")
    video_size: Annotated[tuple[int, int], Field(strict=False)] = Field(
        default=(480, 360), description="width and height of the video, even numbers of pixels"
    )

    @model_validator(mode="after")
    def _check_video_size(self) -> OutputSettings:
        if any(side % 2 or not 16 <= side <= 4096 for side in self.video_size):
            raise ValueError("video_size must be two even numbers from 16 to 4096")
        return self
