"""Reading files that somebody gave: bounded in size, and told of in one line when they cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from robogeo.errors import InputError, one_line

_PIECE = 1 << 24  # bytes read at a time


def read_bounded(path: Path, most: int, what: str) -> bytes:
    """Content of a file of at most ``most`` bytes.

    Args:
        path: the file.
        most: bytes; no more than one further is ever read.
        what: what the file should hold, for the complaint about a larger one, as in "a motion".

    Raises:
        InputError: it cannot be read, or is larger.
    """
    try:
        with open(path, "rb") as stream:
            # Piece by piece: asked for all at once, memory for `most` bytes is taken, however small the file.
            pieces, left = [], most + 1
            while left and (piece := stream.read(min(left, _PIECE))):
                pieces.append(piece)
                left -= len(piece)
            content = b"".join(pieces)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    if len(content) > most:
        raise InputError(f"{path}: larger than {most} bytes, is this {what}?")
    return content


def read_text(path: Path, most: int, what: str) -> str:
    """As `read_bounded`, decoded as UTF-8; a byte order mark is no part of the text.

    Raises:
        InputError: as `read_bounded`, or not UTF-8.
    """
    content = read_bounded(path, most, what)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def read_json(path: Path, most: int, what: str) -> Any:
    """As `read_text`, and what its JSON says.

    Raises:
        InputError: as `read_text`, or not JSON.
    """
    return parsed_json(read_text(path, most, what), str(path))


def parsed_json(text: str, where: str) -> Any:
    """What JSON text says.

    Raises:
        InputError: it is not JSON, nested too deeply, or has a number of thousands of digits; the line
            begins with ``where``.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON ({one_line(error)})") from error
