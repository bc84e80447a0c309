from __future__ import annotations

from collections import Counter

import pytest

from pytest_haerae.scoring.instructions import registry
from pytest_haerae.scoring.instructions.registry import (
    Check,
    Malformed,
    instruction,
    instruction_names,
    read_asked,
    read_reference,
    write_reference,
)
from tests.unit.scoring.instructions.tables import FOLDER, all_cases

OF_IFEVAL = {
    *("change_case:capital_word_frequency", "change_case:english_capital", "change_case:english_lowercase"),
    *("combination:repeat_prompt", "combination:two_responses"),
    *("detectable_content:number_placeholders", "detectable_content:postscript"),
    *("detectable_format:constrained_response", "detectable_format:json_format", "detectable_format:multiple_sections"),
    *("detectable_format:number_bullet_lists", "detectable_format:number_highlighted_sections"),
    *("detectable_format:title", "keywords:existence", "keywords:forbidden_words", "keywords:frequency"),
    *("keywords:letter_frequency", "language:response_language", "length_constraints:nth_paragraph_first_word"),
    *("length_constraints:number_paragraphs", "length_constraints:number_sentences"),
    *("length_constraints:number_words", "punctuation:no_comma", "startend:end_checker", "startend:quotation"),
}
WORDS = "length_constraints:number_words"
RIGHT = {"num_words": 5, "relation": "at least"}


def test_every_instruction_of_ifeval_is_known() -> None:
    assert len(OF_IFEVAL) == 25
    assert set(instruction_names()) == OF_IFEVAL | {"korean:number_syllables", "korean:speech_level"}


def test_each_has_twenty_outputs_with_their_verdicts() -> None:
    counts = Counter(case.name for case in all_cases())
    assert set(counts) == set(instruction_names())
    assert min(counts.values()) >= 20
    for path in FOLDER.glob("*.toml"):
        assert "written with their verdict before" in path.read_text(encoding="utf-8")


def test_each_says_where_its_rule_is_from() -> None:
    for name in instruction_names():
        assert registry._INSTRUCTIONS[name].check.__doc__


def test_nulls_and_whole_floats_of_a_table_are_read() -> None:
    given = [{"num_words": 5.0, "relation": "at least", "keywords": None}, {"num_words": None}]
    first, second = read_asked([WORDS, "punctuation:no_comma"], given)
    assert first.arguments == RIGHT
    assert second.arguments == {}
    assert read_asked(["punctuation:no_comma"], [None])[0].arguments == {}


def test_texts_are_composed_and_without_spaces_around() -> None:
    (asked,) = read_asked(["startend:end_checker"], [{"end_phrase": " 끝 "}])
    assert asked.arguments == {"end_phrase": "끝"}


@pytest.mark.parametrize(
    ("names", "arguments", "problem", "of_arguments"),
    [
        (None, [], "is a list of instructions, not None", False),
        ([], [], r"is a list of instructions, not \[\]", False),
        (WORDS, [RIGHT], "is a list of instructions, not 'length", False),
        (["length_constraints:number_word"], [RIGHT], "did you mean 'length_constraints:number_words'", False),
        ([7], [RIGHT], "unknown instruction '7'", False),
        ([WORDS], [], "is a list of 1 objects, one an instruction, not 0 objects", True),
        ([WORDS], {}, "is a list of 1 objects, one an instruction, not {}", True),
        ([WORDS], ["5"], f"{WORDS}: the arguments are an object, not '5'", True),
        ([WORDS], [{"num_words": 5}], f"{WORDS}: the argument 'relation' is missing", True),
        ([WORDS], [{**RIGHT, "relation": None}], f"{WORDS}: the argument 'relation' is missing", True),
        ([WORDS], [{**RIGHT, "num_word": 5}], "unknown argument 'num_word': did you mean 'num_words'", True),
        ([WORDS], [{**RIGHT, "relation": "at most"}], "'relation' is one of less than, at least, not 'at most'", True),
        ([WORDS], [{**RIGHT, "num_words": "5"}], "'num_words' is a whole number from 0, not '5'", True),
        ([WORDS], [{**RIGHT, "num_words": 5.5}], "'num_words' is a whole number from 0, not 5.5", True),
        ([WORDS], [{**RIGHT, "num_words": True}], "'num_words' is a whole number from 0, not True", True),
        ([WORDS], [{**RIGHT, "num_words": -1}], "'num_words' is a whole number from 0, not -1", True),
        (["keywords:existence"], [{"keywords": "서울"}], "'keywords' is a list of texts, not '서울'", True),
        (["keywords:existence"], [{"keywords": []}], r"'keywords' is a list of texts, not \[\]", True),
        (["keywords:existence"], [{"keywords": ["서울", " "]}], "'keywords' is a text, not ' '", True),
        (["startend:end_checker"], [{"end_phrase": 3}], "'end_phrase' is a text, not 3", True),
        (["startend:quotation"], [{"end_phrase": "끝"}], "startend:quotation: unknown argument 'end_phrase'", True),
        (
            ["keywords:letter_frequency"],
            [{"letter": "가나", "let_frequency": 1, "let_relation": "at least"}],
            "'letter' is one character, not '가나'",
            True,
        ),
        (["korean:speech_level"], [{"level": "polite"}], "'level' is one of 존댓말, 반말, not 'polite'", True),
    ],
)
def test_what_cannot_be_meant_is_refused(names: object, arguments: object, problem: str, of_arguments: bool) -> None:
    with pytest.raises(Malformed, match=problem) as failure:
        read_asked(names, arguments)
    assert failure.value.of_arguments == of_arguments


def test_a_reference_is_read_as_it_was_written() -> None:
    asked = read_asked([WORDS, "keywords:existence"], [RIGHT, {"keywords": ["서울"]}])
    written = write_reference(asked)
    assert written == (
        '[{"id": "length_constraints:number_words", "num_words": 5, "relation": "at least"},'
        ' {"id": "keywords:existence", "keywords": ["서울"]}]'
    )
    assert read_reference(written) == asked


@pytest.mark.parametrize("reference", ["", "서울", "3", "[]", "[3]", '[{"keywords": ["서울"]}]', "{}"])
def test_another_reference_is_none(reference: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_reference(reference)


def test_an_empty_answer_follows_nothing() -> None:
    (asked,) = read_asked(["punctuation:no_comma"], [{}])
    assert asked.check(" \n") == Check(followed=False, counted="the answer is empty")


def test_a_further_instruction_is_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    instruction_names()
    monkeypatch.setattr(registry, "_INSTRUCTIONS", dict(registry._INSTRUCTIONS))

    @instruction("mine:contains")
    def contains(text: str, word: str, times: int) -> Check:
        """A word stands so often."""
        return Check(text.count(word) == times, f"{text.count(word)} times")

    (asked,) = read_asked(["mine:contains"], [{"word": "봄", "times": 2}])
    assert asked.check("봄봄") == (True, "2 times")
    assert "mine:contains" in instruction_names()
