from __future__ import annotations

from pathlib import Path

from pytest_haerae.config.run_config import build_config
from pytest_haerae.report.probes import with_probes
from pytest_haerae.run.probing import NOTHING_PROBED, Asked, Probed
from pytest_haerae.run.variants import Variants
from pytest_haerae.run.ways import Way
from pytest_haerae.statistics.scores import make_metrics
from pytest_haerae.types import Outcome
from tests.unit.reports import samples_of


def ordered(number: int, order: tuple[int, ...], outcome: Outcome, chosen: int | None) -> Asked:
    return Asked(Way("shuffle_options", number, order=order), outcome, chosen)


def test_metrics_without_probes_are_as_they_are(tmp_path: Path) -> None:
    samples = samples_of({"a": "cw"})
    metrics = make_metrics(samples)
    assert with_probes(metrics, build_config({"model": "random"}, tmp_path), samples, NOTHING_PROBED) is metrics


def test_what_was_answered_is_joined_by_the_items_tests(tmp_path: Path) -> None:
    samples = samples_of({"a": "ccwes"})
    names = [sample.nodeid for sample in samples]
    found = {
        names[0]: [ordered(1, (1, 2, 3, 4, 0), "correct", 4), ordered(2, (2, 3, 4, 0, 1), "error", None)],
        names[1]: [ordered(1, (1, 2, 3, 4, 0), "invalid", None), ordered(2, (4, 0, 1, 2, 3), "correct", 2)],
        "test_gone.py::test_gone": [ordered(1, (1, 2, 3, 4, 0), "correct", 4)],
    }
    left_out = {"shuffle_options": {names[2]: "alike", "test_gone.py::test_other": "no_options"}}
    probed = Probed(Variants((), left_out), found)  # type: ignore[arg-type] # literals of a dictionary
    config = build_config({"model": "random", "shuffle_options": 3}, tmp_path)
    before = make_metrics(samples)
    metrics = with_probes(before, config, samples, probed)
    assert {name: value for name, value in metrics.items() if name != "probes"} == before
    probe = metrics["probes"]["shuffle_options"]
    assert (probe["k"], probe["n"], probe["answers"], probe["errors"]) == (3, 2, 5, 1)
    assert probe["left_out"] == {"alike": 1}
    assert probe["accuracy"] is not None
    assert probe["same_option"] is not None
    assert (probe["accuracy"]["value"], probe["own"], probe["same_option"]["value"]) == ((1 + 2 / 3) / 2, 1, 0)
    # The first item has one answer less than it was asked for.
    assert probe["same_option"]["n"] == 1


def test_prompts_are_told_by_their_names(tmp_path: Path) -> None:
    samples = samples_of({"a": "cwe"})
    answers: list[tuple[Outcome, Outcome]] = [("wrong", "correct"), ("correct", "error"), ("correct", "wrong")]
    found = {
        sample.nodeid: [Asked(Way("prompts", number), outcome, None) for number, outcome in enumerate(pair, 1)]
        for sample, pair in zip(samples, answers, strict=True)
    }
    config = build_config({"model": "random", "prompts": "letter,cot,hret"}, tmp_path)
    probe = with_probes(make_metrics(samples), config, samples, Probed(found=found))["probes"]["prompts"]
    assert [(each["prompt"], each["errors"]) for each in probe["prompts"]] == [("letter", 1), ("cot", 0), ("hret", 1)]
    assert probe["spread"] is not None
    assert (probe["spread"]["n"], probe["spread"]["accuracies"]) == (1, [1, 0, 1])
