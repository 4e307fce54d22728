from __future__ import annotations

import pytest
import torch

from robogeo.devices import device_named
from robogeo.errors import InputError


def test_the_processor_is_the_default() -> None:
    assert device_named(None) == device_named("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:-1", "cuda:1000", "meta", "cpu:0", "cuda\n"])
def test_what_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="unknown; use cpu, cuda, or cuda:1"):
        device_named(name)


def test_a_device_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(InputError, match=r"device cuda: .*; leave it out to compute on the processor"):
        device_named("cuda")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device_named("cuda:1") == torch.device("cuda:1")
    with pytest.raises(InputError, match="device cuda:2: this machine has 2, counted from cuda:0"):
        device_named("cuda:2")
