"""Graphs on disk: npz archives of plain arrays, read without executing anything and checked before use."""

from __future__ import annotations

import os
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError, one_line
from robogeo.geometry.joining import SPACES
from robogeo.geometry.neighbors import component_labels
from robogeo.geometry.points import FloatArray, IntArray, as_array

if TYPE_CHECKING:
    from robogeo.geometry.graph import GeodesicGraph
    from robogeo.geometry.metric import Metric

FORMAT = 2
FIELDS = (
    "format",
    "nodes",
    "embedded",
    "edges",
    "lengths",
    "bridges",
    "neighbors",
    "space",
    "landmarks",
    "origins",
)
REMEASURED, SAME_LENGTHS = 64, 1e-3
"""Edges that are measured again, and the relative difference up to which their lengths count as the same."""
SAME_DECODER = 1e-4
"""Relative difference of decoded nodes up to which a metric counts as the one a graph was built from."""


class GraphParts(TypedDict):
    """What a graph consists of beside its metric, in plain arrays: see `GeodesicGraph`."""

    nodes: NDArray[Any]
    embedded: NDArray[Any]
    edges: IntArray
    lengths: FloatArray
    bridges: NDArray[np.bool_]
    neighbors: int
    space: str
    landmarks: int
    origins: IntArray


def parts_of(graph: GeodesicGraph) -> GraphParts:
    """What a graph consists of beside its metric, to be sent or kept; nothing is forbidden in it."""
    return GraphParts(
        nodes=graph.nodes.cpu().numpy(),
        embedded=graph.embedded.cpu().numpy(),
        edges=graph.edges,
        lengths=graph.lengths,
        bridges=graph.bridges,
        neighbors=graph.neighbors,
        space=graph.space,
        landmarks=graph.landmarks,
        origins=graph.origins,
    )


def arguments(parts: GraphParts) -> dict[str, Any]:
    """What makes a graph of its parts again, beside the metric it was built from."""
    # Copies: torch lays its own numbers where its vector instructions want them, and bits may depend on it.
    tensors = {"nodes": torch.tensor(parts["nodes"]), "embedded": torch.tensor(parts["embedded"])}
    return {**parts, **tensors}


def save_graph(graph: GeodesicGraph, path: str | os.PathLike[str]) -> None:
    """Write the arrays of a graph to exactly `path`."""
    parts = parts_of(graph)
    with open(path, "wb") as file:
        np.savez_compressed(
            file,
            format=np.int64(FORMAT),
            **{**parts, "space": np.int64(SPACES.index(parts["space"]))},
        )


def load_graph(path: str | os.PathLike[str], metric: Metric) -> GraphParts:
    """The parts of a graph from a file that `save_graph` wrote.

    Raises:
        GeometryError: not such a file, damaged, or of another metric.
    """
    name = os.fspath(path)
    try:
        with np.load(name, allow_pickle=False) as archive:
            raw = {field: archive[field] for field in FIELDS}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise GeometryError(
            f"{name}: not a readable graph file ({one_line(error)}); build the graph anew"
        ) from error
    problem = _problem(raw)
    if problem is not None:
        raise GeometryError(f"{name}: {problem}; the file is damaged, build the graph anew")
    nodes, embedded = torch.from_numpy(raw["nodes"]), torch.from_numpy(raw["embedded"])
    with torch.no_grad():
        again = as_array(metric.embed(nodes))
    old = as_array(embedded)
    if again.shape != old.shape or np.abs(again - old).max() > SAME_DECODER * (1.0 + np.abs(old).max()):
        raise GeometryError(f"{name}: its nodes decode differently under this metric; build the graph anew")
    some = np.linspace(0, len(raw["edges"]) - 1, min(REMEASURED, len(raw["edges"]))).astype(np.int64)
    ends = raw["edges"][some].T
    latent, decoded = as_array(nodes), embedded.numpy()
    again = metric.lengths_between(*(part[end] for part in (latent, decoded) for end in ends))
    if not np.allclose(again, raw["lengths"][some], rtol=SAME_LENGTHS, atol=0.0):
        raise GeometryError(f"{name}: its edges have other lengths under this metric; build the graph anew")
    if int(raw["landmarks"]) == 0 and not metric.chordal:
        raise GeometryError(f"{name}: has no landmarks, which this metric needs; build the graph anew")
    return GraphParts(
        nodes=raw["nodes"],
        embedded=raw["embedded"],
        edges=raw["edges"],
        lengths=raw["lengths"],
        bridges=raw["bridges"],
        neighbors=int(raw["neighbors"]),
        space=SPACES[int(raw["space"])],
        landmarks=int(raw["landmarks"]),
        origins=raw["origins"],
    )


def _problem(raw: dict[str, NDArray[Any]]) -> str | None:
    """What is wrong with the arrays of a file, or None."""
    scalars = ("format", "neighbors", "space", "landmarks")
    if any(raw[field].shape != () or raw[field].dtype != np.int64 for field in scalars):
        return "a field that should be one integer is not"
    if int(raw["format"]) != FORMAT or not 0 <= int(raw["space"]) < len(SPACES):
        return "unknown format"
    if int(raw["neighbors"]) < 1 or int(raw["landmarks"]) < 0:
        return "neighbors or landmarks out of range"
    nodes, embedded, edges, lengths, bridges = (raw[field] for field in FIELDS[1:6])
    floating = all(part.dtype in (np.float32, np.float64) for part in (nodes, embedded))
    if not floating or nodes.ndim != 2 or embedded.ndim != 2 or len(nodes) != len(embedded) or len(nodes) < 2:
        return "nodes and decoded nodes do not fit"
    if edges.dtype != np.int64 or edges.ndim != 2 or edges.shape[1] != 2:
        return "edges are not pairs of indices"
    if lengths.dtype != np.float64 or lengths.shape != edges.shape[:1] or bridges.shape != lengths.shape:
        return "lengths or bridges do not fit the edges"
    if raw["origins"].dtype != np.int64 or raw["origins"].shape != (len(nodes),):
        return "origins do not fit the nodes"
    if (raw["origins"] < 0).any() or len(np.unique(raw["origins"])) < len(nodes):
        return "origins are no rows of their own"
    if bridges.dtype != np.bool_ or not all(np.isfinite(part).all() for part in (nodes, embedded, lengths)):
        return "values are not finite numbers"
    keys = edges[:, 0] * len(nodes) + edges[:, 1]
    inside = (edges >= 0).all() and (edges < len(nodes)).all() and (edges[:, 0] < edges[:, 1]).all()
    if not inside or (np.diff(keys) <= 0).any() or (lengths < 0).any():
        return "edges are out of range or order, or of negative length"
    if component_labels(edges, len(nodes)).any():
        return "the graph falls apart"
    return None
