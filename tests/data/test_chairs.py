"""Chairs: archive and folder give the same views; what does not fit is told."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from robogeo.data.chairs import load_chairs
from robogeo.data.folder import data_folder
from robogeo.errors import InputError


def draw(folder, chair, views, side=128):
    for number, (elevation, azimuth) in enumerate(views):
        place = folder / chair / "renders" / f"image_{number:03}_p{elevation:03}_t{azimuth:03}_r096.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (side, side), (azimuth % 256,) * 3).save(place)


VIEWS = [(20, 11), (20, 139), (20, 0), (20, 348), (30, 11), (30, 90), (30, 0), (30, 348)]


def test_a_folder_as_the_authors_render_it(tmp_path):
    for chair in ("1a", "2b"):
        draw(tmp_path, chair, VIEWS)
    chairs = load_chairs(str(tmp_path))
    assert chairs.images.shape == (2, 8, 64, 64) and chairs.names == ("1a", "2b")
    low = chairs.seen_from(20)
    assert low.azimuth_deg.tolist() == [0, 11, 139, 348]
    assert (low.images[1, 2] == 139).all()


def test_chairs_with_other_views_are_named(tmp_path):
    draw(tmp_path, "1a", VIEWS)
    draw(tmp_path, "2b", VIEWS[:-1])
    with pytest.raises(InputError, match=r"2b.*other views"):
        load_chairs(str(tmp_path))


def test_names_without_a_view_are_refused(tmp_path):
    Image.new("L", (64, 64)).save(tmp_path / "chair.png")
    with pytest.raises(InputError, match="does not say its view"):
        load_chairs(str(tmp_path))


def test_unknown_elevation_lists_the_known(tmp_path):
    draw(tmp_path, "1a", VIEWS)
    with pytest.raises(InputError, match=r"elevation 25 degrees; there are \[20\.0, 30\.0\]"):
        load_chairs(str(tmp_path)).seen_from(25)


@pytest.mark.data
@pytest.mark.parametrize(("source", "count"), [("modelnet10", 80), ("ikea", 5)])
def test_the_renderings_at_hand(source, count):
    if not (data_folder() / "chairs").is_dir():
        pytest.skip(f"no chairs in {data_folder()}; ROBOGEO_DATA names another folder")
    chairs = load_chairs(source)
    assert chairs.images.shape == (count, 62, 64, 64)
    turned = chairs.seen_from(20)
    np.testing.assert_allclose(turned.azimuth_deg, np.arange(31) * 360 / 31)
    assert turned.images.mean() > 200  # mostly white
