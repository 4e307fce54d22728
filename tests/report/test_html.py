from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from robogeo.errors import InputError
from robogeo.report import Section, figure_png, still, write_report
from robogeo.report.cells import is_numeric, written_column

HOSTILE = '<script>alert("x")</script> & <img src=http://evil.example/x.png>'
VOID = {"meta", "img", "br"}


class _Page(HTMLParser):
    """Collects elements and text, and fails when tags do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def png() -> bytes:
    return figure_png(still(np.zeros((2, 10, 20, 3), np.uint8)), dpi=40)


def _write(path: Path, *sections: Section, **rest) -> _Page:
    write_report(path, rest.pop("title", "robogeo"), rest.pop("lead", "It learned."), sections, **rest)
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert page.open == []
    return page


def test_page_holds_figures_video_table_and_facts(tmp_path: Path, png: bytes) -> None:
    table = [["round", "success"], [0, "12 %"], [1, "96 %"]]
    page = _write(
        tmp_path / "report.html",
        Section("What was learned", "One.\n\nTwo.", [(png, "A map."), (png, "A curve.")], table),
        Section("How it moves", video=(b"\x00mp4", "Roll-outs.", png)),
        Section("Where", figures=[(png, "Places.")]),
        facts=[("success", "96 %")],
        footer="robogeo learn quickstart",
    )
    images = page.all("img")
    assert [image["alt"] for image in images] == ["A map.", "A curve.", "Places."]
    assert base64.b64decode(images[0]["src"].partition(",")[2]) == png
    assert int(images[0]["width"]) > int(images[0]["height"]) > 0
    assert base64.b64decode(page.all("video")[0]["src"].partition(",")[2]) == b"\x00mp4"
    assert base64.b64decode(page.all("video")[0]["poster"].partition(",")[2]) == png
    assert "controls" in page.all("video")[0]
    assert [word for word in page.words if word.startswith("Figure")] == [
        "Figure 1.",
        "Figure 2.",
        "Figure 3.",
    ]
    assert len(page.all("tr")) == 3 and all(cell == {"class": "number"} for cell in page.all("td"))
    assert [link["href"] for link in page.all("a")] == ["#part-1", "#part-2", "#part-3"]
    assert {"One.", "Two.", "It learned.", "96 %", "robogeo learn quickstart"} <= set(page.words)


def test_nothing_is_fetched_from_elsewhere(tmp_path: Path, png: bytes) -> None:
    page = _write(tmp_path / "r.html", Section("s", figures=[(png, "c")], video=(b"v", "c")))
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "poster", "data"):
            assert attributes.get(name, "data:").startswith(("data:", "#"))
    assert page.all("script") == page.all("link") == page.all("iframe") == []
    style = next(word for word in page.words if "font-variant-numeric" in word)
    assert not re.search(r"url\(|@import|https?:", style)
    assert any("default-src 'none'" in (meta.get("content") or "") for meta in page.all("meta"))


def test_all_text_is_escaped(tmp_path: Path, png: bytes) -> None:
    page = _write(
        tmp_path / "r.html",
        Section(HOSTILE, HOSTILE, [(png, HOSTILE)], [[HOSTILE], [HOSTILE]], (b"v", HOSTILE)),
        Section(HOSTILE),
        Section(HOSTILE),
        title=HOSTILE,
        lead=HOSTILE,
        facts=[(HOSTILE, HOSTILE)],
        footer=HOSTILE,
    )
    assert page.all("script") == [] and len(page.all("img")) == 1
    assert page.all("img")[0]["alt"] == HOSTILE
    assert sum(HOSTILE in word for word in page.words) == 17


def test_same_content_same_bytes_and_a_failure_keeps_the_old_page(tmp_path: Path, png: bytes) -> None:
    path = tmp_path / "r.html"
    _write(path, Section("s", figures=[(png, "c")]))
    before = path.read_bytes()
    _write(path, Section("s", figures=[(png, "c")]))
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="figure 1 is not a PNG"):
        _write(path, Section("s", figures=[(b"GIF89a", "c")]))
    with pytest.raises(InputError, match="equal length"):
        _write(path, Section("s", table=[["a", "b"], [1]]))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_no_line_breaks_between_a_number_and_its_percent_sign(tmp_path: Path) -> None:
    page = _write(tmp_path / "r.html", Section("s", "From 5 % to 96 %."), lead="It reached 96 % & more.")
    assert {"From 5\N{NO-BREAK SPACE}% to 96\N{NO-BREAK SPACE}%."} <= set(page.words)
    assert "It reached 96\N{NO-BREAK SPACE}% & more." in page.words


def test_unwritable_place_and_lone_surrogates(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        write_report(tmp_path / "file" / "r.html", "t", "l", [])
    write_report(tmp_path / "r.html", "bad \udcff name", "l", [])
    assert "bad ? name" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([14.2, 8.123, 2.0], ["14.2", "8.1", "2.0"]),
        ([6.31, None, float("nan"), -0.5], ["6.31", "–", "–", "−0.50"]),
        ([1.0, 1e-5], ["1", "1e−05"]),
        ([3, np.int64(12), np.float32(0.5)], ["3", "12", "0.500"]),
        ([True, False], ["yes", "no"]),
        ([0.0, 0.0], ["0.0", "0.0"]),
        ([1234.5], ["1234"]),
    ],
)
def test_columns_share_their_decimals(cells: list, texts: list[str]) -> None:
    assert written_column(cells) == texts


@pytest.mark.parametrize(
    ("texts", "numeric"),
    [(["12 %", "–"], True), (["−0.5", "+3"], True), (["bridge", "3"], False), (["–"], False), ([], False)],
)
def test_numeric_columns(texts: list[str], numeric: bool) -> None:
    assert is_numeric(texts) is numeric


def test_figures_say_what_is_to_be_seen_and_the_page_knows_the_dark(tmp_path: Path, png: bytes) -> None:
    figures = [(png, "Caption.", f"a curve that rises {HOSTILE}"), (png, "Another.")]
    page = _write(tmp_path / "r.html", Section("s", figures=figures, video=(b"v", "A roll-out.")))
    assert [image["alt"] for image in page.all("img")] == [f"a curve that rises {HOSTILE}", "Another."]
    assert page.all("video")[0]["aria-label"] == "A roll-out."
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text and HOSTILE not in text
