from __future__ import annotations

import csv
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.choice import read_choice, read_strictly
from pytest_haerae.scoring.string_match import judge_string_match
from pytest_haerae.types import LETTERS, Item, Response
from tests.helpers import lettered, shared
from tests.unit.scoring.reading.adversarial import PIECES, repeated

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "가는 말이 고와야 오는 말이 곱다")
CHARACTERS = st.text(st.characters(exclude_categories=()), max_size=200)
TEXTS = st.lists(st.sampled_from(PIECES) | CHARACTERS, max_size=12).map("".join)

PROMISED: list[tuple[str, str | None]] = [
    ("정답은 (B)입니다.", "B"),
    ("(B).", "B"),
    ("B", "B"),
    ("（B）", "B"),
    ("②", "B"),
    ("2번", "B"),
    ("**B**", "B"),
    (r"\boxed{(B)}", "B"),
    ("(B) 원두를 갈아 물을 붓는다", "B"),
    ("(A) 또는 (B)", None),
    ("(A) 가\n(B) 나\n(C) 다\n(D) 라\n(E) 마", None),
    ("", None),
    ("<think>정답은 (A)</think>정답: B", "B"),
    ("<think>정답은 (A)</think>", None),
    ("답은 나무 쌓기", "D"),
    ("나무쌓기", "C"),
]


@pytest.mark.parametrize(("text", "label"), PROMISED)
def test_reads_what_the_contract_promises(text: str, label: str | None) -> None:
    assert read_choice(text, lettered()).label == label


# -- recorded answers ---------------------------------------------------------------------------------------------

READ_BEYOND_THE_RECORD = {
    "지드래곤 (A)": ("A", "the one letter that it names, in the form of the options"),
    "빨간맛 (D)": ("D", "the one letter that it names, in the form of the options"),
    "➁ C": ("C", "a letter beats the number beside it"),
    "뻔뻔스럽거나 비위가 좋아 주어진 상황에 잘 적응하는 성미의 의미를 가진 단어로 알맞은 것은 E: 일반인입니다.": (
        "E",
        "it completes the question's own words: 알맞은 것은 E",
    ),
}
"""Answers that the record counts as unreadable, what is read here, and why."""


@pytest.mark.parametrize(
    "model", ["gpt-35-turbo-230613", "gpt-4o-mini-240718", "llama-3-1-8b-instruct", "nova-2-lite-2025-12-05"]
)
def test_reads_recorded_answers_as_published(model: str) -> None:
    with shared(f"data/responses/{model}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    item = lettered(options=("\0a", "\0b", "\0c", "\0d", "\0e"))
    differing = {
        row["response"]: label
        for row in rows
        if (label := read_choice(row["response"], item).label or "") != row["pred"]
    }
    assert sum(bool(row["pred"]) for row in rows) > 1400
    assert differing == {text: READ_BEYOND_THE_RECORD[text][0] for text in differing}
    assert not any(row["pred"] for row in rows if row["response"] in differing)


# -- properties ---------------------------------------------------------------------------------------------------


@given(TEXTS)
def test_never_raises_and_answers_only_with_a_label(text: str) -> None:
    reading = read_choice(text, lettered())
    assert reading.label in {"A", "B", "C", "D", "E", None}
    assert reading.rule
    assert judge_string_match(FREE, Response(text=text)).outcome in {"correct", "wrong", "invalid", "cut"}


@given(
    st.text(st.characters(exclude_characters="<>[]|◁▷:", exclude_categories=()), max_size=300), st.sampled_from("ABCDE")
)
def test_a_verdict_at_the_end_wins_whatever_stands_before(before: str, label: str) -> None:
    for verdict in ("정답: ({})", "따라서 정답은 ({})입니다.", "The answer is {}.", "### ANSWER\n{}"):
        assert read_choice(f"{before}\n\n{verdict.format(label)}", lettered()).label == label


@given(CHARACTERS, st.sampled_from("ABCDE"))
def test_a_reasoning_block_changes_nothing(thought: str, label: str) -> None:
    for answer in (f"정답: ({label})", label, f"({label}) 또는 (A)", "모르겠다"):
        found, alone = (read_choice(text, lettered()) for text in (f"<think>{thought}</think>{answer}", answer))
        assert (found.label, found.rule, found.words) == (alone.label, alone.rule, alone.words)


@given(
    st.sets(st.sampled_from("ABCDE"), min_size=2).map(sorted),
    st.sampled_from([", ", " 또는 ", "와 ", " or ", "/", " 및 "]),
)
def test_several_options_joined_are_no_answer(labels: list[str], joint: str) -> None:
    joined = joint.join(f"({label})" for label in labels)
    for text in (joined, f"정답은 {joined}입니다.", f"The answer is {joined}.", f"정답: {joined}"):
        assert read_choice(text, lettered()).label is None


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_no_repeated_text_makes_a_rule_backtrack(piece: str) -> None:
    # benchmarks/answers.py measures the milliseconds. A test on a machine that may be busy can only look for what goes
    # wrong by orders of magnitude: CPU time, the best of up to three, against 20 times the goal.
    text = repeated(piece, 100_000)
    assert any(_cpu_seconds(text) < 1 for _ in range(3))


def _cpu_seconds(text: str) -> float:
    started = time.process_time()
    read_choice(text, lettered())
    judge_string_match(FREE, Response(text=text))
    return time.process_time() - started


# -- the strict mode ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label", "rule"),
    [
        ("정답: (B)", "B", "demanded format"),
        ("조선의 법전이다.\n### 정답: (B)\n", "B", "demanded format"),
        ("<think>정답: (A)</think>\n정답: (B)", "B", "demanded format"),
        ("(B)", "B", "bare label"),
        (" B.\n", "B", "bare label"),
        ("2", "B", "bare label"),
        ("정답은 (B)입니다.", None, "not the demanded format"),
        ("정답: (B)\n설명: 조선의 법전이다.", None, "not the demanded format"),
        ("정답: (A), (B)", None, "not the demanded format"),
        ("**정답: (B)**", None, "not the demanded format"),
        ("(B) 원두", None, "not the demanded format"),
        ("정답: (H)", None, "not the demanded format"),
        ("", None, "empty"),
        ("<think>정답: (B)", None, "unfinished reasoning"),
        ("<think>정답: (B)</think>", None, "only reasoning"),
    ],
)
def test_the_strict_mode_takes_only_the_demanded_format(text: str, label: str | None, rule: str) -> None:
    reading = read_strictly(text, lettered())
    assert (reading.label, reading.rule) == (label, rule)


@given(TEXTS)
def test_what_is_read_strictly_is_read_leniently(text: str) -> None:
    strict = read_strictly(text, lettered())
    assert strict.label is None or read_choice(text, lettered()).label == strict.label


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("B", "bare label"),
        ("원두", "option text"),
        ("원두를 갈아 마신다.", "option text"),
        ('{"answer": "B"}', "JSON"),
        ("정답은 B", "stated verdict"),
        (r"\boxed{B}", "box"),
        ("<answer>B</answer>", "answer tag"),
        ("A. 아니, B.", "correction"),
        ("사과는 과일이다.\n\nB", "own line"),
        ("따라서 (B)입니다.", "conclusion"),
        ("(B) 갈아서 마신다.", "opening label"),
        ("갈아서 마신다.\n(B) 마시는 것이므로.", "closing label"),
        ("갈아서 마시는 (B)", "only label"),
    ],
)
def test_each_reading_names_its_rule(text: str, rule: str) -> None:
    assert read_choice(text, lettered()).rule == rule


@given(st.lists(st.sampled_from("ABCDEFGZ") | TEXTS, min_size=2, max_size=26), st.data(), st.booleans(), TEXTS)
def test_a_letter_alone_is_that_option_whatever_the_options_say(
    options: list[str], data: st.DataObject, limited: bool, query: str
) -> None:
    """An answer that an engine kept to the letters is never read as something else."""
    labels = tuple(LETTERS[: len(options)])
    label = data.draw(st.sampled_from(labels))
    item = Item("p-0000", "p", 0, query, tuple(options), labels, "A")
    assert read_choice(label, item, limited=limited).label == label
    assert read_strictly(label, item).label == label
