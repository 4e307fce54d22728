from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import count, islice
from pathlib import Path

import pytest

from robogeo.errors import InputError, MotionError
from robogeo.parallel import WorkerLostError, WorkError, Workers
from robogeo.randomness import numpy_generator
from tests.parallel.items import began, die_once_at_two, note_and_refuse_at_one


def draw(index: int) -> float:
    return float(numpy_generator(0, 0, "draw", index).standard_normal())


def threads_and_interrupts(_: int) -> tuple[str, bool]:
    return os.environ["OMP_NUM_THREADS"], signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def fail_at_two(index: int) -> int:
    if index == 2:
        raise KeyError("lost")
    return index


def refuse_at_one(index: int) -> int:
    if index == 1:
        raise MotionError("no way through")
    return index


def die_at_one(index: int) -> int:
    if index == 1:
        os._exit(3)
    return index


@pytest.fixture(scope="module")
def two() -> object:
    with Workers(2) as workers:
        workers.warm_up("json")
        yield workers


def test_results_come_in_order_and_do_not_depend_on_the_count(two: Workers) -> None:
    with Workers(1) as one:
        alone = one.map(draw, range(7))
    assert two.map(draw, range(7)) == alone
    assert two.map(draw, []) == []


def test_workers_use_one_thread_and_leave_interrupts_to_the_parent(two: Workers) -> None:
    assert two.map(threads_and_interrupts, range(2)) == [("1", True)] * 2


@pytest.mark.parametrize("count", [1, 2])
def test_a_failure_names_its_item(count: int, two: Workers) -> None:
    workers = two if count == 2 else Workers(1)
    with pytest.raises(WorkError, match="work item 2: KeyError: 'lost'") as caught:
        workers.map(fail_at_two, range(4))
    assert caught.value.item_index == 2
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("count", [1, 2])
def test_what_was_raised_on_purpose_keeps_its_type(count: int, two: Workers) -> None:
    workers = two if count == 2 else Workers(1)
    with pytest.raises(MotionError, match=r"^no way through$") as caught:
        workers.map(refuse_at_one, range(3))
    assert caught.value.item_index == 1


def test_a_dead_process_is_one_clear_line() -> None:
    with (
        Workers(2) as workers,
        pytest.raises(WorkerLostError, match="item 1: a worker process died, 3 times"),
    ):
        workers.map(die_at_one, range(2))


def test_a_killed_worker_costs_only_its_item(tmp_path: Path) -> None:
    with Workers(2) as workers:
        workers.warm_up()
        assert workers.map(partial(die_once_at_two, folder=tmp_path), range(5)) == [0, 1, 4, 9, 16]
    assert began(tmp_path) == {0: 1, 1: 1, 2: 2, 3: 1, 4: 1}


def test_a_failure_takes_back_what_did_not_begin(tmp_path: Path) -> None:
    with Workers(1, engine="processes") as workers:
        with pytest.raises(MotionError):
            workers.map(partial(note_and_refuse_at_one, folder=tmp_path), range(50))
        workers.map(abs, [1])
        assert len(began(tmp_path)) < 10


def test_progress_counts_what_is_done_from_the_first_on(two: Workers) -> None:
    for workers in (two, Workers(1)):
        told: list[int] = []
        workers.map(draw, range(3), told.append)
        assert told == [1, 2, 3]


def test_a_long_series_of_items_need_not_exist_at_once(two: Workers) -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for index in range(300):
            made.append(index)
            yield index

    ahead = [len(made)]
    found = two.map(abs, items(), lambda done: ahead.append(len(made) - done))
    assert found == list(range(300))
    assert max(ahead) <= 64


def test_a_stream_need_not_end(two: Workers) -> None:
    for workers in (two, Workers(1)):
        with closing(workers.stream(draw, count())) as stream:
            assert [*islice(stream, 70)] == [draw(index) for index in range(70)]


def test_what_a_closed_stream_has_not_begun_is_left(tmp_path: Path) -> None:
    work = partial(note_and_refuse_at_one, folder=tmp_path)
    for engine, most in (("serial", 1), ("processes", 9)):
        with Workers(1, engine=engine) as workers:
            with closing(workers.stream(work, count(2))) as stream:
                assert next(stream) == 2
            workers.map(abs, [1])
        assert len(began(tmp_path)) <= most


def test_items_that_cannot_be_made_leave_nothing_to_do(tmp_path: Path) -> None:
    def items() -> Iterator[int]:
        yield from range(2, 22)
        raise KeyError("no more")

    with Workers(1, engine="processes") as workers:
        with pytest.raises(KeyError):
            workers.map(partial(note_and_refuse_at_one, folder=tmp_path), items())
        workers.map(abs, [1])
    assert len(began(tmp_path)) < 10


def test_a_stream_names_the_item_that_fails(two: Workers) -> None:
    for workers in (two, Workers(1)):
        with closing(workers.stream(fail_at_two, count())) as stream:
            assert [next(stream), next(stream)] == [0, 1]
            with pytest.raises(WorkError, match="work item 2"):
                next(stream)


def test_a_group_can_be_used_again_after_it_was_closed() -> None:
    workers = Workers(1, engine="processes")
    for _ in range(2):
        assert workers.map(abs, [-1]) == [1]
        workers.close(at_once=True)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InputError, match="known: serial, processes, ray"):
        Workers(2, engine="threads")


def test_no_workers_are_refused() -> None:
    with pytest.raises(InputError, match="at least 1"):
        Workers(0)


SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from robogeo.parallel import Workers

signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in a shell's background ignore it

def sleep(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)

if __name__ == "__main__":
    try:
        with Workers(2, cluster=sys.argv[2] if sys.argv[2:] else None) as workers:
            workers.map(sleep, [sys.argv[1]] * 2)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


ON_RAY = pytest.param("local", marks=[pytest.mark.ray, pytest.mark.slow])


@pytest.mark.parametrize("cluster", [None, ON_RAY])
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_process_outlives_an_interrupt_or_a_killed_parent(
    sent: signal.Signals, status: int, cluster: str | None, tmp_path: Path
) -> None:
    if cluster is not None:
        pytest.importorskip("ray", reason="the extra ray is not installed")
    script, pids = tmp_path / "sleepers.py", tmp_path / "pids"
    script.write_text(SCRIPT)
    pids.mkdir()
    parent = subprocess.Popen(
        [sys.executable, str(script), str(pids), *([cluster] if cluster else [])],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(list(pids.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = [int(file.name) for file in pids.iterdir()]
    assert len(workers) == 2
    parent.send_signal(sent)
    assert parent.wait(timeout=20) == status
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, workers))


@pytest.mark.parametrize("count", [1, 2])
def test_submitted_work_gives_its_result_or_its_error(count: int) -> None:
    with Workers(count) as workers:
        good, bad = workers.submit(abs, -3), workers.submit(int, "three")
        assert good.result(60) == 3
        with pytest.raises(ValueError, match="three"):
            bad.result(60)
