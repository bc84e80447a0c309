"""The regular expressions of the reader: each line says in an example what it is for, and the example is true."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from pytest_haerae import thoughts
from pytest_haerae.scoring import reading
from tests.unit.scoring.reading.verbose import Example, examples, uncommented

FOLDER = Path(reading.__file__).parent
READING = {f"{reading.__name__}.{path.stem}": path for path in FOLDER.glob("*.py") if path.stem != "__init__"}
MODULES = {**dict(sorted(READING.items())), thoughts.__name__: Path(thoughts.__file__)}
MATCHED_AT_A_PLACE = {"AS_AN_ANSWER", "CONCLUDES", "IS_RIGHT", "IS_THE_ANSWER", "SET_ASIDE_BEHIND"}
MATCHED_AS_A_WHOLE = {"HEADER", "_JOINED", "_WHOLE"}
"""How the reader uses them; all others are searched for."""


def patterns() -> dict[str, re.Pattern[str]]:
    """The verbose patterns of all modules, by the name in the module that makes them."""
    return {
        name: value
        for module in MODULES
        for name, value in vars(import_module(module)).items()
        if isinstance(value, re.Pattern) and value.flags & re.VERBOSE
    }


PATTERNS = patterns()
EXAMPLES = [(name, example) for name, pattern in PATTERNS.items() for example in examples(pattern)]


def found(name: str, source: str, text: str) -> re.Match[str] | None:
    pattern = re.compile(source, PATTERNS[name].flags)
    if name in MATCHED_AS_A_WHOLE:
        return pattern.fullmatch(text)
    return pattern.match(text) if name in MATCHED_AT_A_PLACE else pattern.search(text)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}-{example.text!a}" for name, example in EXAMPLES])
def test_an_example_holds_by_its_line_alone(name: str, example: Example) -> None:
    assert bool(found(name, PATTERNS[name].pattern, example.text)) is example.matches
    assert bool(found(name, example.without, example.text)) is not example.matches, "it holds without its line"


@pytest.mark.parametrize("name", PATTERNS)
def test_every_alternative_has_an_example(name: str) -> None:
    assert uncommented(PATTERNS[name]) == []
    assert any(example.matches for example in examples(PATTERNS[name]))


@pytest.mark.parametrize("module", MODULES)
def test_a_pattern_longer_than_a_line_is_verbose(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    long = [
        ast.unparse(call)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "re.compile"
        and call.args[0].lineno != call.args[0].end_lineno
        and not any("re.VERBOSE" in ast.unparse(flag) for flag in call.args[1:])
    ]
    assert long == []


def test_there_are_many_examples() -> None:
    assert len(EXAMPLES) > 100
    assert {name for name, _ in EXAMPLES} == set(PATTERNS)
    assert set(PATTERNS) >= MATCHED_AT_A_PLACE | MATCHED_AS_A_WHOLE


def test_an_example_that_rests_on_another_line_is_found() -> None:
    pattern = re.compile(r"(?:  a+  # e.g. 'aa'" + "\n" + r"| a(?!b)  # not 'ab'" + "\n)", re.VERBOSE)
    first, second = examples(pattern)
    assert re.compile(first.without, re.VERBOSE).search("aa"), "the second alternative matches it as well"
    assert re.compile(second.without, re.VERBOSE).search("ab")
