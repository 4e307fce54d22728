"""What ``robogeo fit`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robogeo.commands.typed_values import check_place
from robogeo.errors import InputError, ModelError
from robogeo.progress import Progress

if TYPE_CHECKING:
    from robogeo.commands.options import Fit


ENDING = ".safetensors"


def fit(command: Fit) -> None:
    """``robogeo fit``: train a model on the observations of a file, and write it.

    Raises:
        InputError: one line: a bad option, no such device, observations that no model can learn, or options
            with which the fit diverged.
    """
    from robogeo.config.file import validated_as, with_overrides
    from robogeo.data.observation_file import load_observations
    from robogeo.devices import device_named
    from robogeo.durable import write_atomically
    from robogeo.fitting import FitSettings, explained_variance, fitted, rows_to_learn
    from robogeo.models import save_model

    check_place(command.out)
    if command.out.suffix != ENDING:
        raise InputError(f"{command.out}: a model is a file that ends in {ENDING}")
    tree, given = with_overrides({}, command.set)
    settings = validated_as(FitSettings, tree, "--set", given)
    device = device_named(command.device)
    found = load_observations(command.data)
    rows = rows_to_learn(found.values, command.data, bounded=settings.likelihood == "bernoulli")
    with Progress() as progress:
        try:
            model = fitted(settings, rows, command.seed, "model", progress, device=device)
        except ModelError as error:
            raise InputError(f"{command.data}: {error}") from error
    share = explained_variance(model, rows)
    write_atomically(command.out, save_model(model))
    print(f"{len(rows):,} observations of {rows.shape[1]:,} numbers; {share:.1%} of their variance explained")
    print(command.out)
