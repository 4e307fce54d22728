from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import torch

from robogeo.devices import device_named
from robogeo.errors import InputError


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a card is told is told to the whole process."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that what was there comes back
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    rounded = torch.backends.cudnn.allow_tf32
    yield
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.allow_tf32 = rounded


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


def test_a_card_is_told_to_repeat_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    device_named("cpu")
    assert not torch.are_deterministic_algorithms_enabled() and torch.backends.cudnn.allow_tf32
    device_named("cuda")
    assert torch.are_deterministic_algorithms_enabled() and not torch.backends.cudnn.allow_tf32
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
