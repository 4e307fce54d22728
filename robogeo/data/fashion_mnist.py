"""Fashion-MNIST: 60,000 pictures of clothes to learn from and 10,000 to test with, 28x28, ten classes.

Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747 (MIT licence).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robogeo.data.idx import load_idx
from robogeo.data.public_sets import obtain
from robogeo.errors import InputError

CLASSES = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
SIDE = 28


@dataclass(frozen=True, eq=False)
class LabelledPictures:
    """Pictures and their classes.

    Attributes:
        images: (n, 28, 28) uint8, black where there is nothing.
        labels: (n,) int64, places in `CLASSES`.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def load_fashion_mnist(part: str = "train") -> LabelledPictures:
    """The part ``train`` or ``t10k``.

    Raises:
        InputError: a file is missing, damaged or of another form.
    """
    files = [obtain("fashion_mnist", f"{part}-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")]
    images, labels = (load_idx(file) for file in files)
    if images.shape[1:] != (SIDE, SIDE) or labels.shape != images.shape[:1]:
        raise InputError(f"{files[0]}: pictures {images.shape} do not fit labels {labels.shape}")
    if len(labels) and labels.max() >= len(CLASSES):
        raise InputError(f"{files[1]}: holds label {labels.max()}; expected 0 to {len(CLASSES) - 1}")
    return LabelledPictures(images, labels.astype(np.int64))
