"""The tables of the page on speed are what the benchmarks measured, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.sections import all_sections
from benchmarks.sections.section import Section, Step
from benchmarks.table import KEPT, PAGES, command_of, mark, read, rendered
from tests.helpers import ROOT

SECTIONS = all_sections()
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:[,.]\d+)*(?:e-\d+)?")


def shown(page: Path, section: str) -> str:
    """What stands between a section's marks."""
    found = mark(section).findall(page.read_text(encoding="utf-8"))
    assert len(found) == 1, f"{page} has {len(found)} places for {section}"
    return str(found[0])


def rows(text: str) -> list[str]:
    """The rows of figures; a heading may name a number in other words."""
    return [line for line in text.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_both_pages_show_the_same_figures(section: Section) -> None:
    name = section.name
    english, korean = ([NUMBER.findall(line) for line in rows(shown(page, name))] for page in PAGES)
    assert english == korean


@pytest.mark.parametrize("language", range(len(PAGES)))
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_a_section_that_was_measured_is_shown_as_the_command_printed_it(section: Section, language: int) -> None:
    found = read(section, KEPT)
    if found is None:
        pytest.skip("its figures are not kept yet")
    assert shown(PAGES[language], section.name) == rendered(section, found, language)


def test_the_pages_have_no_other_marks() -> None:
    for page in PAGES:
        marks = re.findall(r"<!-- figures: (\w+) -->", page.read_text(encoding="utf-8"))
        assert sorted(marks) == sorted(section.name for section in SECTIONS)


@pytest.mark.parametrize("step", [step for section in SECTIONS for step in section.steps], ids=lambda step: step.name)
def test_what_is_not_given_goes_with_its_flag(step: Step) -> None:
    given = {"model": "m", "data": None, "kmmlu": None, "reference": "r", "python": "python3", "vllm_python": "python3"}
    command = command_of(step, given, rehearse=False)
    assert not {"--data", "{data}", "{kmmlu}"} & set(command)
    assert (ROOT / f"benchmarks/{command[2].removeprefix('benchmarks.')}.py").is_file()
