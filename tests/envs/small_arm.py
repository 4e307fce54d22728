"""A small arm of two turning joints and one finger, as text: what is broken on purpose starts from here."""

from __future__ import annotations

from pathlib import Path

URDF = """<robot name="small">
  <link name="base"/>
  <link name="upper">
    <inertial><mass value="2.0"/><inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>
    <collision><origin xyz="0.25 0 0"/><geometry><box size="0.5 0.1 0.1"/></geometry></collision>
  </link>
  <link name="lower">
    <inertial><mass value="1.0"/><inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>
    <collision>
      <origin xyz="0.2 0 0"/><geometry><mesh filename="cube.obj" scale="0.4 0.1 0.1"/></geometry>
    </collision>
  </link>
  <link name="flange"/>
  <link name="finger">
    <inertial><mass value="0.1"/><inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>
    <collision><origin xyz="0.05 0 0"/><geometry><sphere radius="0.02"/></geometry></collision>
  </link>
  <joint name="shoulder" type="revolute">
    <parent link="base"/><child link="upper"/><origin xyz="0 0 0.5"/><axis xyz="0 0 1"/>
    <limit lower="-2.0" upper="2.0" effort="50" velocity="3"/>
  </joint>
  <joint name="elbow" type="revolute">
    <parent link="upper"/><child link="lower"/><origin xyz="0.5 0 0.12"/><axis xyz="0 0 1"/>
    <limit lower="-3.1" upper="3.1" effort="50" velocity="3"/>
  </joint>
  <joint name="wrist" type="fixed"><parent link="lower"/><child link="flange"/><origin xyz="0.4 0 0"/></joint>
  <joint name="grip" type="prismatic">
    <parent link="flange"/><child link="finger"/><axis xyz="0 1 0"/>
    <limit lower="0.0" upper="0.04" effort="20" velocity="0.2"/>
  </joint>
</robot>
"""

SPEC = """name: small
urdf: small.urdf
joints: [shoulder, elbow]
held: {grip: 0.02}
tool: {link: flange, offset_m: [0.0, 0.0, 0.0], width_m: 0.1}
reach_m: 0.9
rest_rad: [0.0, 1.0]
limits:
  position_rad: [2.0, 3.0]
  velocity_rad_s: [2, 2]
  acceleration_rad_s2: [8, 8]
  jerk_rad_s3: [80, 80]
  torque_nm: [50, 50]
"""

CUBE = "".join(f"v {x} {y} {z}\n" for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5))
FACES = "".join(
    f"f {face}\n"
    for face in (
        "1 2 4",
        "1 4 3",
        "5 7 8",
        "5 8 6",
        "1 5 6",
        "1 6 2",
        "3 4 8",
        "3 8 7",
        "1 3 7",
        "1 7 5",
        "2 6 8",
        "2 8 4",
    )
)


def write_arm(folder: Path, urdf: str = URDF, spec: str = SPEC) -> Path:
    """Write the arm's three files and return the path of the robot's file."""
    (folder / "small.urdf").write_text(urdf)
    (folder / "cube.obj").write_text(CUBE + FACES)
    (folder / "small.yaml").write_text(spec)
    return folder / "small.yaml"
