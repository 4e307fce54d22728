"""Pictures of what was learned, and one self-contained page that holds them.

Every function turns plain arrays into a figure, a file or bytes; nothing here knows models, robots or
environments. matplotlib and the video encoder are imported by the functions that need them, so that
importing this package is cheap.
"""

from __future__ import annotations

from robogeo.report.html import Section, write_report
from robogeo.report.joint_curves import joint_curves
from robogeo.report.latent_map import latent_map, latent_map_caption
from robogeo.report.latent_view import LatentView
from robogeo.report.learning_curve import learning_curve
from robogeo.report.png import figure_png, picture_png
from robogeo.report.projection import Projection
from robogeo.report.query_parts import query_parts
from robogeo.report.recorded_ways import recorded_ways
from robogeo.report.reliability import reliability_diagram
from robogeo.report.success_by_place import success_by_place
from robogeo.report.video import still, write_video

__all__ = [
    "LatentView",
    "Projection",
    "Section",
    "figure_png",
    "joint_curves",
    "latent_map",
    "latent_map_caption",
    "learning_curve",
    "picture_png",
    "query_parts",
    "recorded_ways",
    "reliability_diagram",
    "still",
    "success_by_place",
    "write_report",
    "write_video",
]
