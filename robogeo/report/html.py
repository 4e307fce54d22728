"""One self-contained page: figures, tables and the video in one file that opens anywhere, for years to come.

No script, no font and no picture comes from elsewhere; a content security policy in the page makes the
browser enforce it. All text is escaped: names of places and files are data, never mark-up.
"""

from __future__ import annotations

import base64
import os
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from robogeo.durable import replacing
from robogeo.errors import InputError
from robogeo.report.cells import Cell, is_numeric, written_column
from robogeo.report.page_style import STYLE

_POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Attributes:
        title: its heading.
        text: paragraphs, parted by blank lines; plain text.
        figures: (PNG bytes, caption) in order; a third text says what is to be seen, for who cannot see it,
            and is the caption where there is none.
        table: rows of equal length, the first one the header. Columns of numbers are aligned right; the
            floats of a column share their decimals, None and NaN become a dash, "12 %" counts as a number.
        video: (mp4 bytes, caption); a third, PNG bytes, is seen until it is played, and on paper.
    """

    title: str
    text: str = ""
    figures: Sequence[tuple[bytes, str] | tuple[bytes, str, str]] = ()
    table: Sequence[Sequence[Cell]] | None = None
    video: tuple[bytes, str] | tuple[bytes, str, bytes] | None = None


def write_report(
    path: str | os.PathLike[str],
    title: str,
    lead: str,
    sections: Sequence[Section],
    *,
    facts: Sequence[tuple[str, str]] = (),
    footer: str = "",
) -> None:
    """Write the report as one HTML file, whole or not at all; the same content gives the same bytes.

    Args:
        path: where the file goes.
        title: the page's heading.
        lead: what was found, in a few sentences; plain text.
        sections: the report's parts, in order.
        facts: (label, value) pairs shown large under the lead, for example ("success at the end", "96 %").
        footer: one closing line, for example the command that made the report.

    Raises:
        InputError: when a figure is no PNG, a table's rows differ in length, or the file cannot be written.
    """
    page = _page(title, lead, sections, facts, footer)
    with replacing(path) as draft:
        draft.write_bytes(page.encode("utf-8", "replace"))


def _page(
    title: str, lead: str, sections: Sequence[Section], facts: Sequence[tuple[str, str]], footer: str
) -> str:
    numbers = iter(range(1, 1 + sum(len(section.figures) for section in sections)))
    parts = [_section(index, section, numbers) for index, section in enumerate(sections, start=1)]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body><main>",
            f"<header><h1>{escape(title)}</h1>",
            _paragraphs(lead, ' class="lead"'),
            _facts(facts),
            _contents(sections),
            "</header>",
            *parts,
            f"<footer>{escape(footer)}</footer>" if footer else "",
            "</main></body>",
            "</html>",
            "",
        ]
    )


def _paragraphs(text: str, attributes: str = "") -> str:
    blocks = (block.strip() for block in text.split("\n\n"))
    return "\n".join(f"<p{attributes}>{_prose(block)}</p>" for block in blocks if block)


def _prose(text: str) -> str:
    """Escaped text in which no line breaks between a number and its percent sign."""
    return re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", escape(text))


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    if not facts:
        return ""
    rows = "\n".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in facts)
    return f'<dl class="facts">\n{rows}\n</dl>'


def _contents(sections: Sequence[Section]) -> str:
    if len(sections) < 3:
        return ""
    links = enumerate((escape(section.title) for section in sections), start=1)
    return (
        "<nav><ol>"
        + "\n".join(f'<li><a href="#part-{i}">{name}</a></li>' for i, name in links)
        + "</ol></nav>"
    )


def _section(index: int, section: Section, numbers: Iterator[int]) -> str:
    parts = [f'<section id="part-{index}"><h2>{escape(section.title)}</h2>', _paragraphs(section.text)]
    if section.video is not None:
        parts.append(_film(*section.video))
    parts += [_figure(png, *texts, number=next(numbers)) for png, *texts in section.figures]
    if section.table is not None:
        parts.append(_table(section.title, section.table))
    return "\n".join([*parts, "</section>"])


def _figure(png: bytes, caption: str, alt: str = "", *, number: int) -> str:
    if not png.startswith(_PNG) or len(png) < 24:
        raise InputError(f"report: figure {number} is not a PNG file; render it with figure_png")
    # The size is stated so that text does not jump while a large page is laid out.
    width, height = struct.unpack(">II", png[16:24])
    return (
        f'<figure><img src="data:image/png;base64,{_base64(png)}" '
        f'width="{width}" height="{height}" alt="{escape(alt or caption)}">\n'
        f"<figcaption><b>Figure {number}.</b> {_prose(caption)}</figcaption></figure>"
    )


def _film(mp4: bytes, caption: str, poster: bytes = b"") -> str:
    first = f'poster="data:image/png;base64,{_base64(poster)}" ' if poster else ""
    return (
        '<figure class="film"><video controls loop muted playsinline preload="metadata" '
        f'aria-label="{escape(caption)}" {first}'
        f'src="data:video/mp4;base64,{_base64(mp4)}"></video>\n'
        f"<figcaption>{_prose(caption)}</figcaption></figure>"
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _table(title: str, rows: Sequence[Sequence[Cell]]) -> str:
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise InputError(f"report: the table of '{title}' needs a header and rows of equal length")
    header, *body = rows
    columns = [written_column([row[i] for row in body]) for i in range(len(header))]
    kinds = [' class="number"' if is_numeric(column) else "" for column in columns]
    lines = [_row("td", [column[i] for column in columns], kinds) for i in range(len(body))]
    head = _row("th", [written_column([cell])[0] for cell in header], kinds, ' scope="col"')
    inside = "\n".join(["<thead>", head, "</thead><tbody>", *lines, "</tbody>"])
    return f'<div class="scroll"><table>{inside}</table></div>'


def _row(tag: str, cells: Sequence[str], kinds: Sequence[str], attributes: str = "") -> str:
    written = (f"<{tag}{kind}{attributes}>{escape(c)}</{tag}>" for c, kind in zip(cells, kinds, strict=True))
    return f"<tr>{''.join(written)}</tr>"
