from __future__ import annotations

import numpy as np
import pytest
import torch

from robogeo.models import IWAE, ModelConfig, Rows
from robogeo.models import held_out as module
from robogeo.models.held_out import HeldOut, held_out_mask, mean_bound


def test_held_out_points_are_an_even_share_of_every_demonstration() -> None:
    labels = torch.arange(6).repeat_interleave(50)
    mask = held_out_mask(labels, 0.1)
    assert mask.view(6, 50).sum(dim=1).tolist() == [5] * 6
    assert not held_out_mask(labels, 0.0).any()


def test_points_are_held_out_by_demonstration_and_by_nothing_else() -> None:
    generator = torch.Generator().manual_seed(3)
    labels = torch.randint(-3, 40, (300,), generator=generator)
    expected = torch.zeros(300, dtype=torch.bool)
    for label in torch.unique(labels).tolist():
        rows = (labels == label).nonzero().flatten()
        count = int(len(rows) * 0.13 + label * 0.6180339887498949 % 1.0)
        order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(label))
        expected[rows[order[:count]]] = True
    assert torch.equal(held_out_mask(labels, 0.13), expected)
    alone = held_out_mask(torch.arange(10_000), 0.1)
    assert int(alone.sum()) == pytest.approx(1000, abs=2)


@pytest.mark.parametrize(("most", "followed"), [(4, [3, 6, 9, 12]), (10, [*range(3, 13)])])
def test_of_very_many_an_even_choice_is_followed(
    most: int, followed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_FOLLOWED", most)
    x = torch.randn(20, 3, generator=torch.Generator().manual_seed(1))
    config = ModelConfig(latent_dim=2, hidden=(8,), heads=2)
    model = IWAE(3, config, np.zeros(3), np.ones(3), torch.Generator().manual_seed(0))
    held_out = HeldOut(model, Rows(x), torch.arange(3, 13), patience=1, seed=7)
    expected = mean_bound(model, Rows(x), torch.tensor(followed), seed=7)
    assert held_out.evaluate(1, 0.0) == expected
