"""Results of a benchmark as file and table."""

from __future__ import annotations

import json

from robogeo.evaluation.results import Results


def test_file_holds_rows_and_all_targets_missed_ones_too(tmp_path, capsys):
    results = Results("demo", "python scripts/benchmark_demo.py")
    results.row(what="a measure", seconds=1.25)
    results.target("fast", 1.25, "<=", 2.0)
    results.target("good", 0.5, ">=", 0.9, "first try")
    results.target("reached", None, "<=", 10.0)
    written = json.loads(results.write(tmp_path / "results").read_text())
    assert written["rows"] == [{"what": "a measure", "seconds": 1.25}]
    assert [target["met"] for target in written["targets"]] == [True, False, False]
    assert written["targets"][1] == {
        "name": "good",
        "value": 0.5,
        "relation": ">=",
        "target": 0.9,
        "met": False,
        "note": "first try",
    }
    assert written["command"] == "python scripts/benchmark_demo.py"
    assert {"commit", "machine", "versions"} <= written.keys()
    assert "MISSED good" in capsys.readouterr().out


def test_what_was_not_measured_meets_no_target():
    results = Results("demo", "")
    results.target("success", None, ">=", 0.9)
    results.target("demonstrations needed", None, "<=", 15.0)
    assert not any(target["met"] for target in results.targets)
