"""Run one round of learning with a given number of demonstrations in a process of its own; tell what it cost.

python scripts/round_growth.py DEMONSTRATIONS
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import json
import subprocess
import sys
import tempfile
from typing import Any

from geometry_fixture import cpu_seconds, peak_gib, restart_peak

from robogeo.config import load_config
from robogeo.experiment import Loop, usual_oracle
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World
from robogeo.parallel import Workers, use_one_thread
from robogeo.progress import Progress

SECONDS = {"training_s": "fit", "asking_s": "ask", "evaluation_s": "evaluate"}


def measure_round(count: int) -> dict[str, Any]:
    """The same in a new process, whose memory holds nothing else."""
    command = [sys.executable, __file__, str(count)]
    return dict(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


def lived(count: int) -> dict[str, Any]:
    """Begin with so many demonstrations, learn, ask, learn again; seconds of this processor, and memory."""
    config = load_config("shelf_reach").model_copy(
        update={"initial_demonstrations": count, "initial_places": (), "rounds": 1, "workers": 1}
    )
    with (
        tempfile.TemporaryDirectory() as place,
        World(config.scene, config.robot) as world,
        RunFolder.open(place, config.as_dict()) as folder,
        Workers(1) as workers,
        Progress() as progress,
    ):
        learner = Learner(folder, config, world, progress)
        loop = Loop(learner, workers, progress, usual_oracle(learner))
        restart_peak()
        before = peak_gib()
        whole = cpu_seconds(loop.run)
        memory = peak_gib() - before
        events, graph = folder.events(), learner.planner.manifold.graph
        held = sum(each.q.nbytes + each.t.nbytes for each in learner.demonstrations)
    spent = {name: [e["cpu_seconds"] for e in events if e["event"] == kind] for name, kind in SECONDS.items()}
    return {
        "demonstrations": count,
        "nodes": len(graph.nodes),
        **{name: seconds[-1] for name, seconds in spent.items()},
        "first_training_s": spent["training_s"][0],
        "demonstrating_and_the_rest_s": whole - sum(sum(seconds) for seconds in spent.values()),
        "memory_gib": memory,
        "demonstrations_gib": held / 2**30,
    }


if __name__ == "__main__":
    use_one_thread()
    print(json.dumps(lived(int(sys.argv[1]))))
