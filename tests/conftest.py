from __future__ import annotations

import os

# Before any numerical library is loaded: one thread a process is faster here, and the same bits every time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

# No deadlines: a busy machine is no fault. Derandomised: a run that passes here passes everywhere.
settings.register_profile(
    "robogeo",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("robogeo")
