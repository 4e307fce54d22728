"""The report of one run: what it could do before, what it asked, what it can do now, shown on one page."""

from __future__ import annotations

from robogeo.run.report.writing import write_run_report

__all__ = ["write_run_report"]
