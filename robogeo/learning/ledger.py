"""The ledger: what each query was expected to mend, and what it did mend.

Realised gain is told twice, because neither tale is whole: by the change of success on held-out requests,
which is what counts but is noisy, and shared by all queries of a round; and by the change of what the model
finds wrong with the very request, which is exact but the model's own opinion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from robogeo.learning.answers import CREDITED
from robogeo.learning.queries import Query
from robogeo.learning.scoring import score
from robogeo.motion.manifold import Manifold


class Entry(TypedDict):
    """One answered query.

    Fields: query (its id), kind, round (in which it was asked), compliance (None where it was not measured),
    credited (whether the demonstration counts as an answer to the query), share (of the failures, in [0, 1],
    that it was expected to mend), predicted (change of the held-out success rate that this would be) and
    realised (change over the update that first used the demonstration; both None before it), answers (how
    many demonstrations share that change), wrong_before and wrong_after (what the model found wrong with the
    request, rad, when it was asked and after that update).
    """

    query: str
    kind: str
    round: int
    compliance: float | None
    credited: bool
    share: float
    predicted: float | None
    realised: float | None
    answers: int
    wrong_before: float
    wrong_after: float | None


def rescored(queries: Sequence[Query], manifold: Manifold) -> list[dict[str, Any]]:
    """What was wrong with requests when they were asked about and is now, rad, as plain data."""
    if not queries:
        return []
    scores = score(manifold, [query.request for query in queries])
    return [
        {"query": query.id, "before": query.wrong, "after": float(scores.wrong[index])}
        for index, query in enumerate(queries)
    ]


def ledger(events: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """All queries that a demonstration answered, in the order of the answers.

    Args:
        events: of a run's journal, oldest first.
    """
    asked = {event["query"]["id"]: Query.from_dict(event["query"]) for event in events if _is(event, "ask")}
    success = {e["round"]: e["summary"]["success_rate"] for e in events if _is(e, "evaluate")}
    entries: list[Entry] = []
    waiting: list[Entry] = []
    for event in events:
        if _is(event, "tell") and "demonstration" in event:
            waiting.append(_opened(asked[event["query"]], event))
            entries.append(waiting[-1])
        elif _is(event, "fit"):
            _settle(waiting, event, success)
            waiting = []
    return entries


def _is(event: Mapping[str, Any], kind: str) -> bool:
    return bool(event["event"] == kind)


def _opened(query: Query, tell: Mapping[str, Any]) -> Entry:
    """The entry of an answer that no update has used yet."""
    covered = tell.get("compliance")
    return Entry(
        query=query.id,
        kind=query.kind,
        round=query.round,
        compliance=covered,
        credited=covered is not None and covered >= CREDITED,
        share=query.predicted_gain,
        predicted=None,
        realised=None,
        answers=1,
        wrong_before=query.wrong,
        wrong_after=None,
    )


def _settle(waiting: Sequence[Entry], fit: Mapping[str, Any], success: Mapping[int, float]) -> None:
    """Enter what the update that a fit belongs to has changed."""
    now, before = success.get(fit["round"]), success.get(fit["round"] - 1)
    after = {found["query"]: found["after"] for found in fit.get("rescored", ())}
    for entry in waiting:
        entry["answers"] = len(waiting)
        entry["wrong_after"] = after.get(entry["query"])
        if now is not None and before is not None:
            entry["predicted"], entry["realised"] = entry["share"] * (1.0 - before), now - before
