"""Count what a run survives: kills at every durable operation and at any time, flipped bytes, long work.

    python scripts/benchmark_reliability.py              # the whole of it; the better part of an hour
    python scripts/benchmark_reliability.py --every 7    # a seventh of crash points, disk errors and kills
    python scripts/benchmark_reliability.py --quick --out FOLDER

Writes docs/results/reliability.json.

A short run with the planner and with a person who answers, refuses and fails is killed with SIGKILL, begun
again, and compared with one that was left alone: journal, weights, demonstrations, questions and summary have
to be the same, bit for bit, times excepted.
"""

from __future__ import annotations

import argparse
import errno
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from crash_session import Session, content_of
from long_run import durability_share, leaks

from robogeo.evaluation.results import Results
from robogeo.learning.verification import verified
from robogeo.motion.world import World
from robogeo.parallel import use_one_thread
from robogeo.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "results"
_QUICK = 91  # every so many, in the quick form
_ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="try every n-th crash point only, and so on")
    parser.add_argument("--quick", action="store_true", help="a sample of it, in a minute or two")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    every = _QUICK if options.quick else options.every
    if every > 1 and options.out == RESULTS:
        parser.error("a sample is not written over the whole; name another folder (--out)")
    use_one_thread()
    command = "python scripts/benchmark_reliability.py"
    sample = " --quick" if options.quick else f" --every {every}" if every > 1 else ""
    results = Results("reliability", f"{command}{sample}")
    with tempfile.TemporaryDirectory() as scratch, World("ShelfReach", "iiwa") as world, Progress() as told:
        place = Path(scratch)
        session = Session(place, world)
        session.operations(place / "warm")  # machine code is compiled once, before anything is timed
        started = time.perf_counter()
        count = session.operations(place / "whole")
        seconds = time.perf_counter() - started
        wanted = content_of(place / "whole")
        _crashes(results, session, wanted, count, every, told)
        _disk_errors(results, session, wanted, count, every, told)
        _random_kills(results, session, wanted, seconds, -(-300 // every), told)
        _flips(results, place / "whole", 1000 // every if options.quick else 1000)
        if not options.quick:
            durability_share(results, place, rounds=4)
            leaks(results, place, told)
    print(results.write(options.out))


def _crashes(
    results: Results, session: Session, wanted: dict[str, bytes], count: int, every: int, told: Progress
) -> None:
    """Kill before and after every durable operation."""
    instants = range(0, 2 * count, every)
    same = 0
    for number, instant in enumerate(instants, 1):
        with _scratch_run(session) as run:
            outcome = session.killed_at(run, instant)
            same += outcome.kills == 1 and outcome.content == wanted and not verified(run).faults
        told("crash points", number, len(instants))
    results.row(what="durable operations of the session", counted=count, instants=len(instants))
    note = f"{same} of {len(instants)}, before and after each operation"
    results.target("crash points resumed bit-exactly", same / len(instants), ">=", 1.0, note)


def _disk_errors(
    results: Results, session: Session, wanted: dict[str, bytes], count: int, every: int, told: Progress
) -> None:
    """Let every durable operation fail once: by turns the disk is full, broken, or read-only."""
    operations = range(0, count, every)
    same = stopped = 0
    for number, operation in enumerate(operations, 1):
        with _scratch_run(session) as run:
            outcome = session.failing_at(run, operation, _ERRORS[operation % len(_ERRORS)])
            same += outcome.content == wanted and not verified(run).faults
            stopped += outcome.kills
        told("disk errors", number, len(operations))
    results.row(what="disk errors", tried=len(operations), stopped_the_command=stopped, same=same)
    note = f"{same} of {len(operations)}; {stopped} stopped the command with one line, the others did no harm"
    results.target("disk errors survived bit-exactly", same / len(operations), ">=", 1.0, note)


def _random_kills(
    results: Results, session: Session, wanted: dict[str, bytes], seconds: float, least: int, told: Progress
) -> None:
    """Kill at random times, until so many kills were survived."""
    generator = np.random.default_rng(0)
    kills = sessions = same = 0
    while kills < least:
        with _scratch_run(session) as run:
            outcome = session.killed_at_random(run, seconds, generator)
        kills, sessions, same = kills + outcome.kills, sessions + 1, same + (outcome.content == wanted)
        told("random kills", min(kills, least), least)
    results.row(what="random kills", kills=kills, sessions=sessions, same=same)
    results.target(
        "random kills survived bit-exactly",
        same / sessions,
        ">=",
        1.0,
        f"{kills} kills in {sessions} sessions, {same} of them the same",
    )


def _flips(results: Results, run: Path, count: int) -> None:
    """Flip single bytes anywhere in a run that is sealed, and look whether it is noticed."""
    generator = np.random.default_rng(1)
    files = sorted(file for file in run.rglob("*") if file.is_file() and file.name != ".lock")
    sizes = np.array([file.stat().st_size for file in files], dtype=np.float64)
    assert not verified(run).faults
    found = 0
    for number in range(count):
        # By turns: every file alike, and every byte alike.
        weights = sizes / sizes.sum() if number % 2 else np.full(len(files), 1.0 / len(files))
        file = files[generator.choice(len(files), p=weights)]
        content = file.read_bytes()
        changed = bytearray(content)
        changed[generator.integers(len(content))] ^= int(generator.integers(1, 256))
        file.write_bytes(changed)
        found += bool(verified(run).faults)
        file.write_bytes(content)
    results.row(what="single bytes flipped", tried=count, found=found, files=len(files))
    results.target("single-byte flips found by verify", found / count, ">=", 1.0, f"{found} of {count}")


@contextmanager
def _scratch_run(session: Session) -> Iterator[Path]:
    run = session.place / "killed"
    shutil.rmtree(run, ignore_errors=True)
    yield run
    shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    main()
