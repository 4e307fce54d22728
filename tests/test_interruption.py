"""Signals stop the work, but no commit."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from robogeo.interruption import Terminated, interruptible, while_committing


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_a_signal_waits_for_the_end_of_a_commit(number: int, error: type[BaseException]) -> None:
    done = []
    with interruptible():
        with pytest.raises(error):
            with while_committing():
                os.kill(os.getpid(), number)
                with while_committing():
                    done.append("inner")
                done.append("outer")
            done.append("after")
        with pytest.raises(error):
            os.kill(os.getpid(), number)
            signal.pause()
    assert done == ["inner", "outer"]


def test_handlers_are_put_back_and_other_threads_have_none() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
    passed = []

    def elsewhere() -> None:
        with interruptible(), while_committing():
            passed.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert passed == [before]


def test_an_error_in_a_commit_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="disk"), while_committing():
        raise ValueError("disk")
