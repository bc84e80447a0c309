from __future__ import annotations

from typing import Any

from pytest_haerae.backends.api.scoring import Echo
from pytest_haerae.report.copies.side_by_side import items, quoted
from tests.unit.report.copies.twins import Changed, copies, length_of, report, tokens

DEFAULT = report(20)


def longer_by(more: int) -> Changed:
    return lambda number: tokens(length_of(number) + more)


def test_tokens_are_compared_where_the_same_text_was_sent() -> None:
    pair = copies(DEFAULT, report(20, longer_by(2)))
    assert pair.counted == [(length_of(number), length_of(number) + 2) for number in range(20)]
    assert pair.tokens_apart == {2}
    other_words = copies(DEFAULT, report(20, lambda number: {"input": "?"} if number % 2 else {}))
    assert len(other_words.counted) == 10
    chats = copies(DEFAULT, report(20, lambda number: {"messages": [{"role": "user", "content": "?"}]}))
    assert (chats.counted, chats.tokens_apart) == ([], set())
    unknown = copies(DEFAULT, report(20, lambda number: tokens(None)))
    assert unknown.tokens_apart == set()
    cut = copies(DEFAULT, report(20, lambda number: {"truncated": number > 4, **longer_by(1)(number)}))
    assert len(cut.counted) == 5
    single = copies(report(1), report(1, longer_by(1)))
    assert single.tokens_apart == set(), "one item is no pattern"


def test_an_echo_counts_the_prompt_with_each_option() -> None:
    echo: dict[str, Any] = {"method_detail": f"{Echo.detail}; its server refused top_k"}
    both = copies(report(20, **echo), report(20, longer_by(-3), **echo))
    assert both.tokens_apart == {-1}
    uneven = copies(report(20, **echo), report(20, longer_by(-4), **echo))
    assert uneven.tokens_apart == {-1.333333}
    one = copies(DEFAULT, report(20, longer_by(-3), **echo))
    assert one.counted == [], "counted in another way"


def test_a_window_is_where_the_longer_ones_end() -> None:
    cut = report(20, lambda number: tokens(min(25, length_of(number))))
    more = sum(length_of(number) > 25 for number in range(20))
    assert copies(DEFAULT, cut).cut_at == ("B", 25, more)
    assert copies(cut, DEFAULT).cut_at == ("A", 25, more)
    assert copies(DEFAULT, cut).tokens_apart == set()
    assert copies(DEFAULT, DEFAULT).cut_at is None
    assert copies(DEFAULT, report(20, longer_by(-1))).cut_at is None


def test_prompts_of_one_length_that_lack_a_token_are_not_cut() -> None:
    whole, less = (report(20, lambda number, count=count: tokens(count)) for count in (30, 29))  # type: ignore[misc]
    assert copies(whole, less).cut_at is None
    assert copies(whole, less).tokens_apart == {-1}
    # All are longer than the window: it is seen by their lengths alone.
    assert copies(DEFAULT, report(20, lambda number: tokens(10))).cut_at == ("B", 10, 20)


def test_words() -> None:
    assert (items(1), items(1538)) == ("1 item", "1,538 items")
    assert (quoted(None), quoted("a\x1b")) == ("not set", "'a\\x1b'")
