"""Ray as the engine: a cluster of two machines, made here of two raylets of one processor each."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from robogeo import experiment
from robogeo.cli import main
from robogeo.config import ExperimentConfig
from robogeo.errors import InputError, MotionError
from robogeo.evaluation.roll_out import roll_out, trials_for
from robogeo.geometry import GeodesicGraph, PullbackMetric, Support, edges
from robogeo.learning import beginning, screening
from robogeo.learning import learner as learner_module
from robogeo.learning.learner import Learner
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.motion import request_stream
from robogeo.motion.request_stream import RequestStream
from robogeo.motion.world import World
from robogeo.parallel import ClusterError, WorkerLostError, WorkError, Workers, ray_cluster
from robogeo.parallel.versions import versions
from robogeo.progress import Progress, Silence
from robogeo.run.stored import criteria_of, open_run
from robogeo.study.records import RecordFile, read_records
from robogeo.study.schedule import Tally, run_missing
from tests.parallel.items import (
    began,
    die,
    die_once_at_two,
    draw,
    fail_at_one,
    note_and_refuse_at_one,
    slow_square,
    where_and_how,
    write_into,
)
from tests.study.made import failing, made_cell
from tests.test_resuming import assert_same

os.environ.update(ray_cluster.PRIVATE)  # read when Ray is imported, and by the machines that are started
ray = pytest.importorskip("ray", reason="the extra ray is not installed")
LEAST = (
    (beginning, "_WORTH_SENDING"),
    (request_stream, "_WORTH_SENDING"),
    (learner_module, "_MANY_NODES"),
)
pytestmark = [pytest.mark.ray, pytest.mark.long, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def machines() -> Iterator[Any]:
    """A cluster of two machines."""
    from ray.cluster_utils import Cluster

    settings = {"num_cpus": 1, "object_store_memory": 2**27, "include_dashboard": False}
    machines = Cluster(
        initialize_head=True, head_node_args={**settings, "_system_config": {"worker_niceness": 0}}
    )
    machines.add_node(**settings)
    machines.wait_for_nodes()
    yield machines
    ray.shutdown()
    machines.shutdown()


@pytest.fixture(scope="module")
def workers(machines: Any) -> Iterator[Workers]:
    """Workers on it; what else connects in this module shares the connection."""
    with Workers(cluster=machines.address) as workers:
        yield workers


def test_results_come_in_order_from_all_machines(workers: Workers) -> None:
    assert workers.count == 2
    with Workers(1) as alone:
        assert workers.map(draw, range(7)) == alone.map(draw, range(7))
    seen = workers.map(where_and_how, range(4))
    give_up = time.monotonic() + 60.0
    while len({machine for machine, *_ in seen}) < 2:  # one may be slow to start its first worker
        assert time.monotonic() < give_up
        seen += workers.map(where_and_how, range(4))
    assert all((threads, writeable) == ("1", True) for _, threads, writeable in seen)
    assert workers.map(write_into, [np.ones(100_000)]) == [100_006.0]


def test_failures_name_their_item_and_keep_their_type(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="work item 1: ZeroDivisionError"):
        workers.map(fail_at_one, range(2))
    with pytest.raises(MotionError, match=r"^no way through$") as caught:
        workers.map(partial(note_and_refuse_at_one, folder=tmp_path), range(30))
    assert caught.value.item_index == 1
    workers.map(abs, [1])
    assert len(began(tmp_path)) < 10


def test_a_killed_worker_costs_only_its_item(workers: Workers, tmp_path: Path) -> None:
    assert workers.map(partial(die_once_at_two, folder=tmp_path), range(5)) == [0, 1, 4, 9, 16]
    assert began(tmp_path) == {0: 1, 1: 1, 2: 2, 3: 1, 4: 1}


def test_an_item_that_kills_every_worker_is_given_up(workers: Workers) -> None:
    with pytest.raises(WorkerLostError, match="item 0: a worker process died"):
        workers.map(die, [0])
    assert workers.map(abs, [-1]) == [1]


def test_other_versions_are_refused(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ray_cluster, "versions", lambda: {**versions(), "torch": "1.0"})
    with pytest.raises(
        InputError, match=r"other versions than this one.*: torch \S+ there, 1\.0 here; install"
    ):
        workers.map(abs, [-1])
    path = tmp_path / "cells.jsonl"
    with RecordFile(path) as records, pytest.raises(ClusterError, match="other versions"):
        run_missing([made_cell()], records, tmp_path, workers, Silence(), run=failing)


@pytest.mark.sim
@pytest.mark.timeout(300)
def test_a_run_has_the_same_bits_on_every_engine(
    workers: Workers,
    tiny: ExperimentConfig,
    tmp_path: Path,
    quick: None,
    shelf: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, least in LEAST:  # demonstrations, candidates and edges are worth sending, however few
        monkeypatch.setattr(module, least, 1)
    config = tiny.model_copy(update={"rounds": 2, "held_out": 8})
    for engine, processes, cluster in (("serial", 1, None), ("processes", 2, None), ("ray", 1, "auto")):
        # nobody has drawn for it before
        monkeypatch.setattr(shelf, "_stream", RequestStream(shelf._environment))
        of_engine = config.model_copy(update={"workers": processes})
        experiment.run_experiment(of_engine, tmp_path / engine, Silence(), cluster=cluster)
    assert_same(tmp_path / "serial", tmp_path / "processes")
    assert_same(tmp_path / "serial", tmp_path / "ray")
    folder, config = open_run(tmp_path / "serial")
    with folder:
        planner = Learner(folder, config, shelf).planner
    trials, _ = trials_for(shelf, shelf.held_out(3, 14))
    found = []
    for engine in ("serial", "ray"):  # where two share nothing evenly, and one has all
        with Workers(1, engine=engine) as group:
            outcomes = roll_out(planner, trials, config.scene, config.robot, criteria_of(tiny), group)
            found.append(repr(outcomes))
    assert len(found[0]) > 1000 and found[0] == found[1]


def test_very_many_candidates_outlined_there_are_the_same_to_the_bit(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "_TOGETHER", 7)
    monkeypatch.setattr(screening, "_WORTH_SENDING", 2)
    some = made_up_candidates(30)
    here, there = (
        screening.first_look(some.manifold, some.requests, group, full=0) for group in (None, workers)
    )
    for name, column in here.columns().items():
        assert there.columns()[name].tobytes() == column.tobytes(), name


def test_edges_measured_there_are_the_same_to_the_bit(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edges, "EDGE_CHUNK", 256)
    nodes = np.random.default_rng(0).normal(size=(300, 2))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.Tanh(), torch.nn.Linear(32, 5))
    here, there = (
        GeodesicGraph.build(PullbackMetric(net, Support(nodes, 0.2, 3.0)), nodes, 5, mapped=mapped)
        for mapped in (map, workers.map)
    )
    assert there.lengths.tobytes() == here.lengths.tobytes()


def test_a_study_runs_there_and_failing_cells_stop_no_other(workers: Workers, tmp_path: Path) -> None:
    cells = [made_cell(name, seed) for seed in range(3) for name in ("combined", "random")]
    path = tmp_path / "cells.jsonl"
    with RecordFile(path) as records, Progress(io.StringIO()) as progress:
        tally = run_missing(cells, records, tmp_path, workers, progress, run=failing)
    assert (tally.done, tally.missing, len(tally.failures)) == (4, 2, 2) and isinstance(tally, Tally)
    assert set(read_records(path)) == {cell.key for cell in cells if cell.config.seed != 1}


@pytest.mark.parametrize("answer", [b"HTTP/1.0 400 Bad Request", b"", b"\0\0\0"])
@pytest.mark.parametrize("named", [True, False])
def test_what_is_no_cluster_is_told_at_once(
    answer: bytes, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("RAY_ADDRESS", address)

        def serve() -> None:
            caller, _ = server.accept()
            caller.sendall(answer)
            caller.close()

        threading.Thread(target=serve).start()
        with (
            pytest.raises(ClusterError, match=f"cluster {address}: (something else|cannot be reached)"),
            Workers(cluster=address if named else "auto"),
        ):
            pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "cannot be reached"),
        ("nowhere", "expected HOST:PORT"),
        ("h:70000", "cannot be reached"),
        ("", "expected HOST:PORT"),
        ("ray://127.0.0.1:10001", "expected HOST:PORT"),
        ("auto", "this machine belongs to none"),
    ],
)
def test_a_cluster_that_is_not_there_is_one_clear_line(
    address: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("ray._private.services.find_gcs_addresses", set)  # of other tests
    monkeypatch.setattr("ray._private.services.find_bootstrap_address", lambda _: None)
    assert main(["benchmark", "study", "--out", str(tmp_path / "out"), "--cluster", address]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1 and address in complaint and said in complaint
    assert not list(tmp_path.iterdir())


def test_a_start_that_is_interrupted_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(**options: Any) -> None:
        assert Path(options["_temp_dir"]).is_dir()
        raise KeyboardInterrupt

    monkeypatch.setattr(ray_cluster.tempfile, "mkdtemp", lambda **_: str(made))
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", interrupted)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    made = tmp_path / "scratch"
    made.mkdir()
    with pytest.raises(KeyboardInterrupt), Workers(1, cluster="local"):
        pass
    assert not made.exists()


def test_a_machine_without_robogeo_is_named() -> None:
    said = "The remote function failed to import on the worker. No module named 'robogeo'\n\nTraceback ..."
    found = ray_cluster.not_startable(RuntimeError(said))
    assert isinstance(found, InputError) and "a machine lacks robogeo; install" in str(found)
    assert isinstance(ray_cluster.not_startable(RuntimeError("no idea")), WorkError)


def test_a_lost_machine_costs_only_its_item(workers: Workers, machines: Any, tmp_path: Path) -> None:
    """The last test of this module: the machine is gone after it."""
    lost = next(machine for machine in machines.list_all_nodes() if not machine.head)

    def lose(done: int) -> None:
        if done == 2:
            machines.remove_node(lost, allow_graceful=False)

    assert workers.map(partial(slow_square, folder=tmp_path), range(6), lose) == [0, 1, 4, 9, 16, 25]
    counts = began(tmp_path)
    assert set(counts) == set(range(6)) and sum(counts.values()) <= 7
