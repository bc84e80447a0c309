"""Outputs with their verdicts, as the tables in `cases` have them."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_haerae.scoring.instructions.following import answer_of
from pytest_haerae.scoring.instructions.registry import Check, read_asked
from pytest_haerae.types import Response

FOLDER = Path(__file__).parent / "cases"


class Case(NamedTuple):
    """An output, and whether it follows an instruction."""

    name: str
    arguments: Mapping[str, Any]
    output: str
    followed: bool

    def __str__(self) -> str:
        """What a test of it is called."""
        return f"{self.name}-{'followed' if self.followed else 'not'}"


def cases_of(table: str) -> list[Case]:
    """The cases of a table."""
    return list(_cases(tomllib.loads((FOLDER / f"{table}.toml").read_text(encoding="utf-8"))))


def all_cases() -> list[Case]:
    """The cases of all tables."""
    return [case for path in sorted(FOLDER.glob("*.toml")) for case in cases_of(path.stem)]


def _cases(read: Mapping[str, Any]) -> Iterator[Case]:
    for name, told in read.items():
        for place, arguments in enumerate(told["arguments"]):
            for followed in (True, False):
                for output in told["followed" if followed else "not_followed"][place]:
                    yield Case(name, arguments, output, followed)


def check(name: str, output: str, **arguments: object) -> Check:
    """What a checker says of an output."""
    (asked,) = read_asked([name], [arguments])
    return asked.check(output)


def agrees(case: Case) -> None:
    """Hold a checker's verdict against the table's, however the output's characters and lines are written."""
    (asked,) = read_asked([case.name], [case.arguments])
    for output in (case.output, unicodedata.normalize("NFD", case.output), case.output.replace("\n", "\r\n")):
        found = asked.check(answer_of(Response(output)).text)
        assert found.followed == case.followed, (output, found.counted)
