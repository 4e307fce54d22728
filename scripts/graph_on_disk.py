"""Build a graph of a million decoded pictures, held in memory or in a file, in a process of its own.

python scripts/graph_on_disk.py memory|file
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from geometry_fixture import cpu_seconds, decoder, latents, own_memory_gib

from robogeo.evaluation.results import Results
from robogeo.geometry import GeodesicGraph, PullbackMetric

NODES, PIXELS, NEIGHBORS = 1_000_000, 784, 10
EVERY_S = 0.02


def measure_graph_on_disk(results: Results) -> None:
    """Both, one after the other, and whether their edges are the same."""
    found = {}
    for place in ("memory", "file"):
        command = [sys.executable, __file__, place]
        found[place] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        results.row(what="decoded nodes", of=place, **found[place])
    decoded = 4 * NODES * PIXELS / 2**30
    share = found["file"]["own_memory_gib"] / decoded
    results.target(
        "memory of a graph of a million pictures kept in a file, of their floats", share, "<=", 0.2
    )
    same = found["file"]["digest"] == found["memory"]["digest"]
    results.target("its edges and lengths are those of the graph in memory", float(same), ">=", 1.0)


def _built(place: str) -> dict[str, Any]:
    """Time, peak of the memory that no file backs, and a digest of edges and lengths."""
    metric, nodes = PullbackMetric(decoder(2, outputs=PIXELS)), latents(NODES, 2)
    built: list[GeodesicGraph] = []
    with tempfile.TemporaryDirectory() as folder, _most_memory() as most:
        scratch = Path(folder) / "decoded.npy" if place == "file" else None
        seconds = cpu_seconds(
            lambda: built.append(
                GeodesicGraph.build(metric, nodes, NEIGHBORS, space="latent", scratch=scratch)
            )
        )
    digest = hashlib.sha256(built[0].edges.tobytes() + built[0].lengths.tobytes()).hexdigest()
    return {
        "nodes": NODES,
        "pixels": PIXELS,
        "build_s": seconds,
        "own_memory_gib": most[1] - most[0],
        "digest": digest,
    }


@contextmanager
def _most_memory() -> Iterator[list[float]]:
    """The memory that no file backs: at first, and the most of it that is seen meanwhile."""
    seen, ended = [own_memory_gib()] * 2, threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY_S):
            seen[1] = max(seen[1], own_memory_gib())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(_built(sys.argv[1])))
