"""A small skeleton and a motion of it, as text, for the tests of their readers."""

ASF = """# a comment
:version 1.10
:name tiny
:units
  mass 1.0
  length 0.5
  angle deg
:documentation
   begin with this
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name thigh
     direction 0 -2 0
     length 10
     axis 0 0 20 XYZ
     dof rx ry rz
     limits (-160.0 20.0)
            (-70.0 70.0)
            (-60.0 70.0)
  end
  begin
     id 2
     name hip
     direction 1 0 0
     length 2
     axis 0 0 0 XYZ
  end
  begin
     id 3
     name shin
     direction 0 -1 0
     length 8
     axis 0 0 0 XYZ
     dof rx
     limits (-10.0 170.0)
  end
:hierarchy
  begin
    root hip
    hip thigh
    thigh shin
  end
"""
AMC = """#!OML:ASF tiny.ASF
:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 0 0 0
thigh 0 0 0
shin 0
2
root 1 2 3 0 90 0
shin 90
thigh 0 0 0
"""
