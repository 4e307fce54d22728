"""A pendulum seen as pictures, the papers' first experiment."""

from envs.pendulum.env import PendulumEnv
from envs.pendulum.pictures import draw

__all__ = ["PendulumEnv", "draw"]
