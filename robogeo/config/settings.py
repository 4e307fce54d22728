"""What every group of settings is: typed fields with bounds, strict, and fixed once read."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def checked_device(name: str) -> str:
    """The name of a device; ValueError if it is none."""
    if not re.fullmatch(r"cpu|cuda(:\d{1,3})?", name):
        raise ValueError("unknown; use cpu, cuda, or cuda:1 for the second of several")
    return name


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=100)]
# A robot that comes with robogeo, or a file of one's own.
RobotName = Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9_.-]*|.+\.yaml)$", max_length=4000)]
DeviceName = Annotated[str, AfterValidator(checked_device)]
Widths = Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(strict=False)]
Names = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(strict=False)]


class Settings(BaseModel):
    """Base of all settings: unknown fields are refused, values never change, types are not guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
