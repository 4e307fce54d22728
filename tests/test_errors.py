from __future__ import annotations

import subprocess
import sys

import pytest

import robogeo
from robogeo import errors


@pytest.mark.parametrize("kind", ["InputError", "GeometryError", "ModelError", "MotionError"])
def test_every_error_is_a_robogeo_error(kind: str) -> None:
    assert issubclass(getattr(errors, kind), errors.RobogeoError)


def test_light_imports_stay_light() -> None:
    code = (
        "import sys, robogeo, robogeo.config, robogeo.config.file, robogeo.parallel;"
        "import robogeo.data, robogeo.learning.run_folder;"
        "heavy = {'torch', 'pybullet', 'matplotlib', 'scipy', 'numba', 'gymnasium'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_unknown_names_of_the_package_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Teacher'"):
        robogeo.Teacher  # noqa: B018
    assert "Learner" in dir(robogeo)
