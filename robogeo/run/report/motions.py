"""The section about motions: each with its measures in the simulator, the first as video and curves."""

from __future__ import annotations

from typing import Any

from robogeo.motion.environment import Execution
from robogeo.motion.exchange import verify_written
from robogeo.motion.planner import Plan
from robogeo.motion.request import Request
from robogeo.motion.trajectory import save_motion
from robogeo.report import Section, joint_curves, picture_png, still, write_video
from robogeo.run.report.sources import Run

Ran = tuple[Request, Plan, Execution]

_HEAD = (
    "request",
    "duration, s",
    "joint path, {unit}",
    "clearance, mm",
    "goal error, mm",
    "tracking error, mrad",
    "largest torque, % of limit",
    "abruptness",
    "ends corrected, {unit}",
)


def motions(run: Run) -> Section | None:
    """Motions that were possible at the end; the first, if there is one, was not before."""
    learner, world = run.learner, run.learner.world
    planned = [(request, learner.plans.plan(request)) for request in run.requests]
    ran: list[Ran] = [
        (request, plan, world.execute(plan.motion)) for request, plan in planned if isinstance(plan, Plan)
    ]
    for number, (_, plan, _) in enumerate(ran):
        path = learner.folder.file(f"motions/held-out-{number}.csv")
        save_motion(path, plan.motion, world.joint_names, world.limits, world.scene)
        verify_written(path, world.limits)
    if not ran:
        return None
    before = "out of reach" if run.first_is_new else "served already"
    run_in, shown = (
        (" and run in the simulator", ", and is the one that is shown") if world.has_body else ("", "")
    )
    text = (
        f"Held-out requests, planned{run_in}; they are in the folder motions/, as CSV. The first was "
        f"{before} before asking{shown}."
    )
    figures, video = _shown(run, *ran[0])
    return Section("Motions", text, figures, table=_table(ran, world.limits.unit), video=video)


def _shown(
    run: Run, request: Request, plan: Plan, execution: Execution
) -> tuple[list[tuple[bytes, str, str]], tuple[bytes, str, bytes] | None]:
    """Film strip and joint curves of a motion, and its video if one is wanted."""
    learner, world, motion = run.learner, run.learner.world, plan.motion
    if not world.has_body:  # a tool alone has no joints to draw, and nothing to film
        return [], None
    arrays = (motion.t, motion.q, motion.qd, motion.qdd, motion.qddd)
    curves = run.figure(
        "joint_curves", joint_curves(*arrays, limits=vars(world.limits), joint_names=world.joint_names)
    )
    shares = ", ".join(f"{name} {share:.0%}" for name, share in world.limits.violation(motion).items())
    figures = [
        (
            curves,
            f"{request.name}: {motion.duration:.1f} s, within all limits.",
            f"curves of all {world.dof} joints over time; largest shares of the limits: {shares}",
        )
    ]
    output = learner.config.output
    if not output.video:
        return figures, None
    seen = f"{request.name}, as run in the simulator."
    frames = world.appearance.film(execution.q, output.video_fps, output.video_size)
    strip = run.figure("film_strip", still(frames, fps=output.video_fps))
    figures.insert(0, (strip, seen, f"five pictures of the arm on its way from {request.name}"))
    path = learner.folder.file("video.mp4")
    write_video(frames, path, output.video_fps)
    return figures, (path.read_bytes(), seen, picture_png(frames[0]))


def _table(ran: list[Ran], unit: str) -> list[list[Any]]:
    rows: list[list[Any]] = [[name.format(unit=unit) for name in _HEAD]]
    for request, plan, seen in ran:
        row = [
            plan.motion.duration,
            plan.motion.path_length,
            1000.0 * seen.min_clearance_m,
            1000.0 * seen.goal_error_m,
            1000.0 * seen.tracking_rmse_rad,
            100.0 * seen.peak_torque_fraction,
            plan.abruptness,
            plan.correction,
        ]
        rows.append([request.name, *row])
    return rows
