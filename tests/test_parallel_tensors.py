from __future__ import annotations

import numpy as np
import torch

from robogeo.parallel import Workers


def total(work: tuple[torch.Tensor, np.ndarray]) -> tuple[float, float]:
    return float(work[0].sum()), float(work[1].sum())


def test_tensors_travel_by_value_and_views_of_them_stay_sound() -> None:
    tensor = torch.arange(1000.0)
    view = tensor.numpy()
    with Workers(2) as workers:
        assert workers.map(total, [(tensor, view)]) == [(499500.0, 499500.0)]
    assert not tensor.is_shared()
    assert view.ctypes.data == tensor.data_ptr()
    assert view.sum() == 499500.0
