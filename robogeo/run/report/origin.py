"""The section about where all this comes from: code, versions, configuration, data, and how to check it."""

from __future__ import annotations

import json
from typing import Any

from robogeo.report import Section
from robogeo.run.report.sources import Run


def origin(run: Run) -> Section:
    """Provenance, as the run's folder has it."""
    learner = run.learner
    known: dict[str, Any] = json.loads(learner.folder.file("provenance.json").read_bytes())
    commit = known.get("commit") or "unknown"
    changed = ", with changes that were not committed" if known.get("changed") else ""
    packages = ", ".join(
        f"{name} {version}" for name, version in known.get("packages", {}).items() if version
    )
    fit = learner.record.fits[-1]
    config = learner.config
    rows: list[list[Any]] = [
        ["what", "value"],
        ["scene, robot", f"{config.scene}, {learner.world.robot_name}"],
        ["strategy, seed", f"{config.strategy}, {config.seed}"],
        ["robogeo", f"{known.get('robogeo')}, commit {commit}{changed}"],
        ["Python and packages", f"Python {known.get('python')}; {packages}"],
        ["machine", f"{known.get('system')}, {known.get('processor')}, {known.get('cores')} cores"],
        ["configuration, SHA-256 of config.yaml", str(known.get("config_sha256"))],
        ["last model, SHA-256 of its weights", str(fit["model"])],
        ["demonstrations it learned from", str(fit["demonstrations"])],
        ["events in the journal", str(len(learner.folder.events()))],
    ]
    text = (
        "Everything here was made by the configuration and the code named below; the same configuration and "
        "seed give the same run. config.yaml, journal.jsonl and the folder blobs/ beside this page hold all "
        "of it: every event, every demonstration and every model, each under the SHA-256 of its content."
    )
    return Section("Where this comes from", text, table=rows)
