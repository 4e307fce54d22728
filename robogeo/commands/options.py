"""The options of each command of ``robogeo``; their texts are its help."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro

from robogeo.commands.data_options import ReadAs


@dataclass(frozen=True, kw_only=True)
class OnCluster:
    """Work that a cluster may do."""

    cluster: str | None = None
    """Ray cluster that does the work: HOST:PORT of its head, auto for the one this machine is in, or local to
    start one here. Results do not depend on it. Default: processes of this machine."""


@dataclass(frozen=True, kw_only=True)
class Learn(ReadAs, OnCluster):
    """Run an active-learning experiment, or take a stopped one up where it was.

    Each round trains the model, evaluates it on held-out requests, and asks for the motion that the strategy
    finds most wanting: of the demonstrator, or, where a file of recordings is given instead of a
    configuration, for one of these. Repeat the same command to resume.
    """

    config: Annotated[str, tyro.conf.Positional]
    """Configuration file, or the name of one that comes with robogeo (see: robogeo info); or recordings, read
    as the options say and learned as the configuration "recordings" does."""
    robot: str | None = None
    """Robot that recordings are of: a name, its .yaml file, or a tool alone: tool-xy, tool-xyz, tool-pose."""
    out: Path | None = None
    """Folder of the run. Default: runs/CONFIG-STRATEGY-sSEED."""
    set: tuple[str, ...] = field(default_factory=tuple)
    """Fields that replace those of the file, as key=value, for example seed=1 training.steps=500."""
    device: str | None = None
    """Device that trains, in place of the file's training.device: cpu, cuda, or cuda:1. Default: as the file
    says, else cpu."""


@dataclass(frozen=True)
class Generate:
    """Plan motions with a learned model and write them: CSV with a JSON side-car, npz, or ROS messages."""

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    out: Path = Path("motion.csv")
    """File to write: .csv, .npz, .json or .yaml; with --requests, a number is put before the ending."""
    format: Literal["csv", "npz", "ros-json", "ros-yaml"] | None = None
    """Format; the ROS ones are trajectory_msgs/JointTrajectory. Default: as the ending of --out says."""
    start: str | None = None
    """Start configuration q1,..,qn in rad."""
    goal: str | None = None
    """Goal configuration q1,..,qn in rad."""
    requests: Path | None = None
    """CSV file of requests instead: a header s1,..,sn,g1,..,gn and one request a line, in rad."""
    mode: Literal["implicit", "verified"] | None = None
    """Trust the demonstrations, or check each motion against robot and scene. Default: as configured."""
    simulate: bool = True
    """Run each motion in the simulator and tell what happened."""


@dataclass(frozen=True)
class Ask:
    """Write down what a person or a real robot should show next: RUN/queries/ID.json, and a line for each.

    Queries that wait for an answer come first, with the same ids as before. The file tells start, goal, a
    configuration in the middle of the worst stretch, why it is asked, joint names and units.
    """

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    n: int = 1
    """Number of queries."""


@dataclass(frozen=True)
class Tell:
    """Answer a query with a file; telling twice changes nothing.

    The file is a demonstration, .npz with the arrays q, t, source and note, or .csv with the header
    t,q1,..,qn (s, rad); or .json with {"refusal": "reason"}, after which nothing near is asked again, or
    {"failure": "reason"}, after which it may be.
    """

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    query: Annotated[str, tyro.conf.Positional]
    """Id of the query, as robogeo ask tells it."""
    file: Annotated[Path, tyro.conf.Positional]
    """The answer."""
    update: bool = False
    """Learn from all that was told so far, and evaluate it: a round, which takes as long as one."""


@dataclass(frozen=True)
class Verify:
    """Hash everything that a run holds again, and tell what is missing or has changed."""

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""


@dataclass(frozen=True)
class Replay:
    """Run a motion file in the simulator; or compute a run again, and tell whether it comes out the same.

    Motions are .csv, .npz, or a ROS JointTrajectory as .json or .yaml. A run is computed again from the
    answers that it was given: weights, evaluations and questions have to have the same bits.
    """

    path: Annotated[Path, tyro.conf.Positional]
    """The file, or the folder of a run."""
    scene: str = ""
    """Scene to run a motion in; a run knows its own."""
    robot: str = "iiwa"
    """Robot that runs a motion; the file's joint names have to be its own."""
    engine: Literal["pybullet", "mujoco"] = "pybullet"
    """Physics engine that runs a motion."""


@dataclass(frozen=True, kw_only=True)
class Evaluate(OnCluster):
    """Plan fresh requests with a learned model, run them in the simulator and tell how well it went."""

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    requests: int = 48
    """Number of fresh requests."""
    seed: int = 0
    """Seed of the requests."""
    workers: int | None = None
    """Processes. Default: as the run was configured; on a cluster, all of its processors."""
    mode: Literal["implicit", "verified"] | None = None
    """Trust the demonstrations, or check each motion against robot and scene. Default: as configured."""
    engine: Literal["pybullet", "mujoco"] = "pybullet"
    """With mujoco every motion also runs there; tells whether both agree on collisions and tracking."""
    json: Path | None = None
    """File to write the measures to."""


@dataclass(frozen=True, kw_only=True)
class Benchmark(OnCluster):
    """Compare strategies on paired seeds, or go on with a comparison that was stopped.

    Cells that are finished are never run again, so a study grows over many sessions; results are drawn from
    all that are finished, whatever is chosen to be run now.
    """

    config: Annotated[str, tyro.conf.Positional]
    """Configuration file of the study, or the name of one that comes with robogeo."""
    seeds: int | None = None
    """Seeds of each scene to run now, at most. Default: as many as the study has."""
    strategies: str = ""
    """Names a,b of the strategies and controls to run now. Default: all."""
    scenes: str = ""
    """Names a,b of the scenes to run now. Default: all."""
    workers: int | None = None
    """Processes; each runs whole cells. Default: 2; on a cluster, all of its processors."""
    minutes: float | None = None
    """Start no cell after so many minutes. Default: run until all is done."""
    out: Path | None = None
    """Folder of everything. Default: runs in runs/CONFIG, results and figures where the study says."""


@dataclass(frozen=True)
class Reproduce:
    """Run one of the papers' experiments: the paper's recipe beside robogeo's default, or go on with it.

    Names: pendulum, robot-circle, fashion-mnist, human-motion, chairs, graph-vs-neural, active-pendulum,
    active-arm. A whole run in a checkout writes docs/results, docs/images and its section of
    docs/reproductions.md; any other writes into its own folder.
    """

    name: Annotated[str, tyro.conf.Positional]
    """Name of the experiment."""
    quick: bool = False
    """A run of minutes, with the fields under quick in the experiment's configuration."""
    seeds: int | None = None
    """Seeds to run, counted from 0. Default: as many as configured."""
    out: Path | None = None
    """Folder of everything. Default: runs/reproduce/NAME, and docs as above."""


@dataclass(frozen=True)
class View:
    """Show what a run knows in the browser: the arm beside the map of what it learned; ask it, and teach it.

    Serves this machine alone, at the address that is printed, until interrupted. Nothing is fetched from
    elsewhere. While another process writes into the run, it can be looked at but not taught.
    """

    run: Annotated[Path, tyro.conf.Positional]
    """Folder of a run."""
    port: int | None = None
    """Port to listen on. Default: the first free one from 8080."""
    record: Path | None = None
    """Write a replay of motions, and end: one HTML file that opens without a network. Only reads the run."""


@dataclass(frozen=True)
class Fit:
    """Train a model on observations of any kind: rows of numbers or grey pictures.

    An importance-weighted autoencoder with an ensemble of decoder heads, as robogeo map draws it and the
    library measures it. Pictures in bytes are taken as grey levels from 0 to 1. Large .npy files are never
    held in memory whole; other files may have 1 GiB. A fit that is interrupted starts anew.
    """

    data: Annotated[Path, tyro.conf.Positional]
    """Observations (N, D) or pictures (N, height, width): .npy; .npz with one such array; or .gz, as
    Fashion-MNIST comes."""
    out: Path = Path("model.safetensors")
    """File to write the model to, .safetensors."""
    seed: int = 0
    """Seed of the weights, batches and samples."""
    device: str | None = None
    """Device that trains: cpu, cuda, or cuda:1 for the second of several. Default: cpu."""
    set: tuple[str, ...] = field(default_factory=tuple)
    """Fields as key=value, for example latent_dim=4 hidden=[256,256] likelihood=bernoulli steps=20000.
    robogeo info --fields lists all."""


@dataclass(frozen=True)
class Map:
    """Draw the map of a trained model, of an arm or of pictures: PNG or SVG, and an interactive HTML file.

    Of what a run learned, or of a model's file with the observations that it was trained on. Dark ridges: a
    small latent step is a large change. White fog: nothing was shown there.
    """

    source: Annotated[Path, tyro.conf.Positional]
    """Folder of a run, or a model's file (.safetensors)."""
    data: Path | None = None
    """Observations of a model's file, rows (N, D) or pictures (N, height, width): .npy; .npz, in which one
    array alone has the model's width; or .gz, as Fashion-MNIST comes. Pictures are shown on the page."""
    out: Path = Path("map.png")
    """Picture to write, .png or .svg; the interactive file gets the same name with .html."""
    layer: Literal["magnification", "uncertainty", "support"] = "magnification"
    """What the picture shows; the interactive file has all three."""
    round: int | None = None
    """Round of a run whose model is drawn. Default: the last."""
    device: str | None = None
    """Device that evaluates a model's file: cpu, cuda, or cuda:1. Default: cpu."""


@dataclass(frozen=True)
class Info:
    """Show versions, scenes, robots, strategies and configurations."""

    fields: bool = False
    """Show every field of a configuration, and of robogeo fit, with what it is unless it is set."""
