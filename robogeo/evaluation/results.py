"""Results of a benchmark: a table, and ``docs/results/NAME.json`` with all targets, missed ones too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from robogeo.durable import make_folder, write_atomically
from robogeo.learning.provenance import provenance

Relation = Literal["<=", ">="]


@dataclass
class Results:
    """What one benchmark measured.

    Attributes:
        name: of the file.
        command: that made the results, as a user would type it.
        rows: one mapping a line of the table.
        targets: what was to be reached, and whether it was.
    """

    name: str
    command: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)

    def row(self, **values: Any) -> None:
        """Add a line and print it."""
        self.rows.append(values)
        print("  ".join(f"{name}={_shown(value)}" for name, value in values.items()), flush=True)

    def target(
        self, name: str, value: float | None, relation: Relation, target: float, note: str = ""
    ) -> None:
        """Compare a measure with its target; ``None``, not measured, meets none."""
        met = value is not None and (value <= target if relation == "<=" else value >= target)
        self.targets.append(
            {
                "name": name,
                "value": value,
                "relation": relation,
                "target": target,
                "met": bool(met),
                "note": note,
            }
        )
        print(
            f"{'met   ' if met else 'MISSED'} {name}: {_shown(value)} {relation} {target:g} {note}",
            flush=True,
        )

    def write(self, folder: Path) -> Path:
        """Write ``NAME.json`` into the folder and return its path."""
        origin = provenance()
        content: Mapping[str, Any] = {
            "command": self.command,
            "commit": f"{origin.pop('commit')}{'-changed' if origin.pop('changed') else ''}",
            "machine": {name: origin.pop(name) for name in ("system", "processor", "cores", "threads")},
            "versions": origin.pop("packages"),
            "rows": self.rows,
            "targets": self.targets,
        }
        make_folder(folder)
        path = folder / f"{self.name}.json"
        write_atomically(path, (json.dumps(content, indent=1) + "\n").encode())
        return path


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
