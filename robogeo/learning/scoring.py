"""What is wrong along the geodesic of a request: the facts that strategies choose by.

For every candidate request the graph geodesic between its codes is looked at before anybody moves. Five
things can be wrong, each told in radians of joint motion, so that they add up and mean the same after every
retraining (a latent chart's own units do not):

- *gap*: the model puts start or goal somewhere else than where they are (unknown end point);
- *unsupported*: decoded length travelled where no demonstration lies near, integral of nu dl;
- *uncertainty*: mean disagreement of the decoder ensemble on the way (Chen et al., IROS 2018, ask by data
  uncertainty; the ensemble after Syrota et al. 2024). It is epistemic: demonstrations make it smaller;
- *jump*: largest decoded step above the median step at uniform latent arc length: the abrupt movement that a
  ridge of the magnification factor makes;
- *detour*: decoded length beyond half as much again as demonstrations take between ends so far apart: a
  way round by what is known, because the direct one is not.

Beside them stand the *noise* of the observations (aleatoric: no demonstration makes it smaller), the
magnification factor itself, the share of the way that leads over bridges between regions of the graph that no
demonstration joins, and facts about the end points alone.

`score` looks along the very geodesics that plans start from; `outline` does with less: the ends hang on their
nearest nodes, so that ten thousand requests take less than a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from robogeo.geometry.points import IntArray
from robogeo.learning.ways import WayFacts, facts_along
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request

FloatArray = NDArray[np.float64]
PARTS = ("gap", "unsupported", "uncertainty", "jump", "detour")
_TOLERANCE = 1e-3  # of the links from unknown ends: it does not change which way is the shortest
_AT_LENGTH = 1.5  # usual lengths: demonstrations differ by less, what fails for its length exceeds it
_BRIDGED = 0.05  # a smaller share of bridge than this is a detail of the way, not its nature


@dataclass(frozen=True, eq=False)
class Scores:
    """Facts about m candidate requests; all arrays (m,).

    Attributes:
        gap, unsupported, uncertainty, jump, detour: as in the module's text, rad.
        noise: mean standard deviation of the observation noise along the geodesic, rad.
        magnification: mean log magnification factor along the geodesic.
        bridged: share of the geodesic's length on bridges, in [0, 1].
        length: decoded length of the geodesic, rad.
        end_uncertainty: disagreement of the ensemble at start plus goal, rad.
        end_lack: lack of support at the codes of start plus goal, in [0, 2].
    """

    gap: FloatArray
    unsupported: FloatArray
    uncertainty: FloatArray
    jump: FloatArray
    detour: FloatArray
    noise: FloatArray
    magnification: FloatArray
    bridged: FloatArray
    length: FloatArray
    end_uncertainty: FloatArray
    end_lack: FloatArray

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.gap)

    @classmethod
    def joined(cls, parts: Sequence[Scores]) -> Scores:
        """The facts of several lists of candidates, one after another."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def columns(self) -> dict[str, FloatArray]:
        """All facts by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def wrong(self) -> FloatArray:
        """All that is wrong with each candidate (m,), rad: the sum of its parts."""
        return np.sum([getattr(self, name) for name in PARTS], axis=0)

    def parts(self, index: int) -> dict[str, float]:
        """What is wrong with one candidate, in rad, by name."""
        return {name: float(getattr(self, name)[index]) for name in PARTS}

    def kind(self, index: int) -> str:
        """What a demonstration of this candidate would do: ``bridge``, ``smooth`` or ``cover``.

        It bridges where the way leads over an unsupported bridge, smooths where the jump is the worst
        part, and covers otherwise.
        """
        if self.bridged[index] > _BRIDGED:
            return "bridge"
        parts = self.parts(index)
        return "smooth" if parts["jump"] >= max(parts.values()) else "cover"

    def with_rows(self, rows: IntArray, others: Scores) -> Scores:
        """These facts with those of the candidates `rows` (k,) replaced by others (k)."""
        columns = {name: column.copy() for name, column in self.columns().items()}
        for name, column in others.columns().items():
            columns[name][rows] = column
        return Scores(**columns)


def score(manifold: Manifold, requests: Sequence[Request]) -> Scores:
    """Look along the graph geodesic of every request, at least one."""
    q, z = _ends(requests, manifold)
    nodes, count = len(manifold.graph.nodes), len(requests)
    inner = manifold.graph.ways(z[0], z[1], _TOLERANCE)
    ways = [np.array([nodes + i, *way, nodes + count + i]) for i, way in enumerate(inner)]
    along = facts_along(manifold, torch.cat([manifold.graph.nodes, *z]), ways)
    return _scores(manifold, along, _EndFacts.of(manifold, q, z))


def outline(manifold: Manifold, requests: Sequence[Request]) -> Scores:
    """As `score`, but on the geodesic between those nodes that the ends are nearest to, once decoded.

    What lies between an end and its node is not looked at: it counts with its chord, unsupported by half of
    what the end itself is, because support grows on the way to the node.
    """
    q, z = _ends(requests, manifold)
    graph, ends = manifold.graph, _EndFacts.of(manifold, q, z)
    heads = manifold.heads(graph.nodes.numpy()).mean(axis=1)
    distance, nearest = cKDTree(heads).query(ends.decoded)
    nodes = graph.nodes[torch.from_numpy(np.asarray(nearest, dtype=np.int64))]
    inner = graph.ways(nodes[0], nodes[1])
    along = facts_along(manifold, graph.nodes, [np.repeat(way, 2) if len(way) == 1 else way for way in inner])
    links = np.asarray(distance, dtype=np.float64)
    unsupported = along.unsupported + (0.5 * ends.lack * links).sum(axis=0)
    along = replace(along, unsupported=unsupported, length=along.length + links.sum(axis=0))
    return _scores(manifold, along, ends)


@dataclass(frozen=True, eq=False)
class _EndFacts:
    """Facts about starts and goals.

    Attributes:
        decoded: what the decoder makes of them (2, m, D), in observation units, for most arms rad.
        gap: how far that is from where they are (2, m), rad.
        spread: disagreement of the decoder heads there (2, m), rad.
        lack: lack of support at their codes (2, m), in [0, 1].
        apart: how far start and goal are from each other (m,), rad.
    """

    decoded: FloatArray
    gap: FloatArray
    spread: FloatArray
    lack: FloatArray
    apart: FloatArray

    @classmethod
    def of(cls, manifold: Manifold, q: FloatArray, z: torch.Tensor) -> _EndFacts:
        heads = manifold.heads(z.flatten(0, 1).numpy())
        decoded = heads.mean(axis=1).reshape(*q.shape[:2], -1)
        spread = np.sqrt(heads.var(axis=1).sum(axis=1)).reshape(q.shape[:2])
        seen = manifold.observation.observe(q)
        gap, apart = np.linalg.norm(decoded - seen, axis=2), np.linalg.norm(seen[1] - seen[0], axis=1)
        return cls(decoded, gap, spread, manifold.support.lack(z).double().numpy(), apart)


def _ends(requests: Sequence[Request], manifold: Manifold) -> tuple[FloatArray, torch.Tensor]:
    """Configurations (2, m, dof) and codes (2, m, d) of starts and goals."""
    q = np.stack([[request.start for request in requests], [request.goal for request in requests]])
    return q, manifold.encode(q)


def _scores(manifold: Manifold, along: WayFacts, ends: _EndFacts) -> Scores:
    usual = manifold.usual_length(ends.apart)
    return Scores(
        gap=ends.gap.sum(axis=0),
        unsupported=along.unsupported,
        uncertainty=along.disagreement,
        jump=along.jump,
        detour=np.maximum(along.length - _AT_LENGTH * usual, 0.0),
        noise=along.noise,
        magnification=along.magnification,
        bridged=along.bridged,
        length=along.length,
        end_uncertainty=ends.spread.sum(axis=0),
        end_lack=ends.lack.sum(axis=0),
    )
