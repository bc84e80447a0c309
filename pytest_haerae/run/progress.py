"""The live line while a batch runs: done, total, rate and time left."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from pytest_haerae.escaping import line as one_line

_LIVE_INTERVAL = 0.1
_PLAIN_INTERVAL = 10.0
_ERASE = "\x1b[2K"


class TerminalWriter:
    """The public face of pytest's terminal reporter, typed."""

    def __init__(self, plugin: Any) -> None:  # noqa: ANN401 - pytest keeps the class private
        self._plugin = plugin
        self.isatty: bool = bool(plugin.isatty)

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return shutil.get_terminal_size().columns

    def ensure_newline(self) -> None:
        """Begin a line of one's own."""
        self._plugin.ensure_newline()

    def write_line(self, line: str) -> None:
        """Write a whole line, in which nothing is obeyed by a terminal or a CI runner."""
        self._plugin.write_line(one_line(line))

    def rewrite(self, line: str) -> None:
        """Replace the current line."""
        self._plugin.rewrite(line, erase=True)


class LineWriter(Protocol):
    """Where progress is shown."""

    def write_line(self, line: str) -> None:
        """Write a whole line."""
        ...

    def rewrite(self, line: str) -> None:
        """Replace the current line."""
        ...


class StreamWriter:
    """Progress on a stream, such as stderr."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write_line(self, line: str) -> None:
        """Write a whole line."""
        print(line, file=self._stream, flush=True)

    def rewrite(self, line: str) -> None:
        """Replace the current line."""
        print(f"\r{_ERASE}{line}", end="", file=self._stream, flush=True)


class ProgressLine:
    """Shows progress: one line that is rewritten on a terminal, a plain line every 10 seconds elsewhere.

    Args:
        writer: Where to write; None for silence.
        live: Whether lines can be rewritten.
        width: Columns of the terminal.
    """

    def __init__(self, writer: LineWriter | None, *, live: bool, width: int) -> None:
        self._writer = writer
        self._live = live
        self._width = width
        self._started: float | None = None
        self._last = 0.0
        self._first_done = 0

    def __call__(self, done: int, total: int) -> None:
        """Take note of `done` of `total` answers, and show it when it is time."""
        now = time.perf_counter()
        if self._started is None:
            self._started, self._first_done, self._last = now, done, now
        finished = done == total and done > self._first_done
        interval = _LIVE_INTERVAL if self._live else _PLAIN_INTERVAL
        if self._writer is None or (now - self._last < interval and not finished):
            return
        self._last = now
        line = self._format(done, total, now - self._started)
        if self._live:
            self._writer.rewrite(line)
            if finished:
                self._writer.write_line("")
        else:
            self._writer.write_line(line)

    def write(self, line: str) -> None:
        """Write a line of its own, at once."""
        if self._writer is not None:
            self._writer.write_line(line)

    def _format(self, done: int, total: int, elapsed: float) -> str:
        from tqdm import tqdm

        return str(
            tqdm.format_meter(
                done,
                total,
                elapsed,
                ncols=min(self._width, 100) - 1,
                prefix="haerae",
                unit="items",
                initial=self._first_done,
            )
        )


def tell(progress: Callable[[int, int], None], line: str) -> None:
    """Tell people a line while a run goes on: where its progress is shown, or else on stderr."""
    if isinstance(progress, ProgressLine):
        progress.write(line)
    else:
        print(line, file=sys.stderr, flush=True)
