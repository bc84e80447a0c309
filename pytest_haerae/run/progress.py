"""The live line while a batch runs: done, total, rate, time left, and what is known of the answers so far."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TextIO

from pytest_haerae.escaping import line as one_line

_LIVE_INTERVAL = 0.1
_PLAIN_INTERVAL = 10.0
_ERASE = "\x1b[2K"
_WIDEST = 100
_MOST = "{n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_noinv_fmt}]{postfix}"
_WITH_BAR, _WITHOUT_BAR = ("haerae: {percentage:3.0f}%" + rest for rest in (f"|{{bar}}| {_MOST}", f" {_MOST}"))
_SHORT = "haerae {n_fmt}/{total_fmt}, {remaining} left, {pace}/s{postfix}"
_SHORTEST = "haerae {n_fmt}/{total_fmt} <{remaining} {pace}/s{postfix}"
"""The layouts, from a wide terminal's to a narrow one's; the bar of the first takes what is left."""
_SIGNS = " #"
"""What a bar is made of: block characters take two columns in some terminals with Hangul."""


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
        self._waited = ""
        self.told: Callable[[int], Sequence[str]] = lambda done: ()
        """What else there is to say of the answers so far, the most important first."""

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
            if self._live:
                self._writer.rewrite("")
            self._writer.write_line(line)

    def wait(self, line: str) -> None:
        """Say what is waited for: in place of the live line, or else a plain line when it changed and it is time."""
        now = time.perf_counter()
        if self._writer is None or line == self._waited or (not self._live and now - self._last < _PLAIN_INTERVAL):
            return
        self._last, self._waited = now, line
        if self._live:
            self._writer.rewrite(line[: self._width - 1])
        else:
            self._writer.write_line(line)

    def _format(self, done: int, total: int, elapsed: float) -> str:
        """As much as fits: a terminal that breaks the line could not take it back."""
        from tqdm import tqdm

        pace = tqdm.format_sizeof((done - self._first_done) / elapsed) if elapsed else "?"

        def meter(layout: str, words: str, columns: int | None = None) -> str:
            text = tqdm.format_meter(
                done,
                total,
                elapsed,
                ncols=columns,
                ascii=_SIGNS,
                unit=" items",
                bar_format=layout.replace("{pace}", pace),
                postfix=words,
                initial=self._first_done,
            )
            return str(text) if layout == _WITH_BAR else " ".join(str(text).split())

        columns, text = min(self._width, _WIDEST) - 1, ""
        for layout, words in _layouts(self.told(done), bar=self._live):
            text = meter(layout, words)
            if len(text) <= columns:
                return meter(layout, words, columns) if layout == _WITH_BAR else text
        return text[:columns]


def _layouts(told: Sequence[str], *, bar: bool) -> Iterator[tuple[str, str]]:
    """Layouts with the words in them, from the most to the least: a line that grows goes on to a later one."""
    for layout in ((_WITH_BAR,) if bar else ()) + (_WITHOUT_BAR, _SHORT):
        yield layout, ", ".join(told)
    for number in range(len(told), -1, -1):
        yield _SHORTEST, ", ".join(told[:number])


def follow(progress: Callable[[int, int], None], told: Callable[[int], Sequence[str]]) -> None:
    """Say more of the answers where progress is shown.

    Args:
        progress: Whatever is told of it.
        told: What there is to say of so many answers, the most important first; called each time that a line is shown.
    """
    if isinstance(progress, ProgressLine):
        progress.told = told


def tell(progress: Callable[[int, int], None], line: str) -> None:
    """Tell people a line while a run goes on: where its progress is shown, or else on stderr."""
    if isinstance(progress, ProgressLine):
        progress.write(line)
    else:
        print(line, file=sys.stderr, flush=True)


def show(progress: Callable[[int, int], None], line: str) -> None:
    """Show people what a run waits for, over and over: nowhere but where its progress is shown."""
    if isinstance(progress, ProgressLine):
        progress.wait(line)
