"""What an experiment is made of: typed fields with bounds, read from YAML.

The file is data, never code. A field that does not exist, has the wrong type or lies out of its bounds is an
error that names the file and the field. The same file and seed give the same run.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from robogeo.config.asking import AskingSettings, StopSettings
from robogeo.config.output import OutputSettings
from robogeo.config.recordings import ObservationSettings, RecordingSettings
from robogeo.config.settings import DeviceName, Name, Names, RobotName, Settings, Widths


class ModelSettings(Settings):
    """The importance-weighted autoencoder and its ensemble of decoder heads."""

    latent_dim: int = Field(default=4, ge=1, le=32, description="dimension d of the latent space")
    hidden: Widths = Field(
        default=(64, 64),
        min_length=1,
        max_length=8,
        description="width of each hidden layer, in encoder and decoder",
    )
    activation: Literal["tanh", "softplus", "elu", "relu"] = Field(
        default="tanh", description="activation; smooth ones give a smooth metric"
    )
    heads: int = Field(
        default=5, ge=1, le=64, description="decoder heads M; their disagreement is the uncertainty"
    )
    importance_samples: int = Field(
        default=5, ge=1, le=1000, description="samples K of the training bound; 1 is a VAE"
    )
    noise: Literal["global", "local"] = Field(
        default="global",
        description="observation noise: one for all points, or a function of the latent point",
    )
    noise_floor: float = Field(default=0.02, gt=0, le=10, description="least observation noise, rad")


class DescentSettings(Settings):
    """How gradient steps go down, whatever is fitted."""

    batch: int = Field(default=128, ge=1, le=1_000_000, description="observations a step")
    learning_rate: float = Field(
        default=1e-2, gt=0, le=1, description="first learning rate of the cosine decay"
    )
    validation_share: float = Field(
        default=0.1, ge=0, le=0.5, description="share of the observations held out for early stopping"
    )
    patience: int = Field(
        default=30,
        ge=1,
        le=10_000,
        description="looks at the held-out bound, one every 50 steps if not said otherwise, without "
        "improvement before stopping",
    )
    augmentation_std: float = Field(
        default=0.0, ge=0, le=10, description="standard deviation of noise added to inputs in training"
    )


class TrainingSettings(DescentSettings):
    """How the model is fitted."""

    steps: int = Field(default=1500, ge=1, le=1_000_000, description="gradient steps of the first training")
    warm: bool = Field(
        default=True,
        description="later trainings start from the previous weights; false: afresh, so that a chart which "
        "began torn is not kept for ever, as happens with pictures of a closed motion",
    )
    warm_steps: int = Field(
        default=1000,
        ge=0,
        le=1_000_000,
        description="steps of later trainings that start from the previous weights",
    )
    restarts: int = Field(
        default=2,
        ge=0,
        le=100,
        description="how often a fit is begun afresh that tears what was demonstrated in one sweep",
    )
    passes: int = Field(
        default=80,
        ge=0,
        le=100_000,
        description="least passes over the observations in the first training; in later ones in proportion",
    )
    augmentation_std: float = Field(
        default=0.04, ge=0, le=10, description="standard deviation of noise added to inputs in training, rad"
    )
    device: DeviceName | None = Field(
        default=None, description="device that trains: cpu, cuda, cuda:1; none means cpu, fastest for arms"
    )

    @field_validator("device")
    @classmethod
    def _usual_device(cls, device: str | None) -> str | None:
        # One name for it: a run's identity is made of what stands here.
        return None if device == "cpu" else device

    def steps_for(self, observations: int, *, first: bool) -> int:
        """Gradient steps of a training on that many observations: enough steps, and enough passes."""
        passes = math.ceil(self.passes * observations / self.batch)
        if first:
            return max(self.steps, passes)
        return max(self.warm_steps, math.ceil(passes * self.warm_steps / self.steps), 1)


class GeometrySettings(Settings):
    """Metric, graph and relaxation."""

    neighbors: int = Field(default=10, ge=1, le=1000, description="neighbours of each node in the graph")
    space: Literal["decoded", "latent"] = Field(
        default="decoded", description="space in which neighbours are sought"
    )
    support_weight: float = Field(
        default=20.0,
        ge=0,
        le=1e6,
        description="cost of lacking support, in multiples of the decoder's median stretch",
    )
    support_width: float = Field(
        default=1.5,
        gt=0,
        le=100,
        description="reach of a node's support, in median distances of successive observations",
    )
    segments: int = Field(default=32, ge=3, le=1024, description="segments of a relaxed geodesic")


class MotionSettings(Settings):
    """From a geodesic to a timed motion."""

    mode: Literal["implicit", "verified"] = Field(
        default="implicit",
        description="implicit trusts the demonstrations; verified checks each motion against robot and scene",
    )
    correction_limit: float = Field(
        default=0.25, ge=0, le=10, description="largest correction that makes a path meet its end points, rad"
    )
    derate: float = Field(
        default=0.9, gt=0, le=1, description="share of the joint limits that a motion may use"
    )
    connection_limit: float = Field(
        default=1.0, ge=0, le=10, description="as correction_limit, where the whole motion is verified, rad"
    )
    margin_m: float = Field(
        default=0.008, ge=0, le=0.2, description="least distance to obstacles of a verified motion, m"
    )
    smoothing: float = Field(
        default=0.04,
        ge=0,
        le=1,
        description="how far a verified motion may leave the path that was found to be smoother, rad a joint",
    )
    correction_reach: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="share of the path along which the correction of an end fades; null: 0.5",
    )
    searches: int = Field(
        default=8, ge=1, le=1000, description="ways looked for before a verified motion is given up"
    )


class SuccessSettings(Settings):
    """When a rolled-out motion counts as a success, beside keeping all joint limits."""

    margin_m: float = Field(default=0.005, ge=0, le=1, description="least distance to obstacles, m")
    goal_tolerance_m: float = Field(
        default=0.005, gt=0, le=1, description="largest distance of the tool from its goal, m"
    )
    goal_tolerance_rad: float = Field(
        default=0.05, gt=0, le=3.15, description="largest turn of the tool from its goal, rad"
    )
    length_ratio: float = Field(
        default=2.0, ge=1, le=100, description="longest joint path, in lengths of the demonstrator's own path"
    )
    abruptness: float = Field(
        default=10.0, ge=1, le=1e6, description="largest abruptness: greatest over median decoded step"
    )


class ExperimentConfig(Settings):
    """One active-learning experiment."""

    scene: Name = Field(
        default="ShelfReach", description="the scene: robot, obstacles, distribution of requests"
    )
    robot: RobotName = Field(default="iiwa", description="the robot arm, by name or as the path of its .yaml")
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="seed of all randomness")
    strategy: Name = Field(default="combined", description="how the next demonstration is chosen")
    permutation: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="control: deals the strategy's utilities out at random, with this key; null does not",
    )
    initial_demonstrations: int = Field(
        default=3, ge=1, le=10_000, description="demonstrations given before asking"
    )
    initial_places: Names = Field(
        default=(),
        max_length=1000,
        description="places the initial demonstrations come from; empty means any",
    )
    rounds: int = Field(default=10, ge=0, le=10_000, description="rounds of asking and retraining")
    queries_per_round: int = Field(default=1, ge=1, le=1000, description="questions asked a round")
    candidates: int = Field(default=200, ge=1, le=100_000, description="requests scored before asking")
    held_out: int = Field(
        default=48, ge=1, le=100_000, description="fresh requests that measure success after a round"
    )
    workers: int = Field(default=2, ge=1, le=1024, description="processes; results do not depend on it")
    spacing: float = Field(
        default=0.05, gt=0, le=10, description="joint arc length between observations, rad"
    )
    recordings: RecordingSettings | None = Field(
        default=None, description="recorded demonstrations; null: all are asked of the scene's demonstrator"
    )
    observation: ObservationSettings | None = Field(
        default=None, description="what the model sees; null: joint angles, or the scene's own pictures"
    )
    model: ModelSettings = Field(default=ModelSettings(), description="the autoencoder")
    training: TrainingSettings = Field(default=TrainingSettings(), description="its training")
    geometry: GeometrySettings = Field(default=GeometrySettings(), description="metric and graph")
    motion: MotionSettings = Field(default=MotionSettings(), description="timed motions")
    success: SuccessSettings = Field(default=SuccessSettings(), description="what counts as success")
    asking: AskingSettings = Field(default=AskingSettings(), description="how queries live")
    stop: StopSettings = Field(default=StopSettings(), description="when to stop early")
    output: OutputSettings = Field(default=OutputSettings(), description="video and figures")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_the_scene_of_recordings(cls, tree: Any) -> Any:
        recordings = tree.get("recordings") if isinstance(tree, dict) else None
        asked = isinstance(recordings, dict) and recordings.get("oracle", "recordings") == "recordings"
        return {"scene": "Free", **tree} if asked else tree

    @field_validator("robot")
    @classmethod
    def _find_robot_from_anywhere(cls, robot: str) -> str:
        """A path is kept in full, so that a run can be resumed from another folder."""
        return str(Path(robot).expanduser().resolve()) if robot.endswith(".yaml") else robot

    @model_validator(mode="after")
    def _check_queries(self) -> ExperimentConfig:
        if self.queries_per_round > self.candidates:
            raise ValueError(
                f"queries_per_round is {self.queries_per_round}, more than the {self.candidates} candidates"
            )
        if self.recorded and self.stop.success is not None:
            raise ValueError(
                "stop.success needs fresh requests without end, which recordings are not; leave it"
            )
        return self

    @property
    def recorded(self) -> bool:
        """Whether recordings are asked, and requests come from them."""
        return self.recordings is not None and self.recordings.oracle == "recordings"

    @property
    def metres_per_radian(self) -> float | None:
        """Movement of the tool, m, that the model takes for a radian; None: it sees joints alone."""
        seen = self.observation
        return None if seen is None or seen.kind == "joints" else seen.metres_per_radian

    def as_dict(self) -> dict[str, Any]:
        """Return all fields as plain data that YAML and JSON can hold."""
        return self.model_dump(mode="json")


# Fields that change how a run is computed or shown but not its results: a run may be resumed with others.
NOT_IDENTITY = ("workers", "output")
