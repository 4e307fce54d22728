"""What the page says: verdicts, questions and checks as HTML; names and texts of others are escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from robogeo.learning.queries import Query
from robogeo.learning.question_file import PURPOSES
from robogeo.report.style import PALETTE
from robogeo.viewer.lesson import Check, Preview
from robogeo.viewer.route import Verdict

_LOOK = {
    "looking": ("#52606d", "&#8230;"),
    "safe": ("#0b6b3a", "&#10003;"),
    "unsafe": ("#a3320b", "&#10007;"),
    "refused": ("#8a1538", "&#9888;"),
}
_BOX = "font:14px/1.45 system-ui,sans-serif;padding:2px 14px 6px;color:#1f2933"


def verdict_html(verdict: Verdict | None, hint: str) -> str:
    """The verdict, told by word and sign and not by colour alone; a hint where there is none yet."""
    if verdict is None:
        return f'<div style="{_BOX};color:#52606d">{escape(hint)}</div>'
    color, sign = _LOOK[verdict.word]
    return (
        f'<div style="{_BOX}" role="status" data-verdict="{verdict.word}">'
        f'<b style="color:{color};font-size:16px">{sign} {verdict.word}</b><br>{escape(verdict.reason)}</div>'
    )


def query_html(query: Query, state: str) -> str:
    """A question with its score in parts, rad, as bars."""
    longest = max(max(query.parts.values(), default=0.0), 1e-9)
    bars = "".join(
        _bar(name, value, value / longest, PALETTE[number % len(PALETTE)])
        for number, (name, value) in enumerate(query.parts.items())
    )
    why = PURPOSES.get(query.kind, "")
    return (
        f'<div style="{_BOX}"><b>{escape(query.id)}: {escape(query.request.name)}</b> ({escape(state)})<br>'
        f"{escape(query.kind)}: {escape(why)}. Expected to mend {query.predicted_gain:.0%} of what is wrong "
        f'with requests.<div style="margin-top:6px"><b>Score {query.score:.2f}</b>; wrong along the way, rad:'
        f"</div>{bars}</div>"
    )


def checks_html(preview: Preview) -> str:
    """What was looked at, line by line, and whether it may be accepted."""
    lines = "".join(
        f"<div>{_sign(check)} <b>{escape(check.name)}</b>: {escape(check.found)}</div>"
        for check in preview.checks
    )
    return (
        f'<div style="{_BOX}" role="status" data-checks="{"good" if preview.good else "bad"}">{lines}</div>'
    )


def note_html(text: str) -> str:
    """A remark."""
    return f'<div style="{_BOX}" role="status">{escape(text)}</div>'


def keys_html(keys: Mapping[str, str]) -> str:
    """What keys do."""
    rows = "".join(
        f'<tr><td style="padding-right:12px"><kbd>{escape(key)}</kbd></td><td>{escape(what)}</td></tr>'
        for key, what in keys.items()
    )
    return f'<div style="{_BOX}"><table>{rows}</table></div>'


def _bar(name: str, value: float, share: float, color: str) -> str:
    return (
        '<div style="display:flex;align-items:center;gap:6px">'
        f'<span style="width:86px">{escape(name)}</span>'
        f'<span style="flex:1;background:#eef0f2;height:11px"><span style="display:block;height:11px;'
        f'width:{100.0 * max(share, 0.0):.0f}%;background:{color}"></span></span>'
        f'<span style="width:38px;text-align:right">{value:.2f}</span></div>'
    )


def _sign(check: Check) -> str:
    """A tick; a cross for what bars the demonstration; a warning for what does not."""
    return "&#10003;" if check.holds else "&#10007;" if check.bars else "&#9888;"
