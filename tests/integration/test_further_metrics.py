"""What is told beside the accuracy: acc_norm of options of text, macro F1 of KoBEST and where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.data.hub import HubDataset
from tests.helpers import HubRows, valid_report, write_questions
from tests.integration.always import REPORT
from tests.integration.conftest import Evaluate

ROWS = [
    {
        "question": f"{number}번: 알맞은 것은?",
        "options": ["비", "소나기가 내린다", "눈이 온다 12"],
        "answer": "ABC"[number % 3],
    }
    for number in range(30)
]


def kobest_row(configuration: str | None, number: int) -> dict[str, Any]:
    if configuration == "copa":
        both = {"alternative_1": "비가 왔다.", "alternative_2": "해가 났고 하늘이 맑았다."}
        return {"premise": f"{number}번 땅이 젖었다.", "question": "원인", **both, "label": number % 2}
    return {"sentence": f"{number}번 좋다", "label": int(number % 3 == 0)}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_options_of_text_have_their_accuracy_by_length_in_report_terminal_and_page(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write_questions(pytester.path, ROWS)
    result = evaluate("--method=log_likelihood", "--prompt=option_text", "--report-html=page.html", *workers)
    report = valid_report(REPORT)
    right = []
    for sample in report["samples"]:
        over = [value / len(text) for value, text in zip(sample["loglikelihoods"], sample["options"], strict=True)]
        right.append(over.index(max(over)) == "ABC".index(sample["reference"]))
    found = report["metrics"]["acc_norm"]
    assert (found["value"], found["n"]) == (sum(right) / len(right), 30)
    assert report["metrics"]["subsets"]["questions"]["acc_norm"] == found
    low, high = found["ci95"]
    result.stdout.fnmatch_lines([f"acc_norm {found['value']:.4f} ({low:.3f}-{high:.3f}, n 30)"])
    assert "acc_norm (by characters)" in Path("page.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_letters_are_equally_long_and_nothing_is_told(evaluate: Evaluate) -> None:
    evaluate("--method=log_likelihood")
    metrics = valid_report(REPORT)["metrics"]
    assert not {"acc_norm", "acc_bytes", "macro_f1"} & {*metrics, *metrics["subsets"]["questions"]}


def test_kobest_reports_its_macro_f1_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(self: HubDataset, configuration: str | None) -> HubRows:
        return HubRows(kobest_row(configuration, number) for number in range(40))

    monkeypatch.setattr(HubDataset, "_load", load)
    out = tmp_path / "report.json"
    Evaluator(progress=False).run(
        "random",
        dataset="kobest",
        subset=["copa", "sentineg"],
        method="log_likelihood",
        store=tmp_path / "s.sqlite",
        output_file=out,
    )
    report = valid_report(out)
    f1_score = pytest.importorskip("sklearn.metrics").f1_score
    for subset, score in report["metrics"]["subsets"].items():
        rows = [row for row in report["samples"] if row["subset"] == subset]
        expected = f1_score([row["reference"] for row in rows], [row["prediction"] for row in rows], average="macro")
        assert score["macro_f1"]["value"] == pytest.approx(expected)
    parts = [score["macro_f1"]["value"] for score in report["metrics"]["subsets"].values()]
    assert report["metrics"]["macro_f1"]["value"] == pytest.approx(sum(parts) / 2), "equally many items"
    assert "acc_norm" in report["metrics"]["subsets"]["copa"]
    assert "acc_norm" not in report["metrics"]["subsets"]["sentineg"], "부정 and 긍정 are equally long"


@pytest.mark.slow
def test_elsewhere_macro_f1_is_told_where_it_is_asked_for(evaluate: Evaluate) -> None:
    evaluate("--evaluator-params=further_metrics=macro_f1", "--output-file=told.json")
    evaluate("--reuse", "--output-file=plain.json", "--baseline=told.json", "--max-drop=0.1")
    told, plain = (valid_report(Path(name))["metrics"] for name in ("told.json", "plain.json"))
    assert told["macro_f1"]["n"] == told["n"]
    assert "macro_f1" not in plain
    assert told["accuracy"] == plain["accuracy"], "it is the same measurement, and so a baseline for it"


@pytest.mark.parametrize("given", ["macro_f2", ["macro_f1", "bleu"]])
def test_a_metric_that_there_is_not_is_one_line(evaluate: Evaluate, given: object) -> None:
    result = evaluate(f"--evaluator-params={json.dumps({'further_metrics': given})}", inprocess=True)
    assert result.ret == 4
    assert "--evaluator-params: unknown metric '" in result.stderr.str()


SPEAKS = """
from pytest_haerae.testing import ScriptedBackend

class Speaks(ScriptedBackend):
    methods = frozenset({"generate"})

    def answer(self, number, request):
        return "<think>Well, second</think>The answer is (B)" if number % 4 == 0 else "정답은 (B)입니다."

def pytest_haerae_backends():
    return {"speaks": Speaks}
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_the_share_of_hangul_is_told_where_it_is_asked_for(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makeconftest(SPEAKS)
    result = evaluate("--evaluator-params=further_metrics=hangul", *workers, model="speaks")
    found = valid_report(REPORT)["metrics"]["hangul"]
    assert (found["value"], found["n"]) == (pytest.approx(0.75), 40)
    result.stdout.fnmatch_lines(["hangul 0.7500 (*, n 40)"])


def test_without_langdetect_the_toolkits_form_is_one_line(evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.scoring.language.find_spec", lambda name: None)
    result = evaluate("--evaluator-params=language_penalize=true", inprocess=True)
    assert result.ret == 4
    assert "pip install 'pytest-haerae[language]'" in result.stderr.str()


@pytest.mark.slow
def test_the_toolkits_form_is_reported_by_its_name(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytest.importorskip("langdetect")
    pytester.makeconftest(SPEAKS)
    evaluate("--evaluator-params=language_penalize=true,target_lang=ko", model="speaks")
    assert valid_report(REPORT)["metrics"]["language_penalizer_average"]["value"] == pytest.approx(0.75)
