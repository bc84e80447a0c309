"""The publisher's recordings, read here: each item's verdict, each file's accuracy, each difference named."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.logical_puzzles import READERS
from pytest_haerae.types import LETTERS, Item, Response
from tests.helpers import SHARED, shared
from tests.unit.scoring.judged import judged

RECORDINGS = "data/logical-puzzles/recordings"
SUMMARY_OF_ANOTHER_RUN = "the publisher's summary counts otherwise than the publisher's own verdicts beside the outputs"
DIFFERENT = {
    ("EXAONE-3.5-7.8B-Instruct", "time_ko_easy"): (0.35, 0.32),
    ("EXAONE-3.5-7.8B-Instruct", "time_ko_hard"): (0.04, 0.05),
    ("EXAONE-3.5-7.8B-Instruct", "time_ko_medium"): (0.13, 0.08),
    ("Meta-Llama-3.1-8B-Instruct", "saju_ko_easy"): (0.02, 0.03),
    ("Meta-Llama-3.1-8B-Instruct", "saju_ko_hard"): (0.0, 0.01),
    ("Meta-Llama-3.1-8B-Instruct", "time_ko_easy"): (0.08, 0.13),
    ("Meta-Llama-3.1-8B-Instruct", "time_ko_hard"): (0.0, 0.02),
    ("Meta-Llama-3.1-8B-Instruct", "time_ko_medium"): (0.02, 0.09),
}
"""Files whose published accuracy is another than ours, with both: `SUMMARY_OF_ANOTHER_RUN` explains all of them."""


def recordings() -> list[Path]:
    return sorted((SHARED / RECORDINGS).glob("*/*.csv.gz"))


def read_rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def item_of(row: dict[str, str], subset: str) -> Item:
    labels = tuple(LETTERS) if subset.startswith("kinship") else None
    return Item(row["id"], subset, 0, row["question"], labels, labels, row["answer"])


def response_of(row: dict[str, str]) -> Response:
    """A recorded answer; the recordings have no finish reasons, but an empty one behind a thought spent its budget."""
    reason = "stop" if row["resps"].strip() else "length"
    return Response(row["resps"], reasoning=row["thinking_content"] or None, finish_reason=reason)


def test_the_recordings_are_all_here() -> None:
    shared(RECORDINGS)
    assert len(recordings()) >= 27


@pytest.mark.parametrize("path", recordings(), ids=lambda path: f"{path.parent.name}-{path.name.partition('.')[0]}")
def test_each_file_has_the_published_accuracy_or_the_difference_is_named(path: Path) -> None:
    subset, rows = path.name.partition(".")[0], read_rows(path)
    summary = json.loads(path.with_name(f"{subset}.json").read_text(encoding="utf-8"))["summary"]["overall"]
    verdicts = [judged(item_of(row, subset), response_of(row), "string_match", "logical_puzzles") for row in rows]
    right = [verdict.outcome == "correct" for verdict in verdicts]
    assert right == [row["exact_match"] == "1" for row in rows]
    accuracy, published = round(sum(right) / len(right), 2), round(summary["accuracy"], 2)
    if accuracy != published:
        assert DIFFERENT[path.parent.name, subset] == (published, accuracy)
    else:
        assert (path.parent.name, subset) not in DIFFERENT
    cut = [verdict.outcome == "cut" for verdict in verdicts]
    assert cut == [not row["resps"].strip() for row in rows]
    for row, verdict in zip(rows, verdicts, strict=True):
        assert (verdict.prediction or "") == row["filtered_resps"]
        assert verdict.why is None or verdict.why in row["resps"]


def test_gpt_oss_spent_its_budget_on_60_of_the_hard_units() -> None:
    path = shared(f"{RECORDINGS}/openai_gpt-oss-120b/korean_units_ko_hard.csv.gz")
    verdicts = [
        judged(item_of(row, "korean_units_ko_hard"), response_of(row), "string_match", "logical_puzzles")
        for row in read_rows(path)
    ]
    assert sum(verdict.outcome == "cut" for verdict in verdicts) == 60
    assert {verdict.rule for verdict in verdicts if verdict.outcome == "cut"} == {"only reasoning"}


TABLE: list[tuple[str, str, str, str | None, str]] = [
    ("time_ko_easy", "1999.1.24", "Answer: 1999-01-24", "1999.1.24", "labelled"),
    ("time_ko_easy", "2020.4.1(윤달)", "정답: 2020년 …\nAnswer: 2020. 4. 1 (윤달)", "2020.4.1(윤달)", "labelled"),
    ("time_ko_hard", "갑인", "Answer: 2007.1.20 토요일 갑인", "갑인", "labelled"),
    ("time_ko_medium", "금요일", "10월 14일은 **금요일**입니다.", "금요일", "unlabelled"),
    ("saju_ko_easy", "정미", "정답: 정미(丁未)", "정미", "labelled"),
    ("jamo_ko_hard", "뤤뱾곤", "답: '뤤뱾곤'", "뤤뱾곤", "labelled"),
    ("korean_units_ko_easy", "373돈", "합은 400이 아니다.\n정답: 1,373돈", "1373", "labelled"),
    ("korean_units_ko_easy", "373돈", "모두 373", "373", "unlabelled"),
    ("subway_ko_hard", "15정거장", "따라서 15 정거장, 3분", "15", "unlabelled"),
    ("number_baseball_ko_easy", "0538", "Answer: 0538", "0538", "labelled"),
    ("number_baseball_ko_easy", "0538", "12345 말고 0538", "0538", "unlabelled"),
    ("kinship_ko_easy", "F", "F가 아니라\nAnswer: b (시백모)", "B", "labelled"),
    ("kinship_ko_easy", "F", "모르겠다", None, "no answer"),
]


@pytest.mark.parametrize(("subset", "reference", "text", "prediction", "rule"), TABLE)
def test_what_is_read_of_each_task(subset: str, reference: str, text: str, prediction: str | None, rule: str) -> None:
    item = item_of({"id": "i", "question": "?", "answer": reference}, subset)
    verdict = judged(item, Response(text, finish_reason="stop"), "string_match", "logical_puzzles")
    assert (verdict.prediction, verdict.rule) == (prediction, rule)
    if prediction is None:
        assert verdict.outcome == "invalid"


@pytest.mark.parametrize("subset", ["time_ko_hard", "subway_ko_easy", "korean_units_ko_hard", "kinship_ko_medium"])
@pytest.mark.parametrize("text", ["음, 갑자 2020.1.1 15정거장 B 금요", "<think>Answer: 갑자", ""])
def test_an_output_that_was_cut_before_its_answer_states_none(subset: str, text: str) -> None:
    reference = {"t": "갑자", "s": "15정거장", "k": "B"}[subset[0]]
    item = item_of({"id": "i", "question": "?", "answer": reference}, subset)
    verdict = judged(item, Response(text, finish_reason="length"), "string_match", "logical_puzzles")
    assert (verdict.outcome, verdict.prediction) == ("cut", None)


def test_reasoning_is_never_read() -> None:
    item = item_of({"id": "i", "question": "?", "answer": "373돈"}, "korean_units_ko_easy")
    aloud = judged(item, Response("<think>Answer: 373돈</think>모른다"), "string_match", "logical_puzzles")
    apart = judged(item, Response("모른다", reasoning="Answer: 373돈"), "string_match", "logical_puzzles")
    assert aloud.outcome == apart.outcome == "invalid"
    unfinished = judged(item, Response("<think>Answer: 373돈"), "string_match", "logical_puzzles")
    assert (unfinished.outcome, unfinished.rule) == ("cut", "no answer")


def test_an_item_of_another_subset_is_judged_as_any_other() -> None:
    other = item_of({"id": "i", "question": "?", "answer": "서울"}, "capitals")
    verdicts = [judged(other, Response("서울"), "string_match", name) for name in ("default", "logical_puzzles")]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0].outcome == "correct"


@pytest.mark.parametrize("task", READERS)
@pytest.mark.parametrize("text", ["1" * 20_000, "\n" * 20_000, "answer " * 4_000, "1 " * 10_000 + "윤", "A" * 20_000])
def test_a_models_loop_takes_no_longer_than_its_length(task: str, text: str) -> None:
    found = READERS[task](text, "0538")
    assert found is None or found.answer


@given(st.sampled_from(sorted(READERS)), st.text(), st.sampled_from(["0538", "갑자", "금요일", "1.1.1", "V", "5돈"]))
def test_whatever_a_model_writes_a_reader_reads_words_of_it_or_nothing(task: str, text: str, reference: str) -> None:
    found: Any = READERS[task](text, reference)
    assert found is None or found.answer
