"""Evaluation: motions rolled out in the simulator, judged and summarised."""
