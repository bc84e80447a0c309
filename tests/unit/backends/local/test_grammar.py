from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.grammar import grammar_of

CHOICE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


def literals(grammar: str) -> list[str]:
    """The texts of a grammar's literals, read by the rules of its notation."""
    found = re.fullmatch(r'root ::= ("(?:[^"\\]|\\.)*"(?: \| "(?:[^"\\]|\\.)*")*)', grammar)
    assert found, grammar
    # Of its escapes all but one are JSON's, too.
    parts = re.findall(r'"(?:[^"\\]|\\.)*"', found[1])
    return [json.loads(re.sub(r"(?<!\\)((?:\\\\)*)\\x(..)", r"\1\\u00\2", part)) for part in parts]


def test_letters_are_written_as_they_are() -> None:
    assert grammar_of(("A", "B")) == 'root ::= "A" | "B"'
    assert grammar_of(["가\n", '"\\']) == 'root ::= "가\\x0A" | "\\"\\\\"'


@given(st.lists(CHOICE, min_size=1, max_size=4))
def test_what_is_written_is_what_is_read(choices: list[str]) -> None:
    grammar = grammar_of(choices)
    assert literals(grammar) == choices
    assert not re.search("[\x00-\x1f]", grammar)
