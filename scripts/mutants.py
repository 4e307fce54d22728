"""Plant small faults, one at a time, in the geometry and the journal, and count those that the tests notice.

    pip install mutmut==3.8.1
    python scripts/mutants.py --sample 300      # all mutants of the journal, 300 at random of the geometry

Writes docs/results/mutants.json, with the names of those that survived: `mutmut show NAME` tells what each
one is. Only the quick tests of these rooms look; what a long test alone would notice counts as survived.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scipy.stats import binomtest

from robogeo.evaluation.results import Results

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "mutants" / "robogeo"
JOURNAL, GEOMETRY = "robogeo.learning.journal", "robogeo.geometry"
_SURVIVED = (0, 33)  # mutmut's codes: all tests passed, or none was there; other ends were noticed
_TARGET = 0.85


def main() -> None:
    """Run the journal's mutants and a sample of the geometry's, and write what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300, help="mutants of the geometry")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    given = parser.parse_args()
    run([f"{JOURNAL}*"])  # makes those of the geometry too
    names = sorted(name for name, _ in mutants(GEOMETRY))
    chosen = random.Random(given.seed).sample(names, min(given.sample, len(names)))
    run(chosen)
    results = Results("mutants", f"python scripts/mutants.py --sample {given.sample} --seed {given.seed}")
    note(results, JOURNAL, {name for name, _ in mutants(JOURNAL)})
    note(results, GEOMETRY, set(chosen))
    print(results.write(given.out))


def run(names: list[str]) -> None:
    """Let the tests look at the named mutants; what they looked at before is not looked at again."""
    command = [str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=ROOT, check=True)


def mutants(module: str) -> Iterator[tuple[str, int | None]]:
    """Names of the mutants of a module or room, and how the tests ended on each; None: not yet run."""
    for file in sorted(MUTANTS.rglob("*.meta")):
        for name, code in json.loads(file.read_text())["exit_code_by_key"].items():
            if name.startswith(module):
                yield name, code


def note(results: Results, module: str, names: set[str]) -> None:
    """Add how many of the named mutants of a module were noticed."""
    ends = {name: code for name, code in mutants(module) if name in names and code is not None}
    survived = sorted(name for name, code in ends.items() if code in _SURVIVED)
    noticed = len(ends) - len(survived)
    interval = binomtest(noticed, len(ends)).proportion_ci(method="wilson")
    low, high = float(interval.low), float(interval.high)
    made = sum(1 for _ in mutants(module))
    results.row(
        what=module, made=made, tried=len(ends), noticed=noticed, low=low, high=high, survived=survived
    )
    about = f"{noticed} of {len(ends)}, 95 % interval {low:.3f} to {high:.3f}; {made} were made"
    results.target(f"mutants noticed, {module}", noticed / len(ends), ">=", _TARGET, about)


if __name__ == "__main__":
    main()
