"""Grey pictures of a pendulum, 16 x 16 pixels, as in Chen et al. (2018).

The picture is drawn from the angle alone: rod and weight as a capsule and a disc, each pixel lit by how much
of it they cover (by its distance to their edge), plus Gaussian noise with a standard deviation of 0.05. The
shades run from 0.2 to 0.8, so that cutting the noise at 0 and 1 touches one pixel in 30,000.

Angles are in rad and grow counter-clockwise: 0 hangs down, pi stands up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.errors import WorldError

SIDE = 16  # pixels
NOISE = 0.05
_REACH = 5.6  # pixels from hinge to weight
_ROD, _DISC = 0.9, 1.8  # pixels: half the rod's width, the weight's radius
_DARK, _LIGHT = 0.2, 0.8

FloatArray = NDArray[np.float64]
Images = NDArray[np.float32]


def draw(angles: FloatArray, noise: float = NOISE, seed: int = 0) -> Images:
    """Pictures (n, 16, 16) in [0, 1] of a pendulum at ``angles`` (n,) rad; the same for the same arguments.

    Args:
        angles: where it hangs, 0 down and growing counter-clockwise.
        noise: standard deviation of the noise on every pixel.
        seed: of the noise.

    Raises:
        WorldError: angles that are not a row of finite numbers, or a negative noise or seed.
    """
    angles = np.asarray(angles, dtype=np.float64)
    if angles.ndim != 1 or not np.isfinite(angles).all():
        raise WorldError(f"pictures need a row of finite angles, got shape {angles.shape}")
    if not 0.0 <= noise < np.inf or seed < 0:
        raise WorldError(f"pictures need noise and seed that are not negative, got {noise} and {seed}")
    return noisy(clean(angles), noise, np.random.default_rng(seed))


def clean(angles: FloatArray) -> Images:
    """Pictures (n, 16, 16) without noise; row 0 is the top."""
    across = np.arange(SIDE, dtype=np.float32) - np.float32((SIDE - 1) / 2)
    x, y = across[None, None, :], -across[None, :, None]
    c, s = (f(angles).astype(np.float32)[:, None, None] for f in (np.cos, np.sin))
    along, aside = x * s - y * c, x * c + y * s  # of the rod, from the hinge
    beyond = along - np.clip(along, 0.0, np.float32(_REACH))
    rod = np.sqrt(beyond**2 + aside**2) - np.float32(_ROD)
    disc = np.sqrt((along - np.float32(_REACH)) ** 2 + aside**2) - np.float32(_DISC)
    covered = np.clip(np.float32(0.5) - np.minimum(rod, disc), 0.0, 1.0)
    return (np.float32(_DARK) + np.float32(_LIGHT - _DARK) * covered).astype(np.float32)


def noisy(pictures: Images, noise: float, rng: np.random.Generator) -> Images:
    """Pictures with Gaussian noise, cut at 0 and 1."""
    if noise > 0.0:
        pictures = pictures + np.float32(noise) * rng.standard_normal(pictures.shape, dtype=np.float32)
    return np.clip(pictures, 0.0, 1.0, out=pictures)
