"""Forward kinematics of a captured person: closed forms on a tiny skeleton, facts on a real one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.data.skeleton import Bone, Skeleton, euler
from robogeo.errors import InputError

ANGLE = st.floats(-np.pi, np.pi)
UP, FORTH = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])


def arm(frame=None):
    """A root that moves and turns, an upper bone 2 m up, and a lower one 1 m forth that bends about z."""
    still = np.eye(3)
    root = Bone("root", -1, np.zeros(3), 0.0, still, ("tx", "ty", "tz", "rx", "ry", "rz"))
    upper = Bone("upper", 0, UP, 2.0, still if frame is None else frame, ("rz",))
    lower = Bone("lower", 1, FORTH, 1.0, still, ("rz",))
    return Skeleton((root, upper, lower), np.zeros(3))


def motion(*rows):
    return np.array(rows, dtype=np.float64)


def test_channels_and_their_places():
    skeleton = arm()
    assert skeleton.channels[5:] == ("root.rz", "upper.rz", "lower.rz")
    assert skeleton.columns(["root"]).tolist() == [6, 7]
    assert skeleton.links.tolist() == [[0, 1], [1, 2]]
    with pytest.raises(InputError, match="no bone 'tail'; it has root, upper, lower"):
        skeleton.columns(["tail"])


@given(a=ANGLE, b=ANGLE)
def test_plane_arm_is_where_trigonometry_puts_it(a, b):
    places = arm().positions(motion([1.0, 0.0, 3.0, 0, 0, 0, a, b]))[0]
    elbow = np.array([1.0 - 2.0 * np.sin(a), 2.0 * np.cos(a), 3.0])
    forearm = np.array([np.cos(a + b), np.sin(a + b), 0.0])
    assert places[0] == pytest.approx([1.0, 0.0, 3.0])
    assert places[1] == pytest.approx(elbow)
    assert places[2] == pytest.approx(elbow + forearm)


@given(a=ANGLE)
def test_a_frame_turned_about_its_joint_changes_nothing_and_another_turns_the_axis(a):
    turned = euler("z", [0.7]).reshape(3, 3)
    assert arm(turned).positions(motion([0] * 6 + [a, 0])) == pytest.approx(
        arm().positions(motion([0] * 6 + [a, 0]))
    )
    # A frame whose z lies along the world's x makes rz a turn about x.
    about_x = euler("y", [np.pi / 2]).reshape(3, 3)
    places = arm(about_x).positions(motion([0] * 6 + [a, 0]))[0]
    assert places[1] == pytest.approx([0.0, 2.0 * np.cos(a), 2.0 * np.sin(a)])


@given(angles=st.tuples(ANGLE, ANGLE, ANGLE), bends=st.tuples(ANGLE, ANGLE))
def test_the_root_turns_everything_as_a_rigid_body(angles, bends):
    at_rest = arm().positions(motion([0] * 6 + list(bends)))[0]
    turned = arm().positions(motion([0, 0, 0, *angles, *bends]))[0]
    x, y, z = (euler(axis, [angle]).reshape(3, 3) for axis, angle in zip("xyz", angles, strict=True))
    assert turned == pytest.approx(at_rest @ (z @ y @ x).T, abs=1e-12)


def test_another_number_of_channels_is_refused():
    with pytest.raises(InputError, match=r"shape \(1, 7\); this skeleton needs \(T, 8\)"):
        arm().positions(np.zeros((1, 7)))
