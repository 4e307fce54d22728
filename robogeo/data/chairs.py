"""Chairs seen from known sides: 31 azimuths at two elevations, as "Seeing 3D chairs" has them.

Aubry, Maturana, Efros, Russell and Sivic, CVPR 2014, rendered their chairs in folders of files like
``image_012_p020_t139_r096.png`` (p: elevation, t: azimuth, degrees); such a folder is read as well as the
renderings of ModelNet10 and IKEA chairs that `public_sets` knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robogeo.data.npy import load_npz
from robogeo.data.pictures import load_pictures, picture_files
from robogeo.data.public_sets import obtain
from robogeo.errors import InputError

SIDE = 64
_ARCHIVES = {"modelnet10": "modelnet10_chairs_64.npz", "ikea": "ikea_chairs_64.npz"}
_VIEW = re.compile(r"_p(\d{1,3})_t(\d{1,3})(?:_|\.)")
_MOST_CHAIRS = 10_000


@dataclass(frozen=True, eq=False)
class ChairViews:
    """Pictures of chairs and where they are seen from.

    Attributes:
        images: (n, v, 64, 64) uint8, white where there is no chair.
        azimuth_deg: (v,) degrees in [0, 360).
        elevation_deg: (v,) degrees.
        names: n names.
    """

    images: NDArray[np.uint8]
    azimuth_deg: NDArray[np.float64]
    elevation_deg: NDArray[np.float64]
    names: tuple[str, ...]

    def seen_from(self, elevation_deg: float) -> ChairViews:
        """Only the views at one elevation, by azimuth.

        Raises:
            InputError: there are fewer than four.
        """
        chosen = np.flatnonzero(self.elevation_deg == elevation_deg)
        if len(chosen) < 4:
            known = sorted(set(self.elevation_deg.tolist()))
            raise InputError(f"chairs: no views at elevation {elevation_deg} degrees; there are {known}")
        chosen = chosen[np.argsort(self.azimuth_deg[chosen])]
        return ChairViews(
            self.images[:, chosen], self.azimuth_deg[chosen], self.elevation_deg[chosen], self.names
        )


def load_chairs(source: str) -> ChairViews:
    """Chairs of ``modelnet10`` or ``ikea``, or of a folder that holds one folder a chair.

    Raises:
        InputError: one line that says which file or folder is missing, damaged or of another form.
    """
    if source in _ARCHIVES:
        return _from_archive(obtain("chairs", _ARCHIVES[source]))
    return _from_folder(Path(source).expanduser())


def _from_archive(file: Path) -> ChairViews:
    held = load_npz(file, ("images", "azimuth_deg", "elevation_deg", "names"))
    images, azimuth, elevation = held["images"], held["azimuth_deg"], held["elevation_deg"]
    views = images.shape[1] if images.ndim == 4 else 0
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[2:] != (SIDE, SIDE):
        raise InputError(f"{file}: images: {images.dtype} {images.shape}, expected uint8 (n, views, 64, 64)")
    if azimuth.shape != (views,) or elevation.shape != (views,) or len(held["names"]) != len(images):
        raise InputError(f"{file}: azimuth_deg, elevation_deg and names do not fit {images.shape} images")
    names = tuple(str(name) for name in held["names"])
    return ChairViews(images, azimuth.astype(np.float64), elevation.astype(np.float64), names)


def _from_folder(folder: Path) -> ChairViews:
    chairs: dict[Path, list[tuple[tuple[int, int], Path]]] = {}
    for file in picture_files(folder):
        view = _VIEW.search(file.name)
        if view is None:
            raise InputError(f"{file}: its name does not say its view; expected .._p020_t139_.. in degrees")
        chairs.setdefault(file.parent, []).append(((int(view[1]), int(view[2]) % 360), file))
    if len(chairs) > _MOST_CHAIRS:
        raise InputError(f"{folder}: holds {len(chairs)} chairs, more than the {_MOST_CHAIRS} allowed")
    ordered = {place: sorted(views) for place, views in chairs.items()}
    sides = [view for view, _ in next(iter(ordered.values()))]
    for place, views in ordered.items():
        if [view for view, _ in views] != sides:
            raise InputError(f"{place}: has other views than the chairs before it ({len(views)} files)")
    images = np.stack([load_pictures([file for _, file in views], SIDE) for views in ordered.values()])
    elevation, azimuth = np.array(sides, dtype=np.float64).T
    return ChairViews(images, azimuth, elevation, tuple(_name(place, folder) for place in ordered))


def _name(place: Path, folder: Path) -> str:
    """Name of a chair; in the original its pictures stand in a folder ``renders`` below the chair's."""
    owner = place.parent if place.name == "renders" and place != folder else place
    return owner.name
