from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.config.file import (
    describe_fields,
    find_config,
    load_config,
    packaged_configs,
    read_tree,
    with_overrides,
)
from robogeo.errors import InputError


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "experiment.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, "# nothing but a comment\n"))
    assert config == ExperimentConfig()
    assert config.model.hidden == (64, 64)
    assert config.geometry.support_weight == 20.0
    assert config.output.video_size == (480, 360)


def test_overrides_win_and_are_read_as_yaml(tmp_path: Path) -> None:
    file = written(tmp_path, "seed: 1\ntraining: {steps: 10, batch: 32}\n")
    config = load_config(
        file, ["seed=5", "training.steps=20", "model.hidden=[8, 8, 8]", "training.learning_rate=1e-2"]
    )
    assert (config.seed, config.training.steps, config.training.batch) == (5, 20, 32)
    assert config.model.hidden == (8, 8, 8)
    assert config.training.learning_rate == 0.01


def test_a_robot_may_be_the_path_of_a_file_and_is_kept_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "seed: 1\n")
    monkeypatch.chdir(tmp_path)
    assert load_config(file, ["robot=arms/my arm.yaml"]).robot == str(tmp_path / "arms" / "my arm.yaml")
    assert load_config(file, ["robot=panda"]).robot == "panda"
    with pytest.raises(InputError, match="field 'robot' is 'arms/mine', expected a name"):
        load_config(file, ["robot=arms/mine"])


@pytest.mark.parametrize("text", ["1e-3", "1E-3", "1.0e-3", "0.001", "+1e-3", "10.e-4"])
def test_every_way_to_write_a_small_number_is_a_number(text: str, tmp_path: Path) -> None:
    file = written(tmp_path, f"training:\n  learning_rate: {text}\n")
    assert load_config(file).training.learning_rate == pytest.approx(1e-3)


def test_its_yaml_reads_back_as_itself(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, "initial_places: [upper left, 'Ü']\nspacing: 1.0e-5\n"))
    assert load_config(written(tmp_path, yaml.safe_dump(config.as_dict()))) == config


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("training: {stepz: 1}", "unknown field 'training.stepz'; did you mean 'training.steps'?"),
        ("sead: 1", "unknown field 'sead'; did you mean 'seed'?"),
        ("xylophone: 1", "unknown field 'xylophone'"),
        ("training: {steps: many}", "field 'training.steps' is 'many', expected a valid integer"),
        ("training: {steps: 1.5}", "field 'training.steps' is '1.5', expected a valid integer"),
        ("training: {steps: true}", "field 'training.steps' is 'True', expected a valid integer"),
        ("training: {steps: 0}", "field 'training.steps' is '0', expected greater than or equal to 1"),
        ("spacing: .nan", "field 'spacing' is 'nan', expected a finite number"),
        ("spacing: 1e999", "field 'spacing' is 'inf', expected a finite number"),
        ("spacing: true", "field 'spacing' is 'True', expected a valid number"),
        ("model: 3", "field 'model' is '3', expected a group of fields"),
        ("model: {hidden: 3}", "field 'model.hidden' is '3', expected a list"),
        ("model: {hidden: [8, x]}", "field 'model.hidden.1' is 'x', expected a valid integer"),
        ("model: {noise: pink}", "field 'model.noise' is 'pink', expected 'global' or 'local'"),
        ("scene: ../../etc", "field 'scene' is '../../etc', expected a name"),
        ("output: {video_size: [481, 360]}", "field 'output', video_size must be two even numbers"),
        ("queries_per_round: 300", "queries_per_round is 300, more than the 200 candidates"),
        ("[1, 2]", "holds a list, expected fields"),
        ("seed: 1\nseed: 2", "line 1, column 1: field 'seed' is given twice"),
        ("seed: [1", "not valid YAML, line 1"),
        ("a: &a [1]\nb: *a", "aliases"),
        ("seed: " + "[" * 5000, "nested deeper than 20"),
        ("1: 2", "names of fields must be text"),
        ("seed: !!python/object/apply:os.getcwd []", "not valid YAML"),
        (b"seed: \xff", "not UTF-8 text (byte 6)"),
        ("seed: '\x00'", "not valid YAML"),
        ("a: " + "x" * 2_000_000, "larger than"),
    ],
)
def test_a_fault_is_one_line_with_file_field_and_reason(
    text: str | bytes, expected: str, tmp_path: Path
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_config(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert expected in message
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("training.stepz=1", "unknown field 'training.stepz'; did you mean 'training.steps'?"),
        ("training.steps=x", "field 'training.steps' is 'x', expected a valid integer"),
        ("training=null", "field 'training', expected a group of fields"),
        ("seed", "expected field=value"),
        ("=1", "expected field=value"),
        ("a..b=1", "expected field=value"),
        ("seed.low=1", "'seed' is a single value, it has no fields"),
        ("model.hidden=[1", "not valid YAML"),
    ],
)
def test_a_faulty_override_is_named_itself(override: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^--set ") as caught:
        load_config(written(tmp_path, "seed: 1"), [override])
    assert expected in str(caught.value)


@given(text=st.text(max_size=200))
def test_no_text_escapes_as_anything_but_an_input_error(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_config(file, [text])
    except InputError as error:
        assert "\n" not in str(error)


def test_overrides_leave_the_tree_as_it_was(tmp_path: Path) -> None:
    tree = read_tree(written(tmp_path, "training: {steps: 10}"))
    with_overrides(tree, ["training.steps=99"])
    assert tree == {"training": {"steps": 10}}


def test_the_packaged_configurations_are_valid_and_found_by_name() -> None:
    assert {"quickstart", "shelf_reach", "reach_detour"} <= set(packaged_configs())
    for name, file in packaged_configs().items():
        assert find_config(name) == file
        load_config(name)


@pytest.mark.parametrize("name", ["no_such_thing", "a\0b", "x" * 5000, ""])
def test_a_missing_configuration_is_one_line(name: str) -> None:
    with pytest.raises(InputError) as caught:
        find_config(name)
    assert len(str(caught.value)) < 6000


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a file"):
        find_config(tmp_path)


def test_every_field_is_described() -> None:
    fields = describe_fields()
    assert all(field.description for field in fields)
    names = {field.name: field.default for field in fields}
    assert names["geometry.segments"] == 32
    assert "geometry" not in names
    assert (
        names["recordings"] is None and names["recordings.path"] is ... and names["recordings.thin"] is True
    )
    assert set(NOT_IDENTITY) <= set(ExperimentConfig.model_fields)


def test_a_configuration_does_not_change() -> None:
    with pytest.raises(ValidationError):
        ExperimentConfig().seed = 3  # type: ignore[misc]
    assert hash(ExperimentConfig()) == hash(ExperimentConfig())
