from __future__ import annotations

import io
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.evaluation import Evaluation
from pytest_haerae.run import tally as tally_module
from pytest_haerae.run.asking import ask
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.progress import ProgressLine, StreamWriter
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.tally import Tally
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.scoring.registry import Scorer, find_scorer
from pytest_haerae.types import DataKey, Item, Request, Response, Selected, Verdict
from tests.unit.fakes import Ledger, everything, prepared, question, scripted, silent

ROWS = [question(number) for number in range(6)]


def evaluation(folder: Path, **options: Any) -> Evaluation:  # noqa: ANN401 - an option's value
    return prepared(folder, ROWS, scripted(lambda request: Response(text="정답: (A)"), Ledger()), **options)


def judged_by(plan: Plan, scorer: Scorer) -> Plan:
    """A plan with another scorer."""
    parts = {data: replace(part, scorer=ChosenScorer(scorer, None)) for data, part in plan.parts.items()}
    return replace(plan, parts=parts)


def tallied(prepared: Evaluation, plan: Plan | None = None) -> tuple[Tally, list[tuple[Selected, str]]]:
    """A tally, and what is asked."""
    asked = [(entry, f"key {entry.item.index}") for entry in everything(prepared)]
    return Tally(plan or prepared.plan, asked), asked


def test_answers_are_counted_as_they_arrive(tmp_path: Path) -> None:
    tally, asked = tallied(evaluation(tmp_path))
    assert tally.words(0) == []
    (first, key), (second, second_key), (_, third_key), *_ = asked
    right = Response(text=f"({first.item.reference})", prompt_tokens=900, completion_tokens=100, cost_usd=0.25)
    tally.note(key, right)
    assert tally.words(1) == ["acc 1.000", "0.2500 USD", "1.00k tokens"]
    tally.note(third_key, Response(error="HTTP 500"))
    assert tally.words(2)[0] == "1 error"
    tally.note(second_key, Response(text="모름"))
    tally.note("key 3", Response(error="HTTP 500"))
    assert tally.words(4) == ["2 errors", "acc 0.500", "0.2500 USD", "1.00k tokens"]
    assert tally.verdict(second, second_key, Response(text="모름")).outcome == "invalid"


def test_items_of_one_answer_are_judged_each(tmp_path: Path) -> None:
    prepared = evaluation(tmp_path)
    entries = everything(prepared)[:3]
    tally = Tally(prepared.plan, [(entry, "key") for entry in entries])
    tally.note("key", Response(text=f"({entries[0].item.reference})"))
    assert tally.words(1) == ["acc 0.333"]
    kept = [tally.verdict(entry, "key", None).outcome for entry in entries]
    assert kept == [
        tally.verdict(entry, None, Response(text=f"({entries[0].item.reference})")).outcome for entry in entries
    ]


def test_the_own_scorers_are_quick_but_for_the_one_that_compares_formulas() -> None:
    assert find_scorer("log_likelihood", "default").quick
    assert find_scorer("string_match", "default").quick
    assert find_scorer("string_match", "strict").quick
    assert not find_scorer("string_match", "math").quick


@pytest.mark.parametrize("quick", [True, False])
def test_each_item_is_judged_once_and_a_scorer_that_may_be_slow_after_the_last_answer(
    tmp_path: Path, quick: bool
) -> None:
    """A scorer may be slow, or say something else the second time."""
    told: list[str] = []

    def answer(request: Request) -> Response:
        told.append("asked")
        return Response(text="정답: (A)")

    def judge(item: Item, response: Response) -> Verdict:
        told.append(item.id)
        return Verdict("correct" if told.count(item.id) == 1 else "wrong", explanation=f"{len(told)}")

    ready = prepared(tmp_path, ROWS, scripted(answer, Ledger()))
    plan = judged_by(ready.plan, Scorer("string_match", "mine", judge, quick=quick))
    entries = everything(ready)
    with closing(ask(plan, Questions(plan, ready.source), entries, silent)) as answers:
        assert [sample.verdict.outcome for sample in answers.samples] == ["correct"] * len(ROWS)
    ids = [entry.item.id for entry in entries]
    assert sorted(told) == sorted([*["asked"] * len(ROWS), *ids])
    if not quick:
        assert told == [*["asked"] * len(ROWS), *ids]
    else:
        assert told.index(ids[0]) < len(ROWS)


def test_judging_takes_a_small_part_of_the_time_and_what_is_passed_over_is_judged_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(tally_module, "perf_counter", lambda: now[0])
    judged: list[int] = []

    def judge(item: Item, response: Response) -> Verdict:
        judged.append(item.index)
        now[0] += 0.8
        return Verdict("correct", explanation="slow")

    ready = evaluation(tmp_path)
    tally, asked = tallied(ready, judged_by(ready.plan, Scorer("string_match", "mine", judge, quick=True)))
    for _, key in asked[:4]:
        tally.note(key, Response(text="(A)"))
    assert (judged, tally.words(4)) == ([0, 1], ["acc ~1.000"])
    now[0] += 20
    tally.note(asked[4][1], Response(text="(A)"))
    assert judged == [0, 1, 4]
    assert [tally.verdict(entry, key, Response(text="(A)")).outcome for entry, key in asked] == ["correct"] * len(ROWS)
    assert sorted(judged) == list(range(len(ROWS))), "each once"


def test_the_accuracy_of_a_run_that_goes_on_is_not_said_to_be_of_all(tmp_path: Path) -> None:
    """What the store has is counted as done beside it, and was not judged."""
    shown: list[str] = []

    class Writer(StreamWriter):
        def write_line(self, line: str) -> None:
            shown.append(line)

    ready = evaluation(tmp_path, reuse=True)
    for entries in (everything(ready)[:4], everything(ready)):
        line = ProgressLine(Writer(io.StringIO()), live=False, width=100)
        ask(ready.plan, Questions(ready.plan, ready.source), entries, line).close()
    right = [entry.item.reference == "A" for entry in everything(ready)]
    assert [re.findall(r"\d/\d|acc \S+", each) for each in shown] == [
        ["4/4", f"acc {sum(right[:4]) / 4:.3f}"],
        ["6/6", f"acc ~{sum(right[4:]) / 2:.3f}"],
    ]


def test_neither_is_that_of_the_benchmarks_whose_scorer_is_left_alone(tmp_path: Path) -> None:
    ready = prepared(tmp_path, ROWS)
    slow = replace(ready.plan.first, scorer=ChosenScorer(find_scorer("string_match", "math"), None))
    other = DataKey("other")
    plan = replace(ready.plan, parts={**ready.plan.parts, other: slow})
    (entry, *_) = everything(ready)
    tally = Tally(plan, [(entry, "quick"), (replace(entry, data=other), "slow")])
    right = Response(text=f"({entry.item.reference})")
    tally.note("quick", right)
    assert tally.words(1) == ["acc 1.000"]
    tally.note("slow", right)
    assert tally.words(2) == ["acc ~1.000"]


def test_what_was_not_noted_is_judged_when_it_is_asked_for(tmp_path: Path) -> None:
    tally, ((entry, key), *_) = tallied(evaluation(tmp_path))
    right = Response(text=f"({entry.item.reference})")
    assert tally.verdict(entry, key, right).outcome == "correct", "of the store"
    tally.note(key, right)
    assert tally.verdict(entry, key, None).outcome == "correct", "as it was judged when it arrived"
    assert tally.verdict(entry, None, None).outcome == "skipped", "of an item that the method does not apply to"
