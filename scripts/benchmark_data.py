"""Measure how fast, and in how much memory, data sets are read, checked, thinned and inspected.

    python scripts/benchmark_data.py

Writes 1,000 recordings of 1,000 samples of seven joints in every format, and inspects each in a process of
its own, which also counts its memory. Times are CPU times, so that other work on the machine does not count.
Writes docs/results/data.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import WRITERS, write_data_set
from robogeo.evaluation.results import Results

ROOT = Path(__file__).resolve().parent.parent
PLACES = {"npz": "set.npz", "csv": "set.csv", "robomimic": "set.hdf5"}
_INSPECT = """
import json, resource, sys, time
from pathlib import Path
from robogeo.data.data_set import Reading
from robogeo.commands.inspecting import inspect_data_set
_, seen = inspect_data_set(Path(sys.argv[1]), Reading(), "iiwa")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([time.process_time(), memory, seen.thinning.samples_after]))
"""


def main() -> None:
    """Measure every format and write the results."""
    results = Results("data", "python scripts/benchmark_data.py")
    data = recorded()
    worst, most = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name in WRITERS:
            place = Path(folder) / PLACES.get(name, name)
            started = time.process_time()
            write_data_set(place, data, name)
            written = time.process_time() - started
            run = subprocess.run(
                [sys.executable, "-c", _INSPECT, str(place)], check=True, capture_output=True, text=True
            )
            seconds, memory, after = json.loads(run.stdout)
            results.row(
                format=name,
                write_cpu_s=written,
                inspect_cpu_s=seconds,
                memory_mib=memory / 2**20,
                samples=data.samples,
                thinned=after,
            )
            worst, most = max(worst, seconds), max(most, memory)
    note = "CPU time of the slowest format, with starting Python"
    results.target("1,000 x 1,000: load, thin and inspect, s", worst, "<=", 10.0, note)
    results.target("1,000 x 1,000: memory, GiB", most / 2**30, "<=", 1.0, "the largest format")
    print(results.write(ROOT / "docs" / "results"))


def recorded() -> DataSet:
    """1,000 motions between random configurations, with rests before and after, at 100 Hz."""
    generator = np.random.default_rng(0)
    along = np.linspace(-0.3, 1.3, 1000).clip(0.0, 1.0)[:, None]
    shape = along * along * (3.0 - 2.0 * along)
    ends = generator.uniform(-1.5, 1.5, (1000, 2, 7))
    shown = tuple(
        Demonstration(start + shape * (end - start), np.arange(1000) / 100.0, f"recording {index}")
        for index, (start, end) in enumerate(ends)
    )
    names = tuple(f"lbr_iiwa_joint_{joint + 1}" for joint in range(7))
    return DataSet(shown, names, rate=100.0, facts={"robot": "iiwa"})


if __name__ == "__main__":
    main()
