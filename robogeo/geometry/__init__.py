"""Riemannian geometry of latent spaces: metrics, lengths, graph search, relaxation and neural geodesics.

The room knows tensors and a decoder, nothing of robots, and serves any generative model.
"""

from __future__ import annotations

from robogeo.geometry.curve import Geodesic, polyline_length, resample_uniform
from robogeo.geometry.graph import GeodesicGraph
from robogeo.geometry.lengths import segment_length_errors
from robogeo.geometry.metric import ExpectedMetric, Metric, PullbackMetric
from robogeo.geometry.neural import fit_neural_geodesic
from robogeo.geometry.perceptron import Layer, Perceptron
from robogeo.geometry.relaxation import relax, relax_many
from robogeo.geometry.support import Support

__all__ = [
    "ExpectedMetric",
    "Geodesic",
    "GeodesicGraph",
    "Layer",
    "Metric",
    "Perceptron",
    "PullbackMetric",
    "Support",
    "fit_neural_geodesic",
    "polyline_length",
    "relax",
    "relax_many",
    "resample_uniform",
    "segment_length_errors",
]
