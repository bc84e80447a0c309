"""Fenced blocks of the documentation, and the commands in them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import ROOT

PAGES = tuple(
    str(path.relative_to(ROOT)) for path in sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
)
_FENCED = re.compile(
    r"(?:^ *<!-- (?P<mark>[a-z ]+?)(?:: (?P<word>[^\n]+?))? -->\n)?^(?P<indent> *)```(?P<language>[\w-]*)\n"
    r"(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_ASSIGNMENT = re.compile(r"^([A-Z_]+)=(.*)$", re.DOTALL)
_EXIT_CODE = re.compile(r"#.*(?:exit code|종료 코드) (\d)")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        page: The page's path below the root.
        line: The number of its first line.
        language: What follows the fence.
        text: Its lines.
        mark: ``not run``, ``file`` or ``output``, from the HTML comment on the line before; empty without one.
        word: What the comment says after the colon: the reason, or the file's name.
    """

    page: str
    line: int
    language: str
    text: str
    mark: str
    word: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block, with the variables set before it and the exit code that its comment names."""

    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    exit_code: int


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, match.start("indent")) + 2,
            match["language"],
            "".join(line.removeprefix(match["indent"]) for line in match["text"].splitlines(keepends=True)),
            match["mark"] or "",
            match["word"] or "",
        )
        for match in _FENCED.finditer(text)
    ]


def commands(block: Block) -> list[Command]:
    """The commands of a block; one may go on over several lines, by a backslash or inside quotes."""
    found, typed = [], ""
    for line in block.text.splitlines():
        typed += line + "\n"
        if line.endswith("\\"):
            continue
        try:
            words = shlex.split(typed, comments=True)
        except ValueError:
            continue
        environment = []
        while words and (match := _ASSIGNMENT.match(words[0])):
            environment.append((match[1], match[2]))
            del words[0]
        told = _EXIT_CODE.search(typed)
        if words:
            found.append(Command(tuple(words), tuple(environment), int(told[1]) if told else 0))
        typed = ""
    assert not typed.strip(), f"{block}: the last command has no end"
    return found


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return _FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))


def english(page: str) -> str | None:
    """The English page that a Korean one stands beside; None for an English one."""
    if page == "README.ko.md":
        return "README.md"
    path = Path(page)
    return str(Path("docs", *path.parts[2:])) if path.parts[:2] == ("docs", "ko") else None
