"""A curved sheet of demonstrations in four latent dimensions, in two clusters that no data connects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from robogeo.report import LatentView

STEPS = 20


def on_sheet(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([u, v, 0.4 * np.sin(2.0 * u) + 0.1 * v, 0.3 * u * v], axis=-1)


@pytest.fixture
def sheet() -> Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    return on_sheet


@pytest.fixture
def make_view() -> Callable[..., LatentView]:
    def build(
        demonstrations: int = 4, round: int = 0, success: float = 0.12, shift: float = 0.0
    ) -> LatentView:
        rng = np.random.default_rng(7)
        s = np.linspace(0.0, 1.0, STEPS)
        curves = []
        for index in range(demonstrations):
            side = -1.0 if index % 2 else 1.0
            curves.append(on_sheet(side * (0.5 + s), rng.uniform(-1.0, 1.0) + 0.3 * np.sin(4.0 * s)))
        nodes = np.concatenate(curves)
        groups = np.repeat(np.arange(demonstrations), STEPS)
        chain = np.stack([np.arange(len(nodes) - 1), np.arange(1, len(nodes))], axis=1)
        return LatentView(
            nodes=nodes,
            groups=groups,
            edges=chain,
            bridges=np.diff(groups) > 0,
            log_mf=lambda p: np.log(10.0) * (p[:, 0] + shift),
            lack_of_support=lambda p: np.clip(np.abs(p[:, 1]) - 0.5, 0.0, 1.0),
            round=round,
            demonstrations=demonstrations,
            success_rate=success,
            geodesics=[on_sheet(np.linspace(-1.2, 1.2, 30), np.linspace(-0.3, 0.4, 30))],
        )

    return build
