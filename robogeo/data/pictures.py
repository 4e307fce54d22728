"""Grey pictures from a folder of PNG or JPEG files, all of one size."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError, one_line

SUFFIXES = (".png", ".jpg", ".jpeg")
MOST_PICTURES = 200_000
MOST_PIXELS = 16 * 1024 * 1024
"""Pixels of one picture, and of all after they are made smaller 16 times as many."""


def picture_files(folder: str | os.PathLike[str]) -> list[Path]:
    """All pictures in a folder and the folders below it, by path.

    Raises:
        InputError: no such folder, no picture in it, or more than 200,000.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"{place}: there is no such folder of pictures")
    found = sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not 0 < len(found) <= MOST_PICTURES:
        raise InputError(f"{place}: holds {len(found)} pictures (.png, .jpg); expected 1 to {MOST_PICTURES}")
    return found


def load_pictures(files: Sequence[Path], side: int | None = None) -> NDArray[np.uint8]:
    """Grey pictures (n, height, width) of files that all have one size.

    Args:
        files: PNG or JPEG files, colour or grey; transparent parts count as white.
        side: make them all ``side`` x ``side`` pixels, each the mean of those it replaces.

    Raises:
        InputError: one line that names the first file that is no picture, too large, or of another size.
    """
    size: tuple[int, int] | None = None
    pictures: list[NDArray[np.uint8]] = []
    for file in files:
        grey, original = _grey(file, side)
        size = size or original
        if original != size:
            raise InputError(
                f"{file}: is {original[0]}x{original[1]} pixels, the pictures before it {size[0]}x{size[1]}"
            )
        pictures.append(grey)
        if len(pictures) * grey.size > 16 * MOST_PIXELS:
            raise InputError(f"{file}: with it the pictures hold more than {16 * MOST_PIXELS} pixels")
    return np.stack(pictures)


def _grey(file: Path, side: int | None) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """One picture (height, width), and the width and height that it has in its file."""
    from PIL import Image

    try:
        with Image.open(file, formats=("PNG", "JPEG")) as image:
            size = image.size
            if size[0] * size[1] > MOST_PIXELS:
                raise InputError(f"{file}: is {size[0]}x{size[1]} pixels, more than {MOST_PIXELS} in all")
            plain = image.convert("RGBA")
    except InputError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{file}: not a readable picture ({one_line(error)})") from error
    white = Image.new("RGBA", size, "white")
    grey = Image.alpha_composite(white, plain).convert("L")
    if side is not None and size != (side, side):
        grey = grey.resize((side, side), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.uint8), size
