"""Build one graph of a given size in a process of its own, and tell what it cost.

python scripts/geometry_growth.py NODES
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import json
import subprocess
import sys
from typing import Any

import numpy as np
import torch
from geometry_fixture import cpu_seconds, decoder, latents, peak_gib, restart_peak

from robogeo.geometry import GeodesicGraph, PullbackMetric


def measure_growth(size: int) -> dict[str, Any]:
    """The same in a new process, whose memory holds nothing else."""
    command = [sys.executable, __file__, str(size)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def grown(size: int) -> dict[str, float]:
    """Build one graph of that size; peak memory beyond that of the process before."""
    net, nodes = decoder(2), latents(size, 2)
    small = GeodesicGraph.build(PullbackMetric(net), nodes[:100], 10)
    small.geodesic(small.nodes[0], small.nodes[1])  # kernels are loaded, which is none of the cost
    restart_peak()
    before = peak_gib()
    built: list[GeodesicGraph] = []
    build = cpu_seconds(lambda: built.append(GeodesicGraph.build(PullbackMetric(net), nodes, 10)))
    peak = peak_gib()
    graph = built[0]
    first = cpu_seconds(lambda: graph.geodesic(graph.nodes[0], graph.nodes[1]))
    pairs = torch.from_numpy(np.random.default_rng(8).integers(0, size, size=(100, 2)))
    each = cpu_seconds(lambda: graph.paths(graph.nodes[pairs[:, 0]], graph.nodes[pairs[:, 1]])) * 10
    return {
        "nodes": size,
        "edges": len(graph.edges),
        "build_s": build,
        "memory_gib": peak - before,
        "landmarks_s": first,
        "query_ms": each,
        "memory_with_landmarks_gib": peak_gib() - before,
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(grown(int(sys.argv[1]))))
