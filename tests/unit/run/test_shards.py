from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytest_haerae.run.questions import Questions
from pytest_haerae.run.shards import ENOUGH_CHARACTERS, LEAST_UNITS, joined, orders_of_rows, shards_of, text_of
from pytest_haerae.run.variants import variants_of
from pytest_haerae.types import DataKey, Selected, Turn
from tests.unit.fakes import everything, item, prepared, question


def selected(count: int, subset: str = "a", length: int = 0) -> list[Selected]:
    padded = [item(number, subset, query=f"{number}번? " + "글" * length) for number in range(count)]
    return [Selected(each, f"t.py::t[{subset}-{each.index}]", DataKey("d")) for each in padded]


def test_shards_are_neighbours_of_one_subset() -> None:
    entries = [*selected(30, "a", 400), *selected(3, "b", 5000), *selected(9, "c", 1)]
    shards = list(shards_of(entries))
    assert [len(shard) for shard in shards] == [5] * 6 + [9]
    for shard in shards:
        assert len({entry.item.subset for entry in shard}) == 1
        assert [entry.item.index for entry in shard] == list(
            range(shard[0].item.index, shard[0].item.index + len(shard))
        )
        assert len(shard) >= LEAST_UNITS
    assert all(sum(len(text_of(entry.item)) for entry in shard) >= ENOUGH_CHARACTERS for shard in shards[:6])


def test_a_gap_and_a_second_test_of_a_row_join_nothing_wrong() -> None:
    entries = selected(12)
    twice = [entry for entry in entries for _ in range(2)]
    assert [len(shard) for shard in shards_of(twice)] == [12]
    assert [[entry.item.index for entry in shard] for shard in shards_of(entries[:5] + entries[6:])] == [
        [*range(6, 12)]
    ]
    turns = [replace(entry, item=replace(entry.item, turns=(Turn("하나"), Turn("둘")))) for entry in entries]
    assert list(shards_of(turns)) == []


def test_the_other_orders_are_others_and_the_same_each_time() -> None:
    shard = selected(4)
    orders = orders_of_rows(shard, 100)
    assert len(orders) == len(set(orders)) == 23
    assert (0, 1, 2, 3) not in orders
    assert orders_of_rows(shard, 5) == orders[:5]


def test_rows_that_share_a_passage_stay_together() -> None:
    texts = ["하나", "하나", "하나", "둘", None, None, "셋", "셋"]
    entries = [
        Selected(
            item(number, query=f"### 지문: {text}\n### 질문: {number}번?" if text else f"{number}번?"),
            f"t{number}",
            DataKey("d"),
        )
        for number, text in enumerate(texts)
    ]
    (shard,) = shards_of(entries)
    assert len(shard) == len(texts)
    orders = orders_of_rows(shard, 1000)
    # Three rows, one, one, one and two are five units.
    assert len(orders) == len(set(orders)) == 119
    for order in orders:
        assert order[order.index(0) :][:3] == (0, 1, 2)
        assert order[order.index(6) :][:2] == (6, 7)
    assert list(shards_of(entries[:5])) == []


def test_a_row_is_read_with_its_answer() -> None:
    assert text_of(item(1)).endswith("### 정답: (B)")
    assert text_of(item(options=None, labels=None, query="봄?", reference="봄")) == "봄? 봄"
    assert text_of(item(options=("긴 글",), labels=("A",), query="", reference="A")) == "긴 글"
    rows = [entry.item for entry in selected(3)]
    assert joined(rows, (2, 0, 1)).split("\n\n") == [text_of(rows[place]) for place in (2, 0, 1)]


def test_texts_of_rows_are_scored_whatever_the_method(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, [question(number) for number in range(5)], probe_order=3)
    questions = Questions(evaluation.plan, evaluation.source)
    found = variants_of(evaluation.plan, questions, everything(evaluation))
    assert [variant.way.number for variant in found.asked] == [0, 1, 2, 3]
    assert found.by_kind(evaluation.plan).keys() == {"loglikelihood"}
    requests = [questions.in_way(variant.entry, variant.way) for variant in found.asked]
    assert {(request.kind, request.context) for request in requests} == {("loglikelihood", "")}
    assert len({request.continuations for request in requests}) == len({variant.key for variant in found.asked}) == 4
    assert {len(request.continuations[0]) for request in requests} == {len(requests[0].continuations[0])}
