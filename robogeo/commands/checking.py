"""The commands that check what was done before: a run's files, a run's results, a motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robogeo.errors import InputError, RobogeoError
from robogeo.progress import Progress

if TYPE_CHECKING:
    from robogeo.commands.options import Replay, Verify
    from robogeo.motion.environment import Execution


def verify(command: Verify) -> None:
    """``robogeo verify``: is a run what it was?"""
    from robogeo.learning.verification import verified

    found = verified(command.run)
    for fault in found.faults:
        print(fault)
    if found.faults:
        raise RobogeoError(f"{command.run}: {len(found.faults)} of its parts are not what they were")
    print(f"sound: {found.events} events, {found.files} files")
    if not found.sealed:
        print("not sealed, for a command is at work or was killed: report and figures were not checked")


def replay(command: Replay) -> None:
    """``robogeo replay``: a motion in the simulator, or a run once more."""
    if command.path.is_dir():
        _recompute(command)
    else:
        _run_motion(command)


def _recompute(command: Replay) -> None:
    from robogeo.commands.recomputation import recomputed

    with Progress() as progress:
        found = recomputed(command.path, progress)
    if found.difference:
        raise RobogeoError(
            f"{command.path}: {found.difference}; the {found.events} events before it came out the same"
        )
    print(f"the same, bit for bit: {found.events} events computed again from the answers that were given")


def _run_motion(command: Replay) -> None:
    from robogeo.motion.exchange import check_joints, read_motion
    from robogeo.motion.trajectory import at_rate
    from robogeo.motion.world import World

    if not command.scene:
        raise InputError(f"{command.path}: say with --scene where to run it; 'robogeo info' lists the scenes")
    motion, names = read_motion(command.path)
    with World(command.scene, command.robot) as world:
        check_joints(command.path, motion, names, world.joint_names)
        worst = world.limits.violation(motion)
        print("shares of the limits:", ", ".join(f"{name} {share:.3f}" for name, share in worst.items()))
        execution = world.execute(at_rate(motion), command.engine)
        if world.has_body:
            print(f"{command.engine}: {what_was_seen(execution)}")
        if execution.collision or not world.limits.satisfied(motion, tolerance=1e-6):
            raise RobogeoError(f"{command.path}: the motion touches something or breaks a limit")


def what_was_seen(execution: Execution) -> str:
    """What the simulator saw of a motion, for people."""
    return (
        f"{'COLLISION' if execution.collision else 'no collision'}, "
        f"clearance {1000 * execution.min_clearance_m:.0f} mm, "
        f"goal error {1000 * execution.goal_error_m:.2f} mm, "
        f"tracking {1000 * execution.tracking_rmse_rad:.1f} mrad"
    )
