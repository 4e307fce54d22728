"""Damaged skeletons and captured motions are refused in one line that names the file and the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from robogeo.data.amc import load_motion
from robogeo.data.asf import load_skeleton
from robogeo.data.cmu_mocap import recorded
from robogeo.errors import InputError
from tests.data.acclaim import AMC, ASF


@pytest.fixture
def skeleton(tmp_path):
    (tmp_path / "good.asf").write_text(ASF)
    return load_skeleton(tmp_path / "good.asf")


def refusal(read, file: Path, content: str | bytes) -> str:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ") and "\n" not in message and len(message) < 400
    return message.removeprefix(f"{file}: ")


CHANGED_SKELETONS = [
    ("     length 10", "     length ten", "line 20: 'length ten' holds something that is no number"),
    ("     length 10", "     length nan", "line 20: 'length nan' holds a number that is not finite"),
    ("     length 10", "     length 1e300", "is huge"),
    ("     length 10", "     length -1", "line 20: bone 'thigh' has a negative length"),
    ("     length 10", "     width 10", "line 16: lacks the field 'length'"),
    ("direction 0 -2 0", "direction 0 0 0", "line 19: bone 'thigh' has no direction"),
    ("direction 0 -2 0", "direction 0 -2", "line 19: 'direction' needs 3 numbers, got 2"),
    ("axis 0 0 20 XYZ", "axis 0 0 20 XYY", "an axis order must name X, Y and Z once, got 'XYY'"),
    ("axis 0 0 20 XYZ", "axis 0 0 20", "line 21: an axis needs three angles and their order"),
    ("dof rx ry rz", "dof rx ry tx", "line 22: bone 'thigh' may only turn"),
    ("name shin", "name hip", "two bones have the same name"),
    ("order TX TY TZ RX RY RZ", "order TX TY TZ RX RY", "line 11: the root's order must name"),
    ("length 0.5", "length 0", "line 6: the unit of length must be positive"),
    ("angle deg", "angle turns", "line 7: angles must be in deg or rad"),
    ("    hip thigh", "    hip thigh tail", "line 46: there is no bone 'tail'"),
    ("    thigh shin", "    thigh shin hip", "line 47: 'hip' hangs on two bones"),
    ("    hip thigh\n", "", "bone 'thigh' does not hang on the root"),
    ("    root hip\n", "    shin hip\n", "does not hang on the root"),
    (":units", ":unities", "has no section 'units'"),
    ("  mass 1.0", ":units", "section 'units' appears twice"),
    ("     id 2", "  begin", "line 28: a second begin before the end of the one in line 27"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGED_SKELETONS)
def test_changed_skeletons(tmp_path, old, new, told):
    assert old in ASF
    assert told in refusal(load_skeleton, tmp_path / "bad.asf", ASF.replace(old, new, 1))


def test_skeletons_that_are_none(tmp_path):
    file = tmp_path / "bad.asf"
    assert "has no section 'units'" in refusal(load_skeleton, file, "")
    assert "line 1: expected a section" in refusal(load_skeleton, file, "BVH\nHIERARCHY")
    assert "not UTF-8" in refusal(load_skeleton, file, b"\xff\xfe\x00")
    assert "is this a skeleton?" in refusal(load_skeleton, file, b"#" * (1 << 20) + b"##")
    cut = ASF[: ASF.index("     id 3")]
    assert "has no end; is the file truncated?" in refusal(load_skeleton, file, cut + ":hierarchy\n")
    many = "".join(f"begin\n name b{i}\nend\n" for i in range(300))
    sections = ASF.replace(ASF[ASF.index("  begin\n     id 1") : ASF.index(":hierarchy")], many)
    assert "more than the 256 bones" in refusal(load_skeleton, file, sections)
    with pytest.raises(InputError, match=r"missing\.asf: cannot be read"):
        load_skeleton(tmp_path / "missing.asf")


CHANGED_MOTIONS = [
    ("shin 90\n", "", "line 10: frame 2, begun in line 8, lacks shin; is the file truncated"),
    ("shin 90", "shin nan", "line 10: 'shin' has a value that is not finite or is huge: shin nan"),
    ("shin 90", "shin 1e9", "line 10: 'shin' has a value that is not finite or is huge"),
    ("shin 90", "shin ninety", "line 10: 'shin ninety' holds something that is no number"),
    ("shin 90", "shin 90 0", "line 10: 'shin' has 2 channels, the skeleton says 1"),
    ("shin 90", "shin", "line 10: 'shin' has 0 channels, the skeleton says 1"),
    ("shin 90", "tail 90", "line 10: 'tail' is no bone of the skeleton that moves"),
    ("shin 90", "hip 90", "line 10: 'hip' is no bone of the skeleton that moves"),
    ("shin 90", "root 1 2 3 0 90 0", "line 10: frame 2 has 'root' twice"),
    ("\n2\n", "\n3\n", "line 8: frame 3 follows frame 1; a frame is lost or repeated"),
    ("\n2\n", "\n99999999999\n", "line 8: frame number '99999999999' is too large"),
    ("\n1\n", "\n", "line 4: expected the number of a frame, got 'root 1 2 3 0 0 0'"),
    ("\n2\n", "\n:RADIANS\n2\n", "line 8: ':RADIANS' stands behind the first frame"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGED_MOTIONS)
def test_changed_motions(tmp_path, skeleton, old, new, told):
    assert old in AMC
    changed = AMC.replace(old, new, 1)
    assert told in refusal(lambda file: load_motion(file, skeleton), tmp_path / "bad.amc", changed)


def test_motions_cut_anywhere_are_refused_or_whole(tmp_path, skeleton):
    frames = []
    for end in range(len(AMC)):
        file = tmp_path / "cut.amc"
        file.write_text(AMC[:end])
        try:
            frames.append(len(load_motion(file, skeleton)))
        except InputError as error:
            assert str(error).startswith(f"{file}: ") and "\n" not in str(error)
    assert set(frames) <= {1, 2} and len(frames) < 20  # only cuts within the last number of a frame pass


def test_motions_that_are_none(tmp_path, skeleton, monkeypatch):
    def read(file):
        return load_motion(file, skeleton)

    file = tmp_path / "bad.amc"
    assert "holds no frame" in refusal(read, file, "")
    assert "holds no frame" in refusal(read, file, ":DEGREES\n# nothing\n")
    assert "not UTF-8" in refusal(read, file, b"\x00\xff" * 10)
    monkeypatch.setattr("robogeo.data.amc.MOST_FRAMES", 1)
    assert "line 8: more than the 1 frames allowed" in refusal(read, file, AMC)
    monkeypatch.setattr("robogeo.data.amc.MOST_BYTES", 10)
    assert "larger than 10 bytes" in refusal(read, file, AMC)


def test_trials_that_cannot_be_had(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="need trials of one subject, got none"):
        recorded([])
    with pytest.raises(InputError, match="need trials of one subject"):
        recorded(["35_01", "02_01"])
    with pytest.raises(InputError, match="trial '35_99' is unknown; known of its subject: 35_01, "):
        recorded(["35_99"])
    monkeypatch.setenv("ROBOGEO_DATA", str(tmp_path))
    damaged = tmp_path / "cmu_mocap" / "asf" / "35.asf"
    damaged.parent.mkdir(parents=True)
    damaged.write_text(ASF)
    with pytest.raises(InputError, match=r"35\.asf: SHA-256 is .* it is damaged or another version"):
        recorded(["35_01"])
