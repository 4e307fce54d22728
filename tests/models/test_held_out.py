from __future__ import annotations

import pytest
import torch

from robogeo.models.held_out import held_out_mask


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
