"""Motion: joint limits, smooth paths, time laws that keep every limit, and measures of smoothness."""

from __future__ import annotations

from robogeo.motion.limits import JointLimits
from robogeo.motion.path import smooth_path
from robogeo.motion.smoothness import abruptness, log_dimensionless_jerk, rms_jerk, sparc
from robogeo.motion.timing import time_path
from robogeo.motion.trajectory import Motion, MotionDescription, load_description, load_motion, save_motion

__all__ = [
    "JointLimits",
    "Motion",
    "MotionDescription",
    "abruptness",
    "load_description",
    "load_motion",
    "log_dimensionless_jerk",
    "rms_jerk",
    "save_motion",
    "smooth_path",
    "sparc",
    "time_path",
]
