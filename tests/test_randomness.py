from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import InputError
from robogeo.randomness import derived_seed, numpy_generator, torch_generator

KEYS = st.tuples(
    st.integers(0, 2**40), st.integers(0, 1000), st.text(min_size=1, max_size=20), st.integers(0, 1000)
)


def test_the_derivation_never_changes() -> None:
    # By sha256sum, of '["robogeo", 7, 3, "training", 1]'. Another derivation could not resume older runs.
    expected = "4170ec773f226afb92d6585e467f9b50"
    assert derived_seed(7, 3, "training", 1).hex()[:32] == expected


@given(KEYS, KEYS)
def test_keys_share_a_seed_only_when_equal(
    one: tuple[int, int, str, int], two: tuple[int, int, str, int]
) -> None:
    assert (derived_seed(*one) == derived_seed(*two)) == (one == two)


def test_no_two_parts_of_a_key_run_together() -> None:
    assert derived_seed(1, 11, "a") != derived_seed(11, 1, "a")
    assert derived_seed(0, 0, 'a", 1') != derived_seed(0, 0, "a", 1)


def test_generators_repeat_and_differ_by_purpose() -> None:
    draws = [numpy_generator(0, 2, purpose).standard_normal(4) for purpose in ("train", "train", "ask")]
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    torch_draws = [torch.randn(4, generator=torch_generator(0, 2, p)) for p in ("train", "train", "ask")]
    assert torch.equal(torch_draws[0], torch_draws[1])
    assert not torch.equal(torch_draws[0], torch_draws[2])


def test_generators_are_independent_of_the_global_state() -> None:
    np.random.seed(1)
    torch.manual_seed(1)
    first = numpy_generator(5, 0, "x").random(), torch.rand(1, generator=torch_generator(5, 0, "x")).item()
    np.random.seed(2)
    torch.manual_seed(2)
    again = numpy_generator(5, 0, "x").random(), torch.rand(1, generator=torch_generator(5, 0, "x")).item()
    assert first == again


@pytest.mark.parametrize("key", [(-1, 0, "a", 0), (0, -1, "a", 0), (0, 0, "a", -1), (0, 0, "", 0)])
def test_bad_keys_are_input_errors(key: tuple[int, int, str, int]) -> None:
    with pytest.raises(InputError, match="randomness"):
        derived_seed(*key)
