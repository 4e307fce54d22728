"""Reading a configuration from a file and from overrides, with errors a person can act on.

YAML is read by PyYAML's safe loader, made stricter where YAML surprises: a key given twice is an error,
aliases are refused, and 1e-3 is a number (YAML 1.1 makes it a text).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from robogeo.config.experiment import ExperimentConfig
from robogeo.config.settings import Settings
from robogeo.errors import InputError, one_line, shortly
from robogeo.reading import read_text

# A configuration is a page of text; the pure Python parser needs about a second for this much.
MOST_BYTES = 100_000
_DEEPEST = 20
_SUFFIX = ".yaml"
_STUDY = "study"  # configurations whose names end so describe studies, made of experiments
# Plain words where pydantic speaks of its own types.
_REASONS = {
    "model_type": "expected a group of fields",
    "tuple_type": "expected a list",
    "string_pattern_mismatch": "expected a name: a letter, then letters, digits, '_', '-' or '.'",
    "invalid_key": "names of fields must be text",
}


AnySettings = TypeVar("AnySettings", bound=Settings)


class FieldDescription(NamedTuple):
    """One field of the configuration, for documentation; what must be given has no default, `...`."""

    name: str
    default: Any
    description: str


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases, repeated keys and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.check_event(yaml.AliasEvent):
            raise self._refusal("aliases (*name) are not allowed")
        if self.depth > _DEEPEST:
            raise self._refusal(f"nested deeper than {_DEEPEST} levels")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"field {key!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)

    def _refusal(self, problem: str) -> yaml.MarkedYAMLError:
        mark = yaml.Mark("", 0, self.line, self.column, "", 0)
        return yaml.composer.ComposerError(None, None, problem, mark)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+0123456789.")
)


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> ExperimentConfig:
    """Read a configuration.

    Args:
        path: YAML file, or the name of one that comes with robogeo (see `find_config`).
        overrides: texts like "training.steps=500" that take precedence; the value is read as YAML.

    Raises:
        InputError: one line that names the file or the override, the field, the reason and what is expected.
    """
    file = find_config(path)
    tree = read_tree(file)
    merged, given = with_overrides(tree, overrides)
    return validated(merged, str(file), given)


def find_config(name_or_path: str | Path, packaged: Mapping[str, Path] | None = None) -> Path:
    """Find a configuration: the file at that path, else the one of that name that comes with robogeo.

    Args:
        name_or_path: which one.
        packaged: those that come with robogeo; None means the experiments.

    Raises:
        InputError: there is neither; the line lists the names that exist.
    """
    path = Path(name_or_path)
    try:
        if path.is_file():
            return path
        if path.exists():
            raise InputError(f"{path}: is not a file; give a YAML file or the name of a configuration")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{str(path)[:200]!r}: cannot be a path ({error})") from error
    packaged = packaged_configs() if packaged is None else packaged
    name = str(name_or_path).removesuffix(_SUFFIX)
    if name in packaged:
        return packaged[name]
    raise InputError(
        f"{path}: no such file; configurations that come with robogeo: {', '.join(sorted(packaged))}"
    )


def packaged_configs() -> dict[str, Path]:
    """Return the experiments that come with robogeo, by name: those in the wheel, else in the checkout."""
    return {name: file for name, file in _packaged().items() if not name.endswith(_STUDY)}


def packaged_studies() -> dict[str, Path]:
    """Return the studies that come with robogeo, by name; they lie beside the experiments."""
    return {name: file for name, file in _packaged().items() if name.endswith(_STUDY)}


def _packaged() -> dict[str, Path]:
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "configs" / "experiments", package.parent / "configs" / "experiments"):
        if folder.is_dir():
            return {file.stem: file for file in folder.glob(f"*{_SUFFIX}")}
    return {}


def read_tree(file: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        InputError: one line that names the file and the reason.
    """
    text = read_text(file, MOST_BYTES, "a configuration")
    tree = _parse(text, str(file))
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise InputError(f"{file}: holds a {type(tree).__name__}, expected fields as 'name: value' lines")
    return tree


def with_overrides(tree: dict[str, Any], overrides: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a copy of the tree with the overrides in it, and the override behind each dotted field.

    Raises:
        InputError: an override is not field=value, its value is not YAML, or it looks for a field in a value.
    """
    merged = _copied(tree)
    given: dict[str, str] = {}
    for override in overrides:
        field, equals, text = override.partition("=")
        parts = field.strip().split(".")
        if not equals or not all(parts):
            raise InputError(f"--set {override[:200]}: expected field=value, for example training.steps=500")
        value = _parse(text, f"--set {field}")
        branch = merged
        for part in parts[:-1]:
            below = branch[part] = {} if branch.get(part) is None else branch[part]
            if not isinstance(below, dict):
                raise InputError(f"--set {override[:200]}: '{part}' is a single value, it has no fields")
            branch = below
        branch[parts[-1]] = value
        given[".".join(parts)] = f"--set {override[:200]}"
    return merged, given


def validated(tree: dict[str, Any], origin: str, given: dict[str, str] | None = None) -> ExperimentConfig:
    """Check a tree of plain values.

    Args:
        tree: fields as read.
        origin: where the tree comes from, for messages.
        given: override behind each dotted field, for messages.

    Raises:
        InputError: one line for the first fault: where, which field, why.
    """
    return validated_as(ExperimentConfig, tree, origin, given)


def validated_as(
    settings: type[AnySettings], tree: dict[str, Any], origin: str, given: dict[str, str] | None = None
) -> AnySettings:
    """Check a tree of plain values as settings of any kind; otherwise like `validated`."""
    try:
        return settings.model_validate(tree)
    except ValidationError as error:
        raise InputError(_explained(error, settings, origin, given or {})) from None


def describe_fields(settings: type[Settings] = ExperimentConfig) -> list[FieldDescription]:
    """List every field with its dotted name, default and description, in the order of the configuration."""
    return [
        FieldDescription(name, _default(info), info.description or "") for name, info in _leaves(settings)
    ]


def _parse(text: str, origin: str) -> Any:
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InputError(f"{origin}: not valid YAML, {line}{error.problem}") from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{origin}: not valid YAML ({one_line(error)})") from error
    finally:
        if loader is not None:
            loader.dispose()


def _copied(tree: Any) -> Any:
    return {key: _copied(value) for key, value in tree.items()} if isinstance(tree, dict) else tree


def _explained(error: ValidationError, settings: type[BaseModel], origin: str, given: dict[str, str]) -> str:
    """Say the first fault of a validation in one line."""
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    where = next((text for name, text in given.items() if _related(name, field)), origin)
    if first["type"] == "extra_forbidden":
        names = [name for name, _ in _fields(settings)]
        near = difflib.get_close_matches(field, names, n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        return f"{where}: unknown field '{field[:200]}'{hint}"
    reason = _REASONS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    reason = f"{reason[0].lower()}{reason[1:]}".replace("input should be", "expected")
    value = first["input"]
    text = value[:80] if isinstance(value, str) else shortly(value)
    got = f" is {text!r}" if isinstance(value, (str, int, float)) else ""
    return f"{where}: field '{field}'{got}, {reason}" if field else f"{where}: {reason}"


def _related(name: str, field: str) -> bool:
    """Whether one dotted name is the other or lies below it."""
    return bool(field) and (f"{field}.".startswith(f"{name}.") or name.startswith(f"{field}."))


def _fields(settings: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Dotted names of all fields, groups too."""
    for name, info in settings.model_fields.items():
        yield prefix + name, info
        group = _group(info)
        if group is not None:
            yield from _fields(group, f"{prefix}{name}.")


def _leaves(settings: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Fields with values of their own; a group that may be null has one."""
    for name, info in _fields(settings):
        if _group(info) is None or info.default is None:
            yield name, info


def _default(info: FieldInfo) -> Any:
    return ... if info.is_required() else info.get_default(call_default_factory=True, validated_data={})


def _group(info: FieldInfo) -> type[BaseModel] | None:
    """The group of fields that a field holds, if it holds one."""
    kinds = get_args(info.annotation) or (info.annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
