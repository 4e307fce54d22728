"""The judge of pictures: nearest real ones in the components' space."""

from __future__ import annotations

import numpy as np
import pytest

from robogeo.reproduction.clothes.judge import Judge, distinct_classes


def clusters():
    """Two classes of pictures that differ along one direction, in 20 dimensions."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=200)
    x = 0.05 * rng.normal(size=(200, 20))
    x[:, 0] += 3.0 * labels
    return x, labels


def test_classes_and_distances_agree_with_brute_force_when_all_components_are_kept():
    x, labels = clusters()
    judge = Judge(x, labels, components=20, neighbors=5)
    queries = np.random.default_rng(1).normal(size=(3, 4, 20))
    apart = np.linalg.norm(queries[..., None, :] - x, axis=-1)
    np.testing.assert_allclose(judge.distances(queries), apart.min(axis=-1), rtol=1e-4)
    nearest = np.argsort(apart, axis=-1)[..., :5]
    assert (judge.classes(queries) == (labels[nearest].mean(axis=-1) > 0.5)).all()
    assert judge.explained == pytest.approx(1.0)


def test_one_component_is_enough_for_classes_that_differ_along_it():
    x, labels = clusters()
    judge = Judge(x, labels, components=1, neighbors=3)
    assert (judge.classes(x) == labels).all() and 0.9 < judge.explained < 1.0


def test_distinct_classes_are_counted_not_their_changes():
    assert distinct_classes(np.array([[1, 2, 1, 2], [0, 0, 0, 0], [3, 1, 2, 0]])).tolist() == [2, 1, 4]
