"""What a backend was asked, in a file: it outlives the processes that wrote it, and tells them apart."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Event = Literal["load", "ask", "close"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger.

    Attributes:
        event: A model was loaded, a request was asked, a model was closed.
        process: The process that did it, by its id.
        number: The request's number; None of a load and of a closing.
    """

    event: Event
    process: int
    number: int | None = None


class Ledger:
    """The loads, requests and closings of a `ScriptedBackend`, one line each, written by any number of processes.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def write(self, event: Event, number: int | None = None) -> None:
        """Add a line; one write, so that lines of several processes do not mix."""
        words = [event, str(os.getpid()), *([] if number is None else [str(number)])]
        with self.path.open("a", encoding="utf-8") as file:
            file.write(" ".join(words) + "\n")

    def entries(self) -> list[Entry]:
        """All lines, in the order in which they were written; none where there is no file."""
        if not self.path.exists():
            return []
        return [_entry(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    def loads(self) -> list[int]:
        """The processes that loaded a model, in order."""
        return [entry.process for entry in self.entries() if entry.event == "load"]

    def asked(self) -> list[int]:
        """The numbers of the requests, in the order in which they were asked."""
        return [entry.number for entry in self.entries() if entry.number is not None]

    def closings(self) -> list[int]:
        """The processes that closed a model, in order."""
        return [entry.process for entry in self.entries() if entry.event == "close"]

    def clear(self) -> None:
        """Begin anew."""
        self.path.unlink(missing_ok=True)


def _entry(line: str) -> Entry:
    event, process, *number = line.split()
    known: tuple[Event, ...] = get_args(Event)
    return Entry(next(each for each in known if each == event), int(process), int(number[0]) if number else None)
