"""An arm that asks: new pairs of places, a way between two skills, and obstacles it was never told of."""
