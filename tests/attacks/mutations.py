"""Good files made bad: bytes flipped, cut, doubled, moved, and replaced by what programs stumble over."""

from __future__ import annotations

import numpy as np

TOKENS = (
    *(b"nan", b"NaN", b"inf", b"-inf", b"1e999", b"-1", b"0", b"9" * 40, b"1e-320"),
    *(b"null", b"true", b"{}", b"[]", b"[" * 3000, b"../../../etc/passwd", b"/dev/zero"),
    *(b"\x00", b"\xff\xfe", b"\xf0\x9f\xa6\xbe", b"\r\n", b"\n\n", b"'", b'"', b"%s%n", b",,,,", b";", b"--"),
    *(b"!!python/object/apply:os.system [exit]", b"&a [*a, *a]", b"__import__('os')", b"$(id)"),
    *(b"<!ENTITY x SYSTEM 'file:///'>", b"PK\x03\x04", b"\x93NUMPY", b"PAR1", b"\x89HDF\r\n\x1a\n"),
)
"""Numbers first: the first nine."""


def mutated(content: bytes, generator: np.random.Generator) -> bytes:
    """The content with one to three faults, never the same as before unless it is empty."""
    changed = bytearray(content)
    for _ in range(int(generator.integers(1, 4))):
        _FAULTS[int(generator.integers(len(_FAULTS)))](changed, generator)
    if bytes(changed) == content:
        changed.append(0)
    return bytes(changed)


def _flip(content: bytearray, generator: np.random.Generator) -> None:
    for _ in range(int(generator.integers(1, 9))):
        if content:
            content[int(generator.integers(len(content)))] ^= int(generator.integers(1, 256))


def _stretch(content: bytearray, generator: np.random.Generator) -> slice:
    start = int(generator.integers(len(content) + 1))
    return slice(start, start + int(generator.geometric(0.02)))


def _cut_end(content: bytearray, generator: np.random.Generator) -> None:
    del content[int(generator.integers(len(content) + 1)) :]


def _cut_out(content: bytearray, generator: np.random.Generator) -> None:
    del content[_stretch(content, generator)]


def _double(content: bytearray, generator: np.random.Generator) -> None:
    place = _stretch(content, generator)
    content[place.start : place.start] = content[place]


def _move(content: bytearray, generator: np.random.Generator) -> None:
    place = _stretch(content, generator)
    moved = content[place]
    del content[place]
    to = int(generator.integers(len(content) + 1))
    content[to:to] = moved


def _blank(content: bytearray, generator: np.random.Generator) -> None:
    place = _stretch(content, generator)
    content[place] = b"\0" * len(content[place])


def _token(content: bytearray, generator: np.random.Generator) -> None:
    place = _stretch(content, generator)
    token = TOKENS[int(generator.integers(len(TOKENS)))]
    content[place.start : place.start + int(generator.integers(0, 8))] = token


def _number(content: bytearray, generator: np.random.Generator) -> None:
    """Replace a digit by something worse: faults in numbers get further than others."""
    digits = [place for place, byte in enumerate(content[:20_000]) if 48 <= byte <= 57]
    if digits:
        place = digits[int(generator.integers(len(digits)))]
        content[place : place + 1] = TOKENS[int(generator.integers(9))]


_FAULTS = (_flip, _cut_end, _cut_out, _double, _move, _blank, _token, _token, _number, _number)
