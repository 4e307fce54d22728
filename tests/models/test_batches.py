from __future__ import annotations

import torch

from robogeo.models.batches import bootstrap_weights


def test_bootstrap_weights_have_mean_one_and_never_silence_a_demonstration() -> None:
    labels = torch.arange(9).repeat_interleave(20)
    generator = torch.Generator().manual_seed(0)
    weights = bootstrap_weights(labels, 5, True, generator)
    assert torch.allclose(weights.mean(dim=0), torch.ones(5))
    assert float(weights.min()) >= 0.5
    for group in weights.view(9, 20, 5):
        assert torch.equal(group, group[:1].expand(20, 5))
    assert float(weights.std()) > 0.2
    assert torch.equal(bootstrap_weights(labels, 5, False, generator), torch.ones(180, 5))
