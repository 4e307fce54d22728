from __future__ import annotations

from pathlib import Path

import pytest

from robogeo.errors import InputError
from robogeo.reproduction.section import number, replace_section, table, targets_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (3.6, "3.6"),
        (0.38912, "0.389"),
        (-1.5, "−1.5"),
        (12345.0, "12345"),
        (1e-5, "1.0e−05"),
        (0.9997, "0.9997"),
        (1.0, "1"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_only_the_own_section_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    replace_section(page, "a", "first")
    replace_section(page, "b", "second")
    page.write_text(f"# Title\n\n{page.read_text()}\nA remark.\n")
    replace_section(page, "a", "third")
    assert page.read_text() == (
        "# Title\n\n<!-- begin a -->\nthird\n<!-- end a -->\n\n"
        "<!-- begin b -->\nsecond\n<!-- end b -->\n\nA remark.\n"
    )


@pytest.mark.parametrize(
    "text", ["<!-- begin a -->", "<!-- end a --> <!-- begin a -->", "<!-- end a -->\n<!-- end a -->"]
)
def test_broken_marks_are_told_and_nothing_is_lost(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(InputError, match="once each, in this order"):
        replace_section(page, "a", "new")
    assert page.read_text() == text


def test_a_bar_in_a_cell_does_not_break_the_table() -> None:
    row = {"name": "a|b", "value": None, "relation": "<=", "target": 1.0, "met": False, "note": "n"}
    lines = targets_table([row]).splitlines()
    assert {line.count("|") for line in lines} == {5} and "not measured" in lines[-1]
    assert table([]).count("\n") == 1
