from __future__ import annotations

import pytest

from robogeo.data.cmu_mocap import Recording, recorded
from robogeo.data.folder import data_folder


@pytest.fixture(scope="session")
def recorded_walks() -> Recording:
    """Two walks of subject 35."""
    if not (data_folder() / "cmu_mocap").is_dir():
        pytest.skip(f"no cmu_mocap in {data_folder()}; ROBOGEO_DATA names another folder")
    return recorded(["35_01", "35_02"])
