"""The checkers beside those of lm-evaluation-harness, which are the published program's: where both have one rule, they
say the same of any output, and where they differ, it is in what the checkers' docstrings name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_haerae.scoring.instructions.following import variants
from tests.unit.scoring.instructions.tables import check

pytestmark = pytest.mark.server

Theirs = Callable[..., bool]


@pytest.fixture(scope="module")
def theirs() -> Theirs:
    """What the other program says of an output; its data for splitting English sentences are not fetched."""
    for needed in ("lm_eval", "nltk", "langdetect"):
        pytest.importorskip(needed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nltk.data.find", lambda *_, **__: None)
        if find_spec("immutabledict") is None:  # Its extra is not installed with it; a dictionary does as well.
            patch.setitem(sys.modules, "immutabledict", cast("ModuleType", SimpleNamespace(immutabledict=dict)))
        known = import_module("lm_eval.tasks.ifeval.instructions_registry").INSTRUCTION_DICT

    def follows(name: str, output: str, **arguments: Any) -> bool:  # noqa: ANN401 - an argument's value
        instruction = known[name](name)
        instruction.build_description(**arguments)
        return bool(output.strip()) and bool(instruction.check_following(output))

    return follows


WORDS = st.lists(st.sampled_from(["봄", "비가", "rain", "3.5", "왔다.", "“글”", "😊"]), min_size=1, max_size=4).map(
    " ".join
)


def lines(*marks: str) -> st.SearchStrategy[str]:
    """Texts of lines, each of words or of a mark."""
    return st.lists(WORDS | st.sampled_from(marks) | st.sampled_from(marks).map(lambda m: m + "봄"), max_size=8).map(
        "\n".join
    )


ALIKE: dict[str, tuple[dict[str, Any], st.SearchStrategy[str]]] = {
    "detectable_format:number_bullet_lists": ({"num_bullets": 2}, lines("* 봄", "- 비", "  * 눈", "1. 끝")),
    "detectable_format:json_format": (
        {},
        st.recursive(
            st.sampled_from(['"봄"', "3.5", "null", "봄", "{", "nul"]), lambda x: x.map(lambda v: f"[{v}]")
        ).flatmap(
            lambda text: st.sampled_from([text, f"```json\n{text}\n```", f"```\n{text}\n```", f" {text}\n", f"{text},"])
        ),
    ),
    "detectable_format:title": ({}, lines("<<봄>>", "<봄>", "<<>>", "<< >>", "<<봄")),
    "detectable_format:number_highlighted_sections": ({"num_highlights": 2}, lines("*비* 눈", "**비** 눈", "비")),
    "detectable_format:multiple_sections": (
        {"section_spliter": "섹션", "num_sections": 2},
        st.permutations(["섹션 1\n비", "섹션 2\n눈", "봄", "섹션"]).map("\n".join),
    ),
    "detectable_content:number_placeholders": (
        {"num_placeholders": 2},
        lines("[이름]", "[주소] 비", "(나이)", "[", "]"),
    ),
    "detectable_content:postscript": ({"postscript_marker": "P.S."}, lines("P.S. 봄", "p. s. 봄", "PS 봄", "추신")),
    "length_constraints:number_paragraphs": (
        {"num_paragraphs": 2},
        st.lists(WORDS | st.just("***"), max_size=8).map("\n".join),
    ),
    "combination:two_responses": ({}, lines("******", "비")),
    "combination:repeat_prompt": ({"prompt_to_repeat": "봄 비가"}, WORDS),
    "startend:end_checker": ({"end_phrase": "왔다."}, WORDS | WORDS.map(lambda words: f'"{words}"')),
    "startend:quotation": ({}, st.sampled_from(["봄", '"봄"', '"봄', '봄"', ' "봄" ', '"', '"봄"이 "온다"', "'봄'"])),
    "punctuation:no_comma": ({}, lines("비, 눈", "·", "1,000", "…")),
    "keywords:existence": ({"keywords": ["봄", "rain"]}, WORDS),
    "keywords:frequency": ({"keyword": "봄", "frequency": 2, "relation": "at least"}, WORDS),
    "keywords:letter_frequency": (
        {"letter": "a", "let_frequency": 3, "let_relation": "less than"},
        st.text(alphabet="aAbc 가", min_size=1),
    ),
}


@pytest.mark.parametrize("name", ALIKE)
@settings(max_examples=200)
@given(data=st.data())
def test_the_same_is_said_of_any_output_where_the_rules_are_the_same(
    theirs: Theirs, name: str, data: st.DataObject
) -> None:
    arguments, outputs = ALIKE[name]
    output = data.draw(outputs)
    assert check(name, output, **arguments).followed == theirs(name, output, **arguments), output


OTHERWISE: list[tuple[str, dict[str, Any], str, bool]] = [
    ("keywords:existence", {"keywords": ["C++"]}, "C는 쉽다.", False),
    ("keywords:forbidden_words", {"forbidden_words": ["사과"]}, "사과를 먹었다.", False),
    ("detectable_content:number_placeholders", {"num_placeholders": 1}, "- [ ] 우유", False),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "편지에는 P.S. 뒤에 덧붙인다", False),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "끝.\nP.P.S. 곧", False),
    ("detectable_format:number_bullet_lists", {"num_bullets": 1}, "*강조* 글", False),
    ("detectable_format:number_bullet_lists", {"num_bullets": 1}, "* 하나\n---", True),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "2 * 3 * 4", False),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "섹션", "num_sections": 2},
        "섹션 1과 섹션 2로 나눈다.",
        False,
    ),
    ("detectable_format:json_format", {}, "[NaN]", False),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 1}, "***강조***한 글", True),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "회사"},
        "하나.\n\n\n\n회사는 바쁘다.",
        True,
    ),
    ("combination:repeat_prompt", {"prompt_to_repeat": "봄 비가"}, "봄\n비가 왔다.", True),
    ("startend:quotation", {}, "“글이다.”", True),
    ("startend:quotation", {}, '""', False),
    ("punctuation:no_comma", {}, "하나、둘", False),
]


@pytest.mark.parametrize(("name", "arguments", "output", "followed"), OTHERWISE)
def test_where_they_differ_it_is_as_the_docstrings_say(
    theirs: Theirs, name: str, arguments: dict[str, Any], output: str, followed: bool
) -> None:
    assert check(name, output, **arguments).followed == followed
    try:
        told: bool | None = theirs(name, output, **arguments)
    except Exception:  # Whatever it fails with is no verdict.
        told = None
    assert told != followed


@given(lines("*봄*", "비"))
def test_the_variants_are_those_of_the_other_program(theirs: Theirs, text: str) -> None:
    """It gives none of them: an instruction that only one variant follows tells that it is among its own."""
    utils = import_module("lm_eval.tasks.ifeval.utils")
    for variant in variants(text):
        if not variant.strip():
            continue
        asked = utils.InputExample(0, ["combination:repeat_prompt"], "", [{"prompt_to_repeat": variant}])
        assert utils.test_instruction_following_loose(asked, text).follow_all_instructions
