"""Riemannian geometry of latent spaces: metrics, lengths, graph search, relaxation and neural geodesics.

The room knows tensors and a decoder, nothing of robots, and serves any generative model.
"""

from __future__ import annotations

from robogeo.geometry.curve import Geodesic, polyline_length, resample_uniform
from robogeo.geometry.equidistance import DistanceField, distance_field
from robogeo.geometry.graph import GeodesicGraph
from robogeo.geometry.joining import neighbor_edges
from robogeo.geometry.lengths import segment_length_errors
from robogeo.geometry.metric import ExpectedMetric, Metric, PullbackMetric
from robogeo.geometry.neural import fit_neural_geodesic
from robogeo.geometry.neural_published import PublishedRecipe
from robogeo.geometry.node_selection import NodeSelection, infill_nodes, select_nodes
from robogeo.geometry.perceptron import Layer, Perceptron
from robogeo.geometry.points import in_parts
from robogeo.geometry.relaxation import relax, relax_many
from robogeo.geometry.smooth import spline_of
from robogeo.geometry.smoothed import SmoothedMetric, smoothed_tensor
from robogeo.geometry.support import Support
from robogeo.geometry.thinning import stretch_bound

__all__ = [
    "DistanceField",
    "ExpectedMetric",
    "Geodesic",
    "GeodesicGraph",
    "Layer",
    "Metric",
    "NodeSelection",
    "Perceptron",
    "PublishedRecipe",
    "PullbackMetric",
    "SmoothedMetric",
    "Support",
    "distance_field",
    "fit_neural_geodesic",
    "in_parts",
    "infill_nodes",
    "neighbor_edges",
    "polyline_length",
    "relax",
    "relax_many",
    "resample_uniform",
    "segment_length_errors",
    "select_nodes",
    "smoothed_tensor",
    "spline_of",
    "stretch_bound",
]
