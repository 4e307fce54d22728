"""Everything that PyBullet swallows is refused before it, in one line that names file, element and remedy."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.errors import WorldError
from envs.robots import load_robot, robot_names
from envs.simulation import Simulation
from envs.urdf import mesh_file, read_urdf
from tests.envs.small_arm import URDF, write_arm

_VALUES = [
    "",
    "nan",
    "1 2",
    "-1",
    "0",
    "0 0 0",
    "1e400",
    "abc",
    "base",
    "lower",
    "+inf",
    "fixed",
    "continuous",
]


def refusal(folder: Path, urdf: str) -> str:
    write_arm(folder, urdf=urdf)
    with pytest.raises(WorldError) as caught:
        read_urdf(folder / "small.urdf")
    message = str(caught.value)
    assert message.startswith(f"{folder / 'small.urdf'}: ")
    assert "\n" not in message
    return message


def test_a_whole_file_is_read_as_a_tree(tmp_path: Path) -> None:
    write_arm(tmp_path)
    urdf = read_urdf(tmp_path / "small.urdf")
    assert urdf.links == {"base", "upper", "lower", "flange", "finger"}
    assert [joint.name for joint in urdf.above("finger")] == ["grip", "wrist", "elbow", "shoulder"]
    assert (urdf.joints["elbow"].lower, urdf.joints["elbow"].upper) == (-3.1, 3.1)
    assert urdf.joints["wrist"].lower is None


@pytest.mark.parametrize("name", robot_names())
def test_the_shipped_robots_pass(name: str) -> None:
    assert set(load_robot(name).joint_names) <= set(read_urdf(load_robot(name).urdf).joints)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'lower="-2.0" upper="2.0"',
            'lower="2.0" upper="-2.0"',
            "joint 'shoulder' has lower limit 2.0 above",
        ),
        ('lower="-2.0" upper="2.0"', 'lower="-2.0"', "joint 'shoulder' is revolute and has no limits"),
        ('lower="-2.0"', 'lower="nan"', "joint 'shoulder': <limit lower> needs 1 finite number, got 'nan'"),
        ('upper="2.0"', 'upper="inf"', "joint 'shoulder': <limit upper> needs 1 finite number, got 'inf'"),
        ('upper="2.0"', 'upper="two"', "joint 'shoulder': <limit upper> needs 1 finite number, got 'two'"),
        ('effort="50"', 'effort="NaN"', "joint 'shoulder': <limit effort> needs 1 finite number"),
        ('xyz="0 0 0.5"', 'xyz="0 0"', "joint 'shoulder': <origin xyz> needs 3 finite numbers, got '0 0'"),
        ('xyz="0.25 0 0"', 'xyz="0.25 nan 0"', "link 'upper': <origin xyz> needs 3 finite numbers"),
        ('radius="0.02"', 'radius="-inf"', "link 'finger': <sphere radius> needs 1 finite number"),
        ('axis xyz="0 0 1"', 'axis xyz="0 0 0"', "joint 'shoulder' has an axis of length 0"),
        (
            '<link name="base"/>',
            '<link name="base"><contact><stiffness value="inf"/></contact></link>',
            "link 'base': <stiffness value> is 'inf'; make it a finite number",
        ),
        ('mass value="2.0"', 'mass value="nan"', "link 'upper': <mass value> needs 1 finite number"),
        ('mass value="2.0"', 'mass value="-2"', "link 'upper' has mass -2 kg"),
        ('mass value="2.0"', 'mass value="0"', "link 'upper' has mass 0 kg"),
        ('ixx="0.1"', 'ixx="-0.1"', "link 'upper' has a principal inertia of -0.1 kg m^2"),
        ('ixx="0.1"', 'ixx="0"', "link 'upper' has a principal inertia of 0 kg m^2"),
        ('ixy="0"', 'ixy="0.5"', "link 'upper' has a principal inertia of -0.4 kg m^2"),
        ("cube.obj", "lost.obj", "link 'lower': mesh 'lost.obj' is not a file"),
        ('child link="lower"', 'child link="hand"', "joint 'elbow' joins link 'hand', which does not exist"),
        ('child link="lower"', 'child link="upper"', "link 'upper' hangs on two joints"),
        ('<parent link="lower"/>', "", "joint 'wrist' has no parent link"),
        ('name="lower"', 'name="upper"', "link 'upper' comes twice"),
        ('joint name="elbow"', 'joint name="shoulder"', "joint 'shoulder' comes twice"),
        ('type="revolute"', 'type="spherical"', "joint 'shoulder' is of type 'spherical'"),
        (
            '<link name="base"/>',
            '<link name="base"/><link name="island"/>',
            "links base, island are all roots",
        ),
        ('<parent link="base"/>', '<parent link="finger"/>', "link 'finger' is not joined to the root"),
        ("<robot ", "<!DOCTYPE robot [<!ENTITY a 'a'>]><robot ", "declares a document type"),
        ("</robot>", "", "is not XML (no element found"),
        (URDF, "<robot name='r'/>", "has no <link>"),
        ('<robot name="small">', "<robot>", "its outermost element is no <robot name=...>"),
        ('<sphere radius="0.02"/>', "", "link 'finger': <collision> needs a <geometry> with one of box"),
        ('<sphere radius="0.02"/>', "<cone/>", "link 'finger': <collision> needs a <geometry> with one of"),
        ('size="0.5 0.1 0.1"', 'size="0.5 0 0.1"', "needs a <box> with a positive size, got '0.5 0 0.1'"),
        ('radius="0.02"', "", "link 'finger': <collision> needs a <sphere> with a positive radius, got ''"),
        ("robot", "sdf", "its outermost element is no <robot name=...>"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    count = -1 if old == "robot" else 1
    assert old in URDF
    assert said in refusal(tmp_path, URDF.replace(old, new, count))


@pytest.mark.sim
@given(seed=st.integers(0, 100_000))
def test_whatever_passes_loads_and_the_rest_is_refused_in_one_line(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    root = ElementTree.fromstring(URDF)
    for _ in range(random.choice([1, 1, 2])):
        parents = {child: parent for parent in root.iter() for child in parent}
        element = random.choice(list(parents))
        if random.random() < 0.2:
            parents[element].remove(element)
        elif random.random() < 0.2:
            element.tag = random.choice(["link", "joint", "foo", "limit"])
        elif element.attrib:
            element.set(random.choice(list(element.attrib)), random.choice(_VALUES))
    path = write_arm(tmp_path, urdf=ElementTree.tostring(root, encoding="unicode"))
    try:
        robot = load_robot(str(path))
    except WorldError as error:
        assert "\n" not in str(error)
    else:
        Simulation(robot).close()


def test_a_moved_link_without_inertia_is_refused(tmp_path: Path) -> None:
    start = URDF.index("<inertial>")
    end = URDF.index("</inertial>") + len("</inertial>")
    assert "link 'upper' moves but has no <inertial>" in refusal(tmp_path, URDF[:start] + URDF[end:])


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"none\.urdf: cannot be read"):
        read_urdf(tmp_path / "none.urdf")
    assert "is not XML" in refusal(tmp_path, "not xml")


def test_meshes_of_a_package_are_found_in_folders_above(tmp_path: Path) -> None:
    mesh = tmp_path / "my_arm" / "meshes" / "a.stl"
    mesh.parent.mkdir(parents=True)
    mesh.write_text("")
    urdf = tmp_path / "my_arm" / "urdf" / "arm.urdf"
    assert mesh_file(urdf, "package://my_arm/meshes/a.stl") == mesh
    assert mesh_file(urdf, "package://other/meshes/a.stl") == mesh  # as PyBullet has it
    assert mesh_file(urdf, "package://my_arm/meshes/b.stl") is None
