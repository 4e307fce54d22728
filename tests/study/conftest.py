from __future__ import annotations

from pathlib import Path

import pytest

STUDY = """
scenes: [{{experiment: {experiment}, seeds: 3, rounds: 1}}]
strategies: [combined, random, farthest]
ratios: {{random: 0.6, farthest: 0.8}}
controls: {{experiments: [{experiment}], pool_base: 2, pool_ratios: [1, 2]}}
"""


@pytest.fixture(scope="session")
def study_file(tiny_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of the tiny experiment."""
    file = tmp_path_factory.mktemp("study") / "small_study.yaml"
    file.write_text(STUDY.format(experiment=tiny_file))
    return file
