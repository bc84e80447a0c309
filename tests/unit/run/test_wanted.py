from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_haerae.run.calls import Callers
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.wanted import Wanted, wanted_of
from tests.unit.fakes import everything, prepared, question, write_rows

FREE = [{"question": "부르는 말은?", "answer": "봄"}]


def wanted(folder: Path, callers: Callers | None = None, **options: Any) -> Wanted:  # noqa: ANN401 - an option's value
    write_rows(folder / "data" / "free.jsonl", FREE)
    write_rows(folder / "data" / "choices.jsonl", [question(number) for number in range(3)])
    evaluation = prepared(folder, [], dataset=str(folder / "data"), **options)
    return wanted_of(evaluation.plan, Questions(evaluation.plan, evaluation.source), everything(evaluation), callers)


def test_each_item_has_as_many_keys_as_answers_and_none_where_it_is_not_asked(tmp_path: Path) -> None:
    found = wanted(tmp_path, method="log_likelihood")
    assert [key is None for key in found.keys] == [False, False, False, True]
    assert (len(found.asked), found.last) == (3, [])
    found = wanted(tmp_path, method="string_match", repeats=3)
    assert len(set(found.keys)) == len(found.asked_keys) == 12
    assert found.last == [found.asked_keys[2::3]]


def test_more_answers_are_the_same_run_and_other_items_or_tests_another(tmp_path: Path) -> None:
    one, more = wanted(tmp_path), wanted(tmp_path, repeats=2)
    assert one.fingerprint == more.fingerprint
    others = [wanted(tmp_path, model_params="seed=7"), wanted(tmp_path, Callers(("test_a",)))]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 3


def test_what_probes_ask_makes_no_other_run_and_is_known_by_its_ways(tmp_path: Path) -> None:
    one, more = wanted(tmp_path), wanted(tmp_path, shuffle_options=3, repeats=2)
    assert (one.fingerprint, one.keys) == (more.fingerprint, more.keys[::2])
    # The last answers of the repeats, and the answers in the second and in the third order.
    assert [len(group) for group in more.last] == [4, 3, 3]
    assert len({*more.asked_keys, *(variant.key for variant in more.variants.asked)}) == 8 + 6
