"""Strategies: how the next demonstration is chosen among candidate requests.

A strategy is a function, or an object that is called like one, from `Candidates` to their utilities (m,): the
largest is asked. It must be deterministic, finite for any candidates, and leave them as they are; the order
of the candidates must not matter, unless the strategy says so with the mark `order_based`. These rules are
checked by `robogeo.learning.check_strategy`. What is pending or was refused is not its business: the
selection (`robogeo.learning.selection`) takes care of that for every strategy alike.
"""

from robogeo.learning.candidates import Candidates
from robogeo.learning.strategies.order import is_order_based, order_based
from robogeo.learning.strategies.registry import (
    STRATEGIES,
    Strategy,
    find_strategy,
    misshapen,
    name_of,
    not_finite,
    strategies_found,
    utilities,
)

__all__ = [
    "STRATEGIES",
    "Candidates",
    "Strategy",
    "find_strategy",
    "is_order_based",
    "misshapen",
    "name_of",
    "not_finite",
    "order_based",
    "strategies_found",
    "utilities",
]
