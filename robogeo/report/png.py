"""A figure, or a picture of pixels, as PNG bytes; the same bytes for the same figure.

matplotlib writes its own version into each PNG; that would change a report's hash with every upgrade of a
library that drew the same pixels, so no metadata is written.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from robogeo.report.style import calm

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


def figure_png(figure: Figure, dpi: int = 110) -> bytes:
    """Render `figure` with the report's look.

    Figures of this package are not registered with pyplot, so the memory goes when the caller drops the
    figure.

    Args:
        figure: any matplotlib figure.
        dpi: pixels per inch; full-width figures are 11 inches wide.

    Returns:
        The PNG file's bytes, without time stamps or versions.
    """
    buffer = io.BytesIO()
    with calm():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def picture_png(pixels: NDArray[np.uint8]) -> bytes:
    """The PNG file's bytes of pixels (h, w) or (h, w, 3)."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
