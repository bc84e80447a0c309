"""Each cause that shows in the items, made true; and none of them where nothing is wrong."""

from __future__ import annotations

import pytest

from pytest_haerae.backends.api.scoring import NOT_LISTED
from pytest_haerae.report.copies import seen
from pytest_haerae.report.copies.causes import SEEN
from pytest_haerae.report.schema import Report
from tests.unit.report.copies.twins import copies, length_of, report, tokens, values_of

COUNT = 40
A = report(COUNT)
CHAT = {"messages": [{"role": "user", "content": "?"}]}
ERROR = {"outcome": "error", "error": f"openai: label E {NOT_LISTED} 20 first tokens"}
CHANGED: dict[str, tuple[Report, str]] = {
    "chat": (report(COUNT, lambda number: dict(CHAT)), f"B was asked in chats, A in plain text ({COUNT} items)"),
    "texts": (
        report(COUNT, lambda number: {"input": f"{number} other words"}),
        "the prompts are in other words (40 items)",
    ),
    "bos": (
        report(COUNT, lambda number: tokens(length_of(number) - 1)),
        "every prompt is just one token shorter in B (40 items): B leaves the BOS out, or A has it twice",
    ),
    "template": (
        report(COUNT, lambda number: tokens(length_of(number) + 12)),
        "every prompt is just 12 tokens longer in B (40 items): a chat template, or a text around it",
    ),
    "cut": (
        report(COUNT, lambda number: tokens(min(25, length_of(number)))),
        "no prompt is longer than 25 tokens in B, and in the other one the prompts of",
    ),
    "tokenizer": (
        report(COUNT, lambda number: tokens(length_of(number) + number % 5 - 1)),
        "prompts in the same words are -1 to +3 tokens longer in B: another tokenizer",
    ),
    "unlisted": (
        report(COUNT, lambda number: {**ERROR} if number < 3 else {}),
        "B lists the likeliest tokens alone, and a label was not among them (3 items)",
    ),
    "before_label": (
        report(COUNT, lambda number: {"loglikelihoods": [value - 1.5 for value in values_of(number)]}),
        "all options of an item moved by the same number (40 items)",
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_cause_that_is_made_true_is_found_and_no_other(name: str) -> None:
    after, words = CHANGED[name]
    pair = copies(A, after)
    found = {other: detail for other, finder in SEEN.items() if (detail := finder(pair)) is not None}
    assert list(found) == [name]
    assert words in found[name]


@pytest.mark.parametrize("name", SEEN)
def test_it_is_found_in_the_other_one_too(name: str) -> None:
    after, _ = CHANGED[name]
    pair = copies(after, A)
    assert [other for other, finder in SEEN.items() if finder(pair) is not None] == [name]


def test_nothing_is_seen_where_nothing_is() -> None:
    pair = copies(A, report(COUNT))
    assert [finder(pair) for finder in SEEN.values()] == [None] * len(SEEN)


def test_white_space_alone_is_told_from_other_words() -> None:
    spaced = report(COUNT, lambda number: {"input": f"{A['samples'][number]['input']}\n"} if number else {})
    assert seen.texts(copies(A, spaced)) == "the prompts differ in white space alone (39 items)"


def test_a_bos_that_is_there_twice_is_named_on_its_side() -> None:
    twice = report(COUNT, lambda number: tokens(length_of(number) + 1))
    assert "A leaves the BOS out, or B has it twice" in (seen.bos(copies(A, twice)) or "")
    assert seen.bos(copies(A, report(COUNT, lambda number: tokens(length_of(number) - (number > 0))))) is None


def test_chats_have_templates() -> None:
    before = report(COUNT, lambda number: dict(CHAT))
    after = report(COUNT, lambda number: {**CHAT, **tokens(length_of(number) + 3)})
    assert "another chat template or system text" in (seen.template(copies(before, after)) or "")


def test_a_cut_that_the_engine_tells_is_taken_from_there() -> None:
    told = report(COUNT, lambda number: {"truncated": number < 7, **tokens(None)})
    assert seen.cut(copies(A, told)) == "the context was cut in B alone (7 items)"
    assert seen.cut(copies(told, A)) == "the context was cut in A alone (7 items)"
    assert seen.cut(copies(told, told)) is None


def test_options_of_few_items_that_moved_alike_are_chance() -> None:
    some = report(
        COUNT,
        lambda number: {
            "loglikelihoods": [
                value - (1.5 if number < 2 else 0.1 * place) for place, value in enumerate(values_of(number))
            ]
        },
    )
    assert seen.before_label(copies(A, some)) is None
