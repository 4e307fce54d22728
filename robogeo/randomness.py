"""Keyed randomness: every generator is derived from what it is for, none is carried along.

A generator is a function of (seed, round, purpose, index), by SHA-256 of the key. So there is no random
state to save, a resumed run draws what the uninterrupted one would have drawn, and two strategies that are
compared meet identical worlds whatever they have drawn before.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from robogeo.errors import InputError

if TYPE_CHECKING:
    import torch


def derived_seed(seed: int, round: int, purpose: str, index: int = 0) -> bytes:
    """Derive 32 bytes that are a fixed function of the key.

    Args:
        seed: seed of the experiment, >= 0.
        round: round of the active-learning loop, >= 0.
        purpose: what the numbers are for, for example "training"; not empty.
        index: number of the item within the purpose, >= 0.

    Raises:
        InputError: a negative number, or an empty purpose.
    """
    for name, value in (("seed", seed), ("round", round), ("index", index)):
        if value < 0:
            raise InputError(f"randomness: {name} is {value}, expected an integer >= 0")
    if not purpose:
        raise InputError("randomness: the purpose is empty, say what the numbers are for")
    # JSON separates the parts without ambiguity, so that no two keys share a text.
    key = json.dumps(["robogeo", int(seed), int(round), purpose, int(index)])
    return hashlib.sha256(key.encode()).digest()


def numpy_generator(seed: int, round: int, purpose: str, index: int = 0) -> np.random.Generator:
    """NumPy generator (PCG64) of the key; see `derived_seed` for arguments and errors."""
    entropy = int.from_bytes(derived_seed(seed, round, purpose, index), "big")
    return np.random.Generator(np.random.PCG64(entropy))


def torch_generator(seed: int, round: int, purpose: str, index: int = 0) -> torch.Generator:
    """Torch generator on the CPU of the key; see `derived_seed` for arguments and errors."""
    import torch

    generator = torch.Generator(device="cpu")
    # torch takes 64 bits; the top bit is left out because it reads seeds as signed.
    generator.manual_seed(int.from_bytes(derived_seed(seed, round, purpose, index)[:8], "big") >> 1)
    return generator


def stream_seed(seed: int, purpose: str) -> int:
    """Seed (32 bits) of a stream of requests, from an experiment's seed and what the stream is for."""
    return int.from_bytes(derived_seed(seed, 0, purpose)[:4], "big")
