"""The command ``robogeo``: from what is typed to a command, and from its errors to an exit status.

Heavy imports wait until a command needs them, so that help is immediate. Exit status: 0 done, 1 the work
failed, 2 bad input (said in one line), 130 or 143 interrupted or terminated with nothing lost.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from typing import Any

import tyro

from robogeo.commands import data_options, options
from robogeo.errors import OUT_OF_MEMORY, InputError, RobogeoError, is_out_of_memory, shortly
from robogeo.interruption import Terminated, interruptible
from robogeo.parallel import use_one_thread

# Small matrix products only lose by several threads, and the bits of a sum depend on their number, whatever
# the environment asks for. It has to be said before numpy is loaded.
use_one_thread()

_GOES_ON = "nothing is lost, repeat the command to go on"
_STARTS_ANEW = "no model was written, the command starts anew"
# Options whose value may begin with a minus sign, which the parser would take for another option.
_NEGATIVE = ("--start", "--goal")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    commands: dict[str, Callable[..., Any]] = {
        "learn": options.Learn,
        "generate": options.Generate,
        "evaluate": options.Evaluate,
        "ask": options.Ask,
        "tell": options.Tell,
        "inspect": data_options.Inspect,
        "convert": data_options.Convert,
        "info": options.Info,
        "verify": options.Verify,
        "replay": options.Replay,
        "benchmark": options.Benchmark,
        "reproduce": options.Reproduce,
        "view": options.View,
        "fit": options.Fit,
        "map": options.Map,
    }
    complaint = io.StringIO()
    try:
        with redirect_stderr(complaint):
            command = tyro.extras.subcommand_cli_from_dict(
                commands,
                prog="robogeo",
                description="Teach a robot arm with few demonstrations.",
                args=_joined(given),
            )
    except InputError as error:
        return _failed(str(error), 2)
    except SystemExit as stopped:
        return _failed(_in_one_line(complaint.getvalue()), 2) if stopped.code else 0
    anew = isinstance(command, options.Fit)
    return _guarded(lambda: _run(command), _STARTS_ANEW if anew else _GOES_ON)


def _run(command: Any) -> None:
    from robogeo.commands import actions

    action: Callable[[Any], None] = getattr(actions, type(command).__name__.lower())
    action(command)


def _guarded(action: Callable[[], None], when_repeated: str = _GOES_ON) -> int:
    """Turn errors into one line and an exit status; what is nobody's fault but ours stays as it is."""
    try:
        with interruptible():
            action()
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has enough of it; the rest goes nowhere, without another complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        stopped = _interrupt_in(error)
        if isinstance(stopped, Terminated):
            return _failed(f"terminated; {when_repeated}", 143)
        if stopped is not None:
            return _failed(f"interrupted; {when_repeated}", 130)
        if isinstance(error, RobogeoError):
            return _failed(str(error), 2 if isinstance(error, InputError) else 1)
        if isinstance(error, OSError) and error.filename is not None:  # a path that cannot even be looked at
            return _failed(f"{shortly(str(error.filename))}: {error.strerror}; name another place", 2)
        if is_out_of_memory(error):
            return _failed(f"{OUT_OF_MEMORY}; {when_repeated}", 1)
        raise
    return 0


def _interrupt_in(error: BaseException | None) -> BaseException | None:
    """The interruption that an error is, or that a library made something of (numba: a SystemError)."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error


def _failed(line: str, status: int) -> int:
    print(f"robogeo: {' '.join(line.split())}", file=sys.stderr, flush=True)
    return status


def _in_one_line(complaint: str) -> str:
    """The parser's complaint without its box: the text above the first rule."""
    said: list[str] = []
    for line in complaint.splitlines()[1:]:
        text = line.strip("│╭╮╰╯ ")
        if not text.strip("─"):
            break
        said.append(text)
    return f"{' '.join(said).rstrip('.')}; see 'robogeo --help'"


def _joined(arguments: Sequence[str]) -> list[str]:
    """Arguments with ``--start -0.1,2`` as ``--start=-0.1,2``, and all of several ``--set`` in one."""
    joined: list[str] = []
    assignments: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in _NEGATIVE and rest:
            joined.append(f"{word}={rest.pop(0)}")
        elif word == "--set" or word.startswith("--set="):
            assignments += [word.removeprefix("--set=")] if word != "--set" else []
            while rest and not rest[0].startswith("-"):
                assignments.append(rest.pop(0))
            if not assignments:
                raise InputError("--set: no assignment follows; give key=value, for example seed=1")
        else:
            joined.append(word)
    return [*joined, "--set", *assignments] if assignments else joined


if __name__ == "__main__":
    sys.exit(main())
