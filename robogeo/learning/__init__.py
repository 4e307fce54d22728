"""Active learning: what to ask, whom, and how a run remembers it.

Import from the modules of this room; the package itself stays light.
"""
