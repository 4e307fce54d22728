"""What a study is made of, fixed before it runs: scenes, strategies, seeds, controls, rules and targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from robogeo.config.file import find_config, packaged_studies, read_tree, validated_as
from robogeo.config.settings import Name, Names, Settings

Share = Annotated[float, Field(gt=0, le=1)]


class SceneSettings(Settings):
    """One scene of a study."""

    experiment: Annotated[str, Field(min_length=1, max_length=4000)] = Field(
        description="the experiment to repeat: its name or the path of its .yaml"
    )
    seeds: int = Field(default=20, ge=1, le=100_000, description="paired seeds, counted from first_seed")
    rounds: int = Field(
        default=20, ge=1, le=10_000, description="rounds of asking at most: the budget of a cell"
    )
    held_out: int | None = Field(
        default=None, ge=1, le=100_000, description="held-out requests; null: as the experiment says"
    )


class ControlSettings(Settings):
    """Controls: what must show no difference, and what must not hurt."""

    experiments: Names = Field(
        default=(), max_length=1000, description="experiments on which the controls are run"
    )
    seeds: int = Field(default=20, ge=1, le=100_000, description="seeds of the controls at most")
    pool_base: int = Field(default=12, ge=1, le=100_000, description="candidates a question at pool ratio 1")
    pool_ratios: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], Field(strict=False)] = Field(
        default=(1, 4, 16), description="sizes of the pool that the proposed strategy meets"
    )


class StudyConfig(Settings):
    """A study of strategies."""

    edition: int = Field(
        default=1,
        ge=1,
        description="raise it when learning changed: cells of an earlier edition are not mixed in",
    )
    first_seed: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="first of the seeds; strategies are tried out on others than a study's own",
    )
    scenes: Annotated[tuple[SceneSettings, ...], Field(strict=False)] = Field(
        min_length=1, max_length=100, description="scenes, with their seeds"
    )
    strategies: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        min_length=2, max_length=100, description="strategies that are compared"
    )
    proposed: Name = Field(default="combined", description="the strategy the claims are about")
    baseline: Name = Field(default="random", description="the strategy nothing may be worse than")
    ratios: dict[Name, Share] = Field(
        default_factory=dict,
        description="by rival: the largest median ratio of demonstrations that the claim allows",
    )
    target: Share = Field(default=0.9, description="success rate that demonstrations are counted to")
    auroc: Share = Field(default=0.9, description="least area under the curve of predicted failures")
    controls: ControlSettings = Field(default=ControlSettings(), description="controls")
    results: str | None = Field(
        default=None, max_length=4000, description="folder of the results; null: the study's own folder"
    )
    figures: str | None = Field(
        default=None, max_length=4000, description="folder of the figures; null: the study's own folder"
    )

    @model_validator(mode="after")
    def _check_names(self) -> StudyConfig:
        experiments = [scene.experiment for scene in self.scenes]
        for field, names, known in (
            ("proposed", (self.proposed,), self.strategies),
            ("baseline", (self.baseline,), self.strategies),
            ("ratios", tuple(self.ratios), self.strategies),
            ("controls.experiments", self.controls.experiments, experiments),
        ):
            unknown = [name for name in names if name not in known]
            if unknown:
                raise ValueError(f"{field} names {unknown[0]!r}, which is not among {', '.join(known)}")
        for field, listed in (("scenes", experiments), ("strategies", list(self.strategies))):
            twice = [name for name in listed if listed.count(name) > 1]
            if twice:
                raise ValueError(f"{field} names {twice[0]!r} twice")
        if self.proposed == self.baseline:
            raise ValueError(f"proposed and baseline are both {self.proposed!r}")
        return self


def load_study(name_or_path: str | Path) -> tuple[StudyConfig, str]:
    """Read a study's configuration; returns it with its name, which is its file's.

    Raises:
        InputError: one line that names the file, the field and the reason.
    """
    file = find_config(name_or_path, packaged_studies())
    return validated_as(StudyConfig, read_tree(file), str(file)), file.stem
