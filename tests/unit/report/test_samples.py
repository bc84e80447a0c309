from __future__ import annotations

from dataclasses import replace

from pytest_haerae.data.metadata import Metadata
from pytest_haerae.report.samples import SampleRows, make_row
from pytest_haerae.types import Message, Request, Sample, Verdict
from tests.unit.reports import samples_of


def ask(sample: Sample) -> Request | None:
    """What each was asked: a chat, a text, or nothing."""
    number = sample.item.index
    chat = (Message("system", "짧게"), Message("user", f"{number}?"))
    return [None, Request("generate", f"글 {number}"), Request("generate", "", messages=chat)][number % 3]


def test_rows_are_like_the_list_of_all_and_made_anew() -> None:
    samples = samples_of({"a": "cwie", "b": "cs"})
    asked: list[str] = []

    def noted(sample: Sample) -> Request | None:
        asked.append(sample.item.id)
        return ask(sample)

    rows = SampleRows(samples, noted, lambda data: data.name, lambda sample: True)
    every = [make_row(sample, ask(sample), "questions.jsonl", return_logits=True) for sample in samples]
    assert (len(rows), list(rows), rows[-1], rows[1:3]) == (6, every, every[-1], every[1:3])
    assert rows[0] is not rows[0]
    assert asked[:6] == [sample.item.id for sample in samples]


def test_a_row_shows_what_was_sent() -> None:
    rows = SampleRows(samples_of({"a": "ccc"}), ask, lambda data: data.name, lambda sample: False)
    assert [row["input"] for row in rows] == [
        "### 질문: \na 0번\n\n### 정답:",
        "글 1",
        "[system]\n짧게\n\n[user]\n2?",
    ]
    assert [row["messages"] and row["messages"][1] for row in rows] == [None, None, {"role": "user", "content": "2?"}]


def test_a_scorers_error_is_the_items_error() -> None:
    (sample,) = samples_of({"a": "c"})
    failed = replace(sample, verdict=Verdict("error", explanation="scorer odd, item s0-0000: raised KeyError: 'B'"))
    row = make_row(failed, None, "questions.jsonl", return_logits=True)
    assert row["error"] == "scorer odd, item s0-0000: raised KeyError: 'B'"
    (unanswered,) = samples_of({"a": "e"})
    assert make_row(unanswered, None, "questions.jsonl", return_logits=True)["error"] == "HTTP 503"
    assert make_row(sample, None, "questions.jsonl", return_logits=True)["error"] is None


def test_a_row_has_the_items_metadata_as_a_dictionary_of_its_own() -> None:
    (sample,) = samples_of({"a": "c"})
    item = replace(sample.item, metadata=Metadata(("분류", "tags"), ("지리", [1, None])))
    about = replace(sample, selected=replace(sample.selected, item=item))
    row = make_row(about, None, "questions.jsonl", return_logits=True)
    assert row.get("metadata") == {"분류": "지리", "tags": [1, None]}
    assert type(row.get("metadata")) is dict
    assert make_row(sample, None, "questions.jsonl", return_logits=True).get("metadata") == {}
