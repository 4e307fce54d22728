"""Acclaim skeletons and motions are read as meant."""

from __future__ import annotations

import numpy as np
import pytest

from robogeo.data.amc import load_motion
from robogeo.data.asf import load_skeleton
from tests.data.acclaim import AMC, ASF

UNIT = 0.0254 / 0.5  # m


@pytest.fixture
def skeleton(tmp_path):
    file = tmp_path / "tiny.asf"
    file.write_text(ASF)
    return load_skeleton(file)


def test_bones_follow_their_parents_in_metres(skeleton):
    assert [bone.name for bone in skeleton.bones] == ["root", "hip", "thigh", "shin"]
    assert [bone.parent for bone in skeleton.bones] == [-1, 0, 1, 2]
    assert [bone.length for bone in skeleton.bones] == pytest.approx([0, 2 * UNIT, 10 * UNIT, 8 * UNIT])
    assert skeleton.bones[2].direction == pytest.approx([0, -1, 0])
    assert skeleton.channels[6:] == ("thigh.rx", "thigh.ry", "thigh.rz", "shin.rx")


def test_motion_in_rad_and_metres_whatever_the_order_of_its_lines(skeleton, tmp_path):
    file = tmp_path / "tiny.amc"
    file.write_text(AMC)
    motion = load_motion(file, skeleton)
    assert motion.shape == (2, 10)
    assert motion[1] == pytest.approx([UNIT, 2 * UNIT, 3 * UNIT, 0, np.pi / 2, 0, 0, 0, 0, np.pi / 2])
    file.write_text(AMC.replace(":DEGREES", ":RADIANS"))
    assert load_motion(file, skeleton)[1, -1] == pytest.approx(90.0)


def test_a_leg_at_rest_and_a_leg_that_kicks(skeleton, tmp_path):
    file = tmp_path / "tiny.amc"
    file.write_text(AMC)
    at_rest, kicking = skeleton.positions(load_motion(file, skeleton)) / UNIT
    assert at_rest == pytest.approx(np.array([[1, 2, 3], [3, 2, 3], [3, -8, 3], [3, -16, 3]]))
    # The root faces right: the hip points backwards, and the shin is thrown from z to x.
    assert kicking == pytest.approx(np.array([[1, 2, 3], [1, 2, 1], [1, -8, 1], [-7, -8, 1]]))


def test_windows_line_ends_and_a_byte_order_mark_are_no_matter(tmp_path, skeleton):
    file = tmp_path / "windows.asf"
    file.write_bytes(b"\xef\xbb\xbf" + ASF.replace("\n", "\r\n").encode())
    assert load_skeleton(file).channels == skeleton.channels


@pytest.mark.data
def test_a_real_person_has_constant_bones_and_walks_on_the_ground(recorded_walks):
    skeleton = recorded_walks.skeleton
    assert len(skeleton.bones) == 31 and len(skeleton.channels) == 62
    for motion in recorded_walks.motions:
        places = skeleton.positions(motion)
        a, b = skeleton.links.T
        lengths = np.linalg.norm(places[:, b] - places[:, a], axis=-1)
        assert np.ptp(lengths, axis=0).max() < 1e-12
        lowest, head = places[..., 1].min(axis=1), places[:, skeleton.place_of("head"), 1]
        assert lowest.min() > -0.02 and lowest.max() < 0.06  # a sole of 2 to 5 cm is no part of the skeleton
        assert np.all((head - lowest > 1.4) & (head - lowest < 1.8))
        trunk = [skeleton.place_of(name) for name in ("root", "thorax", "head")]
        speed = 120.0 * np.linalg.norm(np.diff(places[:, trunk], axis=0), axis=-1)
        assert speed.max() < 3.0  # m/s; limbs are faster, and the markers on them jump
    still = np.concatenate(recorded_walks.motions).std(axis=0) < 1e-9
    bones = {name.split(".")[0] for name, is_still in zip(skeleton.channels, still, strict=True) if is_still}
    assert still.sum() == 6 and bones == {"lclavicle", "rclavicle", "lfingers", "rfingers"}
