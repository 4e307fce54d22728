"""A judge of decoded pictures that knows real pictures and no model: their class, and how far off they are.

Pictures are compared in the space of the leading principal components of real ones, where thousands can be
compared with tens of thousands in seconds.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_ROWS = 512


class Judge:
    """The k nearest real pictures of a picture.

    Args:
        pictures: real ones (N, D).
        labels: their classes (N,), whole numbers from 0.
        components: principal components that are looked at.
        neighbors: k real pictures that vote on a class.

    Attributes:
        explained: share of the real pictures' variance that the components hold.
    """

    def __init__(
        self, pictures: NDArray[np.floating], labels: NDArray[np.int64], components: int, neighbors: int
    ) -> None:
        x = torch.from_numpy(np.ascontiguousarray(pictures, dtype=np.float32))
        self._mean = x.mean(dim=0)
        centred = x - self._mean
        variances, axes = torch.linalg.eigh(centred.T @ centred / len(x))
        self._axes = axes[:, -components:]
        self.explained = float(variances[-components:].sum() / variances.sum())
        self._real = centred @ self._axes
        self._square = self._real.square().sum(dim=1)
        self._labels = torch.from_numpy(labels)
        self._neighbors = neighbors

    def classes(self, pictures: NDArray[np.floating]) -> NDArray[np.int64]:
        """Class of the majority of the nearest real pictures, (..., D) -> (...); the smallest of equals."""
        _, index = self._nearest(pictures, self._neighbors)
        voted: NDArray[np.int64] = torch.mode(self._labels[index], dim=1)[0].numpy()
        return voted.reshape(np.shape(pictures)[:-1])

    def distances(self, pictures: NDArray[np.floating]) -> FloatArray:
        """Distance to the nearest real picture in the components' space, (..., D) -> (...)."""
        distance, _ = self._nearest(pictures, 1)
        return distance[:, 0].double().numpy().reshape(np.shape(pictures)[:-1])

    def _nearest(self, pictures: NDArray[np.floating], k: int) -> tuple[torch.Tensor, torch.Tensor]:
        flat = torch.from_numpy(np.asarray(pictures, dtype=np.float32).reshape(-1, len(self._mean)))
        queries = (flat - self._mean) @ self._axes
        parts = [self._nearest_of(part, k) for part in queries.split(_ROWS)]
        return torch.cat([d for d, _ in parts]), torch.cat([i for _, i in parts])

    def _nearest_of(self, queries: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
        squares = self._square - 2.0 * queries @ self._real.T + queries.square().sum(dim=1, keepdim=True)
        least, index = squares.topk(k, dim=1, largest=False)
        return least.clamp_min(0.0).sqrt(), index


def distinct_classes(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many classes are met along each of m ways, (m, n) -> (m,)."""
    ordered = np.sort(classes, axis=1)
    return 1 + (np.diff(ordered, axis=1) != 0).sum(axis=1)
