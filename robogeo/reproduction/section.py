"""The section of one experiment in docs/reproductions.md, between two marks; all else in the page stays.

What a person writes about an experiment belongs below its end mark.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from robogeo.durable import write_atomically
from robogeo.errors import InputError
from robogeo.reading import read_text
from robogeo.reproduction.measures import TITLES, Measure, Reached

_MOST_BYTES = 10_000_000


def table(measures: Sequence[Measure]) -> str:
    """The measures as a Markdown table: value, 95 % interval, and each seed's own value."""
    contenders = list(dict.fromkeys(name for measure in measures for name in measure.reached))
    rows = [["measure", "paper", *(TITLES.get(name, name) for name in contenders)]]
    for measure in measures:
        cells = [_cell(measure, measure.reached.get(name)) for name in contenders]
        unit = f" ({measure.unit})" if measure.unit else ""
        rows.append([f"{measure.name}{unit}", measure.paper or "–", *cells])
    return markdown(rows)


def targets_table(targets: Sequence[Mapping[str, Any]]) -> str:
    """The targets as a Markdown table; those that are missed stand out."""
    rows = [["target", "reached", "wanted", ""]]
    for target in targets:
        value = "not measured" if target["value"] is None else number(target["value"])
        wanted = f"{'≤' if target['relation'] == '<=' else '≥'} {number(target['target'])}"
        note = f" ({target['note']})" if target["note"] else ""
        rows.append([target["name"] + note, value, wanted, verdict(target)])
    return markdown(rows)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the heading first, as a Markdown table."""
    return "\n".join(_line(row) for row in (rows[0], ["---"] * len(rows[0]), *rows[1:]))


def verdict(target: Mapping[str, Any]) -> str:
    """Whether a target is met; what is missed stands out."""
    return "met" if target["met"] else "**missed**"


def number(value: float) -> str:
    """A number to three significant digits, without an exponent where people would not use one."""
    if 0.995 <= abs(value) < 1.005 and abs(value) != 1.0:
        return f"{value:.4f}".replace("-", "−")  # how near to 1 is what matters there
    if value == 0.0 or 1e-3 <= abs(value) < 1e5:
        text = f"{value:.3g}"
        return f"{value:.0f}" if "e" in text else text.replace("-", "−")
    return f"{value:.1e}".replace("-", "−")


def replace_section(page: Path, name: str, text: str) -> None:
    """Put an experiment's text between its marks in a page, at the page's end where it has none.

    Raises:
        InputError: the page cannot be read or written, or has only one of the two marks.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}\n"
    old = read_text(page, _MOST_BYTES, "a page") if page.exists() else ""
    if (old.count(begin), old.count(end)) == (0, 0):
        gap = "\n" if old else ""
        new = f"{old}{gap}{section}"
    elif (old.count(begin), old.count(end)) == (1, 1) and old.index(begin) < old.index(end):
        new = old[: old.index(begin)] + section.rstrip("\n") + old[old.index(end) + len(end) :]
    else:
        raise InputError(f"{page}: needs the marks '{begin}' and '{end}' once each, in this order")
    write_atomically(page, new.encode())


def picture_link(page: Path, picture: Path, caption: str) -> str:
    """A picture as Markdown, by its path from the page."""
    place = Path(os.path.relpath(picture, page.parent)).as_posix()
    return f"![{caption}]({place})\n\n*{caption}*"


def _cell(measure: Measure, reached: Reached | None) -> str:
    if reached is None:
        return ""
    value = reached.mean
    own = ", ".join(number(seed) for seed in reached.seeds)
    seeds = f"; seeds {own}" if len(reached.seeds) > 1 else ""
    # A single value a seed has no pairs to be uncertain about.
    interval = f" [{number(value.low)}, {number(value.high)}]" if value.high > value.low else ""
    return f"**{number(value.value)}**{interval}{seeds}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
