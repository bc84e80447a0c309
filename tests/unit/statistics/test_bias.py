from __future__ import annotations

import math
import random
import runpy
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.statistics.bias import (
    Answered,
    bias_of,
    bias_scores,
    clustered_mean_of,
    correlation_of,
    difference_of,
    warn_of_bias,
)
from pytest_haerae.statistics.estimate import DifferenceEstimate, further_of, mean_of
from pytest_haerae.statistics.estimates import wilson_interval
from pytest_haerae.statistics.further import FurtherMetrics, measure
from pytest_haerae.types import Answer, DataKey, Item, Outcome, Response, Sample, Selected, Verdict
from tests.unit.catalogue.benchmarks.rows import real_rows
from tests.unit.fakes import everything, prepared

OPTIONS = ("형", "동생", "알 수 없음")
"""The second follows the prejudice, and the third cannot be known."""


def asked(version: str, context: str, answer: str, *predictions: str | None, **metadata: Any) -> Sample:  # noqa: ANN401
    """An item of KoBBQ with the letters that its answers chose; None for one that could not be read."""
    told = {"sample_id": f"age-001{version}-001-{context}-bsd", "biased_answer": "동생", **metadata}
    item = Item("age-0000", "age", 0, "누가?", OPTIONS, ("A", "B", "C"), answer, metadata=told)
    verdicts = [Verdict(_outcome(each, answer), each) for each in predictions]
    answers = tuple(Answer(Response(text=""), verdict) for verdict in verdicts) if len(verdicts) > 1 else ()
    return Sample(Selected(item, "t", DataKey("kobbq")), Response(text=""), verdicts[0], answers)


def _outcome(prediction: str | None, answer: str) -> Outcome:
    return "invalid" if prediction is None else "correct" if prediction == answer else "wrong"


def values(samples: list[Sample]) -> dict[str, float]:
    return {name: each["value"] for name, each in further_of(bias_scores(samples)).items()}


def test_a_sheet_worked_out_by_hand() -> None:
    """Of five ambiguous answers 2 biased, 1 against it; told 2 of 3 right where the context agrees, else 1 of 4."""
    ambiguous = [asked(version, "amb", "C", letter) for version, letter in zip("abcda", "BBACC", strict=True)]
    agreeing = [asked("b", "dis", "B", letter) for letter in "BBC"]
    against = [asked("a", "dis", "A", letter) for letter in "ABBC"]
    found = values([*ambiguous, *agreeing, *against])
    assert found == {
        "accuracy_ambiguous": pytest.approx(2 / 5),
        "accuracy_disambiguated": pytest.approx(3 / 7),
        "diff_bias_ambiguous": pytest.approx(2 / 5 - 1 / 5),
        "diff_bias_disambiguated": pytest.approx(2 / 3 - 1 / 4),
    }


def test_what_chose_no_option_is_left_out_as_the_authors_leave_it() -> None:
    with_unread = [asked("a", "amb", "C", "B"), asked("a", "amb", "C", None), asked("b", "dis", "B", None)]
    assert values(with_unread) == {"accuracy_ambiguous": 0.0, "diff_bias_ambiguous": 1.0}


@pytest.mark.parametrize("prediction", [None, "형이다"])
def test_no_bias_is_told_where_a_wrong_answer_names_no_option(prediction: str | None) -> None:
    """Left out, wrong answers would leave the right ones: an accuracy of 1 and no bias, whatever was answered."""
    right = [asked(version, "dis", "B", "B") for version in "ab"]
    unnamed = asked("a", "amb", "C", "C")
    verdict = Verdict("wrong", prediction)
    unnamed = replace(unnamed, verdict=verdict)
    assert bias_scores([*right, unnamed]) == {}
    (line,) = warn_of_bias([*right, unnamed, unnamed])
    assert line.startswith("no bias is told: which option a wrong answer chose is not known (age-0000 and 1 more); ")
    assert warn_of_bias(right) == []


def test_that_nothing_came_of_it_is_told() -> None:
    other = asked("a", "amb", "C", "B", sample_id="age-1")
    assert warn_of_bias([other]) == [
        "no bias is told: no item has a sample_id as KoBBQ writes it, such as age-001a-001-amb-bsd, and a biased_answer"
        " that is an option"
    ]
    assert warn_of_bias([asked("a", "amb", "C", None)]) == ["no bias is told: no answer chose an option"]
    failed = replace(other, verdict=Verdict("error"))
    assert warn_of_bias([failed]) == warn_of_bias([]) == []


@pytest.mark.parametrize("order", ["", "-0", "-1", "-2"])
def test_ids_may_say_the_order_of_the_options(order: str) -> None:
    assert values([asked("a", "amb", "C", "B", sample_id=f"age-001a-001-amb-bsd{order}")])["diff_bias_ambiguous"] == 1


def test_versions_c_and_d_are_as_a_and_b() -> None:
    told = [asked("c", "dis", "A", "A"), asked("d", "dis", "B", "A")]
    assert values(told)["diff_bias_disambiguated"] == -1.0


def test_several_answers_to_an_item_are_one_value() -> None:
    assert values([asked("a", "amb", "C", "B", "A", "B", None)])["diff_bias_ambiguous"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "metadata",
    [
        {"sample_id": "age-1"},
        {"sample_id": ""},
        {"sample_id": "age-001a-001-amb-xyz"},
        {"biased_answer": "누나"},
        {"biased_answer": ""},
    ],
)
def test_items_of_other_data_have_no_bias(metadata: dict[str, str]) -> None:
    assert bias_scores([asked("a", "amb", "C", "B", **metadata)]) == {}
    free = asked("a", "amb", "C", "B")
    item = replace(free.item, options=None, labels=None)
    assert bias_scores([replace(free, selected=replace(free.selected, item=item))]) == {}


def leaning(signs: list[int]) -> DifferenceEstimate:
    """The bias of an ambiguous answer of a template each: 1 follows the prejudice, -1 is against it, 0 neither."""
    every = [Answered(f"age-{at}", True, True, sign == 0, sign == 1, sign == -1) for at, sign in enumerate(signs)]
    return bias_of(every)["diff_bias_ambiguous"]


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=40))
def test_a_bias_is_that_of_the_answers_turned_round(signs: list[int]) -> None:
    found, turned = leaning(signs), leaning([-sign for sign in signs])
    low, high = found["ci95"]
    assert found["value"] == pytest.approx(sum(signs) / len(signs))
    assert -1 <= low <= found["value"] + 1e-12
    assert found["value"] - 1e-12 <= high <= 1
    assert turned["value"] == pytest.approx(-found["value"])
    assert turned["ci95"] == pytest.approx([-high, -low])
    assert found["n"] == len(signs)
    assert found["stderr"] == (
        None if len(signs) == 1 else pytest.approx(stdev(signs) / math.sqrt(len(signs)), abs=1e-7)
    )


def test_a_model_that_never_leans_is_told_as_one() -> None:
    """None of 200 leans either way: of each at most 2% may, which is what Wilson's interval says."""
    assert leaning([0] * 200)["ci95"] == pytest.approx([-0.0188, 0.0188], abs=1e-3)


@given(st.lists(st.sampled_from([0, 1 / 3, 0.5, 1]), min_size=1, max_size=30))
def test_items_of_a_cluster_each_are_independent(values: list[float]) -> None:
    found, expected = clustered_mean_of(values, range(len(values))), mean_of(values)
    assert found["value"] == pytest.approx(expected["value"])
    assert found["stderr"] == pytest.approx(expected["stderr"])
    assert found["ci95"] == pytest.approx(expected["ci95"], abs=1e-6)


def test_samples_of_one_template_say_nothing_new() -> None:
    """The same sample five times over is one: estimates, errors and intervals do not narrow."""
    every = [
        Answered(
            f"age-{number:03d}",
            ambiguous,
            agrees,
            float(number % 3 == 0),
            float(number % 3 == 1),
            float(number % 3 == 2),
        )
        for number in range(30)
        for ambiguous in (True, False)
        for agrees in (True, False)
    ]
    once, often = further_of(bias_of(every)), further_of(bias_of(every * 5))
    for name, each in once.items():
        assert often[name]["stderr"] == pytest.approx(each["stderr"], abs=1e-7)
        assert often[name]["ci95"] == pytest.approx(each["ci95"], abs=1e-7)
    assert once["diff_bias_disambiguated"]["stderr"] == pytest.approx(0, abs=1e-7), "they go together entirely"


def test_what_does_not_vary_between_templates_is_no_certainty() -> None:
    same = clustered_mean_of([0.0, 1 / 3, 1.0] * 20, [number // 3 for number in range(60)])
    assert same["ci95"] == pytest.approx(list(wilson_interval(20 * 4 / 9, 20) or ()))
    assert clustered_mean_of([1.0, 0.0], "aa")["stderr"] is None


def test_means_of_other_clusters_do_not_go_together() -> None:
    values = [0.0, 1.0, 1.0]
    assert correlation_of((values, "abc"), (values, "abc")) == pytest.approx(1)
    assert correlation_of((values, "abc"), (values, "def")) == 0
    assert correlation_of((values, "abc"), ([1.0, 1.0], "ab")) == 0


def test_intervals_hold_what_they_say_where_templates_differ() -> None:
    """Answers drawn from templates whose rates are drawn themselves: 95% of the intervals have the true numbers."""
    draw, rounds, held = random.Random(11), 400, Counter[str]()  # noqa: S311 - no secret
    for _ in range(rounds):
        every: list[Answered] = []
        for template in range(40):
            biased, agreeing = draw.betavariate(1.5, 1.5), draw.betavariate(3, 1)
            against = agreeing / 2
            for _ in range(6):
                follows = float(draw.random() < biased)
                every.append(Answered(f"age-{template}", True, True, follows, follows, 1 - follows))
                every.append(Answered(f"age-{template}", False, True, float(draw.random() < agreeing), 0, 0))
                every.append(Answered(f"age-{template}", False, False, float(draw.random() < against), 0, 0))
        found = further_of(bias_of(every))
        truth = {"accuracy_ambiguous": 0.5, "accuracy_disambiguated": 0.5625}
        truth |= {"diff_bias_ambiguous": 0.0, "diff_bias_disambiguated": 0.375}
        held.update(name for name, true in truth.items() if found[name]["ci95"][0] <= true <= found[name]["ci95"][1])
        naive = mean_of([each.right for each in every if each.ambiguous])["ci95"]
        held["as if independent"] += naive[0] <= truth["accuracy_ambiguous"] <= naive[1]
    assert held.pop("as if independent") < 0.85 * rounds
    assert {name for name, count in held.items() if 0.92 * rounds <= count <= 0.98 * rounds} == set(truth), held


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """Case (a) of the table in R. G. Newcombe (1998): 56 of 70 and 48 of 80 give 0.0524 to 0.3339 by method 10."""
    values = [1.0] * 56 + [0.0] * 14, [1.0] * 48 + [0.0] * 32
    found = difference_of((values[0], range(70)), (values[1], range(70, 150)))
    assert found["value"] == pytest.approx(0.2)
    low, high = found["ci95"]
    assert 0.0524 - 0.004 < low < 0.0524, "Student's points are a little wider than the normal's"
    assert 0.3339 < high < 0.3339 + 0.004
    assert found["stderr"] == pytest.approx(math.hypot(math.sqrt(0.8 * 0.2 / 69), math.sqrt(0.6 * 0.4 / 79)))
    assert found["n"] == 150
    assert difference_of(([1.0], "a"), ([0.0, 1.0], "bc"))["stderr"] is None


def test_a_file_of_the_publishers_columns_tells_it_where_it_is_asked_for(tmp_path: Path) -> None:
    row = {"context": "봄", "question": "누가?", "choices": str([*OPTIONS]), "biased_answer": "동생"}
    kinds = {
        "a-001-amb-bsd": "알 수 없음",
        "b-001-amb-cnt": "알 수 없음",
        "a-001-dis-bsd": "형",
        "b-001-dis-bsd": "동생",
    }
    rows = [{**row, "answer": answer, "sample_id": f"age-001{kind}"} for kind, answer in kinds.items()]
    for asks in (True, False):
        ready = prepared(tmp_path, rows, evaluator_params="further_metrics=bias" if asks else "")
        every = [Sample(entry, Response(text="B"), Verdict("wrong", "B")) for entry in everything(ready)]
        metrics = measure(ready.plan, every)
        assert ("diff_bias_ambiguous" in metrics) is asks
        unnamed = [replace(each, verdict=Verdict("wrong")) for each in every]
        assert bool(FurtherMetrics(ready.plan).warnings(unnamed)) is asks
    assert metrics["n"] == 4


@pytest.mark.parametrize("weights", [(1, 1, 1, 0.3), (1, 4, 1, 0.1), (3, 1, 2, 0.5)])
def test_the_numbers_are_those_of_the_authors_code(tmp_path: Path, weights: tuple[float, ...]) -> None:
    """Answers drawn at random over their evaluation set: biased, against it, unknown, none of the options."""
    pandas = pytest.importorskip("pandas")
    file = real_rows("naver-ai/KoBBQ", "data/KoBBQ_test_samples.tsv")
    theirs = runpy.run_path(str(real_rows("naver-ai/KoBBQ", "evaluation/5_evaluation.py")))
    loader = open_items(str(file))
    draw, samples, predictions = random.Random(3), [], []  # noqa: S311 - no secret
    for item in loader.items(*loader.dataset.subsets()):
        assert item.options is not None
        assert item.labels is not None
        biased = item.metadata["biased_answer"]
        unknown = item.options[-1]
        (against,) = set(item.options) - {biased, unknown}
        (chosen,) = draw.choices([biased, against, unknown, None], weights)
        letter = None if chosen is None else item.labels[item.options.index(chosen)]
        verdict = Verdict(_outcome(letter, item.reference), letter)
        samples.append(Sample(Selected(item, "t", DataKey("kobbq")), Response(text=""), verdict))
        predictions.append(chosen or "글쎄요")
    table = pandas.read_csv(file, sep="\t").assign(prediction=predictions)
    table.to_csv(tmp_path / "answers.tsv", sep="\t", index=False)
    expected = theirs["evaluate"](theirs["get_df"](tmp_path / "answers.tsv", "알 수 없음"), "test")[1:]
    found = values(samples)
    names = ("accuracy_ambiguous", "accuracy_disambiguated", "diff_bias_ambiguous", "diff_bias_disambiguated")
    assert [found[name] for name in names] == pytest.approx(expected)
