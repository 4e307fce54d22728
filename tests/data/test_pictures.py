"""Pictures from folders: their grey values, their size, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from robogeo.data.pictures import load_pictures, picture_files
from robogeo.errors import InputError


def save(path, array, mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(array, dtype=np.uint8), mode).save(path)
    return path


def test_grey_values_and_order(tmp_path):
    save(tmp_path / "b" / "1.png", np.full((3, 4), 7))
    save(tmp_path / "a" / "2.PNG", np.full((3, 4), 9))
    (tmp_path / "notes.txt").write_text("no picture")
    pictures = load_pictures(picture_files(tmp_path))
    assert pictures.shape == (2, 3, 4) and pictures.dtype == np.uint8
    assert (pictures[0] == 9).all() and (pictures[1] == 7).all()


def test_what_is_transparent_is_white(tmp_path):
    clear = np.zeros((2, 2, 4))
    clear[0, 0, 3] = 255
    grey = load_pictures([save(tmp_path / "x.png", clear, "RGBA")])[0]
    assert grey.tolist() == [[0, 255], [255, 255]]


def test_smaller_pictures_are_means(tmp_path):
    fine = np.kron([[10, 20], [30, 40]], [[0, 2], [4, 6]]) + 0
    small = load_pictures([save(tmp_path / "x.png", fine)], side=2)[0]
    expected = fine.reshape(2, 2, 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(small, expected, atol=1)


def test_another_size_names_the_file(tmp_path):
    files = [save(tmp_path / "a.png", np.zeros((4, 4))), save(tmp_path / "b.png", np.zeros((4, 5)))]
    with pytest.raises(InputError, match=r"b\.png: is 5x4 pixels, the pictures before it 4x4"):
        load_pictures(files)
    with pytest.raises(InputError, match=r"b\.png: is 5x4"):
        load_pictures(files, side=2)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken"])
def test_no_picture_is_one_line(tmp_path, content):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a readable picture") as caught:
        load_pictures([path])
    assert "\n" not in str(caught.value)


def test_a_truncated_picture_is_one_line(tmp_path):
    path = save(tmp_path / "x.png", np.random.default_rng(0).integers(0, 255, (64, 64)))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="not a readable picture"):
        load_pictures([path])


def test_too_large_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (9000, 9000)).save(path)
    with pytest.raises(InputError, match="is 9000x9000 pixels"):
        load_pictures([path])


def test_empty_or_missing_folder(tmp_path):
    with pytest.raises(InputError, match="holds 0 pictures"):
        picture_files(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        picture_files(tmp_path / "absent")
