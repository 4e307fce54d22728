"""Graph geodesics against neural ones: how long each takes, and how long the way is."""
