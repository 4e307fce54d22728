"""The sections of a run on recordings that take the place of success from place to place."""

from __future__ import annotations

from robogeo.recorded_report import recordings_section, success_section, ways_section
from robogeo.report import Section
from robogeo.run_report.run import Run


def recorded_success(run: Run) -> Section:
    """Learning curve, and success for every recording that was held out."""
    return success_section(run.learner, run.rounds, run.evaluations)


def recordings(run: Run) -> Section:
    """What became of every recording."""
    return recordings_section(run.learner, run.rounds)


def beside(run: Run) -> Section | None:
    """Planned ways beside the recorded ones."""
    return ways_section(run.learner)
