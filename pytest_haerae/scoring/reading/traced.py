"""A text that remembers where each of its characters stood before it was cleaned."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traced:
    """A cleaned text and its origin, so that what was read can be shown in the words of the raw text.

    Attributes:
        text: The text as it is read.
        starts: For each of its characters where the raw characters begin that it stands for.
        stops: And where they end.
    """

    text: str
    starts: Sequence[int]
    stops: Sequence[int]

    @classmethod
    def of(cls, raw: str) -> Traced:
        """A text that nothing was done to yet."""
        return cls(raw, range(len(raw)), range(1, len(raw) + 1))

    @classmethod
    def joined(cls, parts: Sequence[Traced], joint: str) -> Traced:
        """Several parts of one raw text, in order; the joint stands where the part before it ends."""
        text = joint.join(part.text for part in parts)
        starts: list[int] = []
        stops: list[int] = []
        for number, part in enumerate(parts):
            if number:
                place = stops[-1] if stops else 0
                starts += [place] * len(joint)
                stops += [place] * len(joint)
            starts += part.starts
            stops += part.stops
        return cls(text, starts, stops)

    def part(self, start: int, end: int | None = None) -> Traced:
        """A stretch of it."""
        return Traced(self.text[start:end], self.starts[start:end], self.stops[start:end])

    def stripped(self) -> Traced:
        """Without the white space around it."""
        start = len(self.text) - len(self.text.lstrip())
        return self.part(start, max(start, len(self.text.rstrip())))

    def sub(self, pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]) -> Traced:
        """Replace what a pattern matches; each new character stands for all that was replaced.

        Args:
            pattern: The pattern.
            replacement: The text in its place, as it is, or a function that makes it from a match.
        """
        pieces: list[str] = []
        starts: list[int] = []
        stops: list[int] = []
        position = 0
        for match in pattern.finditer(self.text):
            begin, end = match.span()
            new = replacement if isinstance(replacement, str) else replacement(match)
            pieces += (self.text[position:begin], new)
            starts += self.starts[position:begin]
            stops += self.stops[position:begin]
            if new:
                place = self.starts[begin] if begin < len(self.text) else (self.stops[-1] if self.text else 0)
                starts += [place] * len(new)
                stops += [self.stops[end - 1] if end > begin else place] * len(new)
            position = end
        if not position and not pieces:
            return self
        pieces.append(self.text[position:])
        starts += self.starts[position:]
        stops += self.stops[position:]
        return Traced("".join(pieces), starts, stops)

    def within(self, pattern: re.Pattern[str], group: int) -> Traced:
        """Keep of each match only one group."""
        parts: list[Traced] = []
        position = 0
        for match in pattern.finditer(self.text):
            parts += (self.part(position, match.start()), self.part(*match.span(group)))
            position = match.end()
        return Traced.joined([*parts, self.part(position)], "") if parts else self

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of it, without the white space around it, begins and ends in the raw text."""
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        end = start + len(self.text[start:end].rstrip())
        return (self.starts[start], max(self.stops[start:end])) if start < end else (0, 0)

    def words(self, raw: str, start: int, end: int) -> str:
        """What a stretch of it was in the raw text, without the white space around it."""
        begin, finish = self.place(start, end)
        return raw[begin:finish]
