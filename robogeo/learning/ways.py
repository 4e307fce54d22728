"""Facts along ways on the graph: every edge is looked at once, however many ways pass it.

Two hundred ways of forty edges pass some nine hundred different ones. So the edges that occur, and the links
that hang the ends on the graph, are cut into short parts, the model is asked about the two Gauss points of
each part (exact for cubics), and what a way is like follows from sums over its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.geometry.points import IntArray
from robogeo.motion.manifold import Manifold

FloatArray = NDArray[np.float64]
_GAUSS = np.array([0.5 - 12**-0.5, 0.5 + 12**-0.5])
_MOST_PARTS = 16  # of one segment; only bridges and links to unknown ends are that long
_STEPS = 31  # into which a way is divided to find its jump
_SINGULAR = -100.0  # log magnification factor below which a decoder has collapsed, instead of minus infinity
_MOST_FLOATS = 1 << 23
_LEAST = 1e-12  # latent units: a way that stands still has means too


@dataclass(frozen=True, eq=False)
class WayFacts:
    """What m ways are like; all arrays (m,).

    Attributes:
        length: decoded length, rad.
        unsupported: decoded length where no demonstration lies near, integral of nu dl, rad.
        disagreement: mean spread of the decoder heads, rad.
        noise: mean standard deviation of the observation noise, rad.
        magnification: mean log magnification factor.
        jump: largest above median decoded step, of steps at uniform latent arc length, rad.
        bridged: share of the way's metric length on bridges, in [0, 1].
    """

    length: FloatArray
    unsupported: FloatArray
    disagreement: FloatArray
    noise: FloatArray
    magnification: FloatArray
    jump: FloatArray
    bridged: FloatArray


def facts_along(manifold: Manifold, points: torch.Tensor, ways: Sequence[IntArray]) -> WayFacts:
    """Facts along m ways, m >= 1, that pass straight from point to point.

    Args:
        manifold: on whose graph the ways are.
        points: codes (P, d), those of the graph's nodes first.
        ways: indices of the points that each passes, two at least.
    """
    bridges = manifold.graph.edges[manifold.graph.bridges]
    segments, of_way = _segments(ways)
    pairs, which = _distinct(np.sort(segments, axis=1), len(points))
    bridge = np.isin(_keys(pairs, len(points)), _keys(bridges, len(points)))
    parts, first = _parts(manifold, points.double().numpy(), pairs, bridge)
    rows, begin = _along(first, which, segments[:, 0] > segments[:, 1], of_way)
    return _summed(parts, rows, begin)


@dataclass(frozen=True, eq=False)
class _Parts:
    """Short latent segments: latent, decoded and metric lengths, and means along them; arrays (n,)."""

    latent: FloatArray
    decoded: FloatArray
    metric: FloatArray
    lack: FloatArray
    disagreement: FloatArray
    noise: FloatArray
    magnification: FloatArray
    bridge: NDArray[np.bool_]


def _segments(ways: Sequence[IntArray]) -> tuple[IntArray, IntArray]:
    """Segments (S, 2) of all ways as pairs of points, and where each way's begin (m,)."""
    sizes = np.array([len(way) for way in ways])
    begin, flat = np.cumsum(sizes) - sizes, np.concatenate(ways)
    within = np.ones(len(flat) - 1, dtype=bool)
    within[begin[1:] - 1] = False
    return np.stack([flat[:-1], flat[1:]], axis=1)[within], begin - np.arange(len(ways))


def _distinct(pairs: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """The different ones of pairs (S, 2) of points, and which of them each is (S,)."""
    keys, which = np.unique(_keys(pairs, count), return_inverse=True)
    return np.stack(np.divmod(keys, count), axis=1), which


def _keys(pairs: IntArray, count: int) -> IntArray:
    return pairs[:, 0] * count + pairs[:, 1]


def _parts(
    manifold: Manifold, points: FloatArray, pairs: IntArray, bridge: NDArray[np.bool_]
) -> tuple[_Parts, IntArray]:
    """Segments between pairs (s, 2) of points cut into parts; first part of each, and the end (s + 1,)."""
    a, b = points[pairs[:, 0]], points[pairs[:, 1]]
    length = np.linalg.norm(b - a, axis=1)
    counts = np.clip(np.ceil(length / manifold.support.width), 1, _MOST_PARTS).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)])
    owner = np.repeat(np.arange(len(pairs)), counts)
    begin = (np.arange(first[-1]) - first[owner]) / counts[owner]
    share = begin[:, None] + np.array([0.0, *_GAUSS, 1.0]) / counts[owner][:, None]
    z = a[owner, None] + share[..., None] * (b - a)[owner, None]
    latent, size = length[owner] / counts[owner], _rows_at_once(manifold)
    pieces = [
        _measured(manifold, z[i : i + size], latent[i : i + size], bridge[owner][i : i + size])
        for i in range(0, len(z), size)
    ]
    columns = {f.name: np.concatenate([getattr(piece, f.name) for piece in pieces]) for f in fields(_Parts)}
    return _Parts(**columns), first


def _rows_at_once(manifold: Manifold) -> int:
    """Parts measured at a time: memory must not grow with parts times heads times pixels."""
    return max(64, _MOST_FLOATS // (4 * manifold.model.config.heads * manifold.model.observation_dim))


def _measured(manifold: Manifold, z: FloatArray, latent: FloatArray, bridge: NDArray[np.bool_]) -> _Parts:
    """Parts from their codes z (n, 4, d): begin, two Gauss points, end."""
    n, _, d = z.shape
    heads = manifold.heads(z.reshape(4 * n, d)).reshape(n, 4, -1, manifold.model.observation_dim)
    chords = np.linalg.norm(np.diff(heads.mean(axis=2), axis=1), axis=2).sum(axis=1)
    spread = np.sqrt(heads[:, 1:3].var(axis=2).sum(axis=2))
    codes = torch.from_numpy(z[:, 1:3].reshape(2 * n, d)).float()
    with torch.no_grad():
        lack = manifold.support.lack(codes).double().numpy()
        noise = manifold.model.noise(codes).double().norm(dim=1).numpy()
        magnification = manifold.decoder_metric.log_magnification_factor(codes).double().numpy()
    lack, noise, magnification = (fact.reshape(n, 2).mean(axis=1) for fact in (lack, noise, magnification))
    metric = np.hypot(chords, manifold.support.weight * lack * latent)
    magnification = np.maximum(magnification, _SINGULAR)
    return _Parts(latent, chords, metric, lack, spread.mean(axis=1), noise, magnification, bridge)


def _along(
    first: IntArray, which: IntArray, backward: NDArray[np.bool_], begin: IntArray
) -> tuple[IntArray, IntArray]:
    """Parts that the ways consist of one after another, and where each way's begin (m,).

    Args:
        first: first part of each distinct segment, and the end.
        which: distinct segment of each segment of the ways (S,).
        backward: whether it is passed from its end to its begin (S,).
        begin: first segment of each way (m,).
    """
    counts = np.diff(first)[which]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    owner = np.repeat(np.arange(len(which)), counts)
    step = np.arange(offsets[-1]) - offsets[owner]
    turned = np.where(backward[owner], counts[owner] - 1 - step, step)
    return first[which][owner] + turned, offsets[begin]


def _summed(parts: _Parts, rows: IntArray, begin: IntArray) -> WayFacts:
    """Facts of ways that consist of the parts `rows`, way i from begin[i] on."""

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(values[rows], begin))

    weight = np.maximum(parts.latent, _LEAST)
    whole = total(weight)
    return WayFacts(
        length=total(parts.decoded),
        unsupported=total(parts.lack * parts.decoded),
        disagreement=total(parts.disagreement * weight) / whole,
        noise=total(parts.noise * weight) / whole,
        magnification=total(parts.magnification * weight) / whole,
        jump=_jumps(weight[rows], parts.decoded[rows], begin),
        bridged=total(parts.metric * parts.bridge) / np.maximum(total(parts.metric), _LEAST),
    )


def _jumps(latent: FloatArray, decoded: FloatArray, begin: IntArray) -> FloatArray:
    """Largest above median decoded step (m,) of each way at uniform latent arc length.

    All ways are read off one polyline of decoded over latent arc length, way i drawn from 2 i to 2 i + 1.
    """
    m, ends = len(begin), np.append(begin[1:], len(latent)) - 1
    owner = np.repeat(np.arange(m), ends + 1 - begin)
    share = latent / np.add.reduceat(latent, begin)[owner]
    drawn, travelled = np.cumsum(share), np.cumsum(decoded)
    at = 2.0 * owner + drawn - (drawn - share)[begin][owner]
    at = np.insert(at, begin, 2.0 * np.arange(m))
    value = np.insert(travelled, begin, (travelled - decoded)[begin])
    wanted = 2.0 * np.arange(m)[:, None] + np.linspace(0.0, 1.0, _STEPS + 1)
    steps = np.diff(np.interp(wanted, at, value), axis=1)
    return steps.max(axis=1) - np.median(steps, axis=1)
