"""What all tests share: signals as a terminal gives them, and pytest's lines as a terminal shows them.

Under `nohup`, and as a job in the background of a shell script, a process ignores SIGHUP or SIGINT, and so do all that
it starts: a test that sends one to a run of its own would wait for nothing. What has a handler is not inherited.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest


def _go_on(number: int, frame: FrameType | None) -> None:
    """As if it were ignored, but for this process alone."""


for _number, _handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", _go_on)):
    if hasattr(signal, _number) and signal.getsignal(getattr(signal, _number)) is signal.SIG_IGN:
        signal.signal(getattr(signal, _number), _handler)


@pytest.fixture(autouse=True, scope="session")
def _lines_as_in_a_terminal() -> Iterator[None]:
    """Where the first two are set, pytest cuts no line to the terminal's width; the others make annotations."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CI", "BUILD_NUMBER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            patch.delenv(name, raising=False)
        yield
