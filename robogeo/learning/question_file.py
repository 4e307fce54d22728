"""Questions and answers as files, for a person or a robot of one's own.

A question is JSON that says what to show, why, and in what units. An answer is a demonstration: npz with the
arrays q, t, source and note, a CSV table t,q1..qn, or one as robogeo convert writes it; or JSON:
{"refusal": "why it cannot be shown"}, after which nothing near is asked again, or {"failure": "what went
wrong"}, after which it may be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from robogeo.data.demonstrations import LONGEST_TEXT, Demonstration
from robogeo.data.formats import read_data_set
from robogeo.data.storage import load_demonstration
from robogeo.data.table import load_table
from robogeo.errors import InputError
from robogeo.learning.answers import Answer, Failure
from robogeo.learning.queries import Query
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World
from robogeo.reading import read_json

_MOST_BYTES = 1024 * 1024
_ENDINGS = (".npz", ".csv", ".json")
PURPOSES = {
    "bridge": "nothing that was shown joins these regions: the learned way leads over a gap",
    "smooth": "the learned way jumps between neighbouring configurations",
    "cover": "little or nothing was shown along the learned way, or near its ends",
}
_HOW = (
    "Show the motion from start to goal, by any way; above all between the configurations of 'stretch', "
    "which is what the model makes of the worst part so far and may touch something. Answer with a file: "
    ".npz with the arrays q (T, joints) in rad, t (T,) in s, source and note (texts); "
    "or .csv with the header t,q1,..,qn; "
    'or .json holding {"refusal": "reason"} or {"failure": "reason"}.'
)


def request_question(request: Request, world: World) -> dict[str, Any]:
    """What a person has to know to show a request: plain data for JSON.

    For a tool alone it says the unit of each coordinate, and an answer is in these.
    """
    return {
        "schema_version": 1,
        "scene": world.scene,
        "robot": world.robot_name,
        "joint_names": list(world.joint_names),
        "units": {"angle": "rad", "time": "s", "length": "m"},
        **({} if world.has_body else {"coordinates": list(world.limits.units)}),
        "start": request.start.tolist(),
        "goal": request.goal.tolist(),
        "start_place": request.start_place,
        "goal_place": request.goal_place,
        "how_to_answer": _HOW,
    }


def question(query: Query, world: World) -> dict[str, Any]:
    """The same of a query, with its id, why it is asked, and where it hurts most."""
    return {
        "id": query.id,
        "kind": query.kind,
        "why": {
            "purpose": PURPOSES.get(query.kind, ""),
            "score": query.score,
            "parts_rad": dict(query.parts),
            "predicted_gain": query.predicted_gain,
        },
        "attempt": query.attempt,
        "asked_in_round": query.round,
        "last_round": query.deadline,
        "via": None if query.via is None else query.via.tolist(),
        "stretch": query.motion.tolist(),
        "clearances_m": dict(query.clearances_m),
        **request_question(query.request, world),
    }


def read_answer(path: Path) -> Answer:
    """Read an answer from a file.

    Raises:
        InputError: one line that names the file, the field and the reason.
    """
    ending = path.suffix.lower()
    if ending == ".npz":
        return load_demonstration(path)
    if ending == ".csv":
        return _converted(path) if _starts_with(path, b"episode,") else load_table(path)
    if ending == ".json":
        return _refusal_or_failure(path)
    raise InputError(f"{path}: an answer must end in {', '.join(_ENDINGS)}")


def _starts_with(path: Path, text: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(text)) == text
    except OSError:
        return False  # whoever reads it says what is wrong


def _converted(path: Path) -> Demonstration:
    """The one recording of a table as `robogeo convert` writes it."""
    data = read_data_set(path)
    if len(data.demonstrations) != 1:
        raise InputError(f"{path}: holds {len(data.demonstrations)} recordings, an answer is one of them")
    return data.demonstrations[0]


def _refusal_or_failure(path: Path) -> Refusal | Failure:
    given = read_json(path, _MOST_BYTES, "an answer")
    if not isinstance(given, dict) or list(given) not in (["refusal"], ["failure"]):
        raise InputError(f'{path}: expected {{"refusal": "reason"}} or {{"failure": "reason"}}')
    ((kind, reason),) = given.items()
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_TEXT:
        raise InputError(f"{path}: {kind}: expected a reason, a text of at most {LONGEST_TEXT} characters")
    return Refusal("refused", reason) if kind == "refusal" else Failure(reason)
