from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.report.history.folder import HISTORY
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.store import Store
from pytest_haerae.types import Request, Response
from tests.helpers import valid_report
from tests.unit.fakes import Ledger, data_of, everything, prepared, question, scripted, silent, write_rows

ROWS = [question(number) for number in range(9)]


def answer(request: Request) -> Response:
    return Response(error="HTTP 500") if "8번" in request.context else Response(text="정답: (A)")


def evaluation(folder: Path, ledger: Ledger | None = None, rows: Any = ROWS, **options: Any) -> Evaluation:  # noqa: ANN401 - rows and options
    return prepared(folder, rows, scripted(answer, ledger or Ledger()), output_file=folder / "r.json", **options)


def run(folder: Path, *, count: int | None = None, by_hand: bool = False, **options: Any) -> tuple[dict[str, Any], Any]:  # noqa: ANN401 - an option's value
    """Ask everything and conclude on the first so many samples: the report and the conclusion."""
    made = evaluation(folder, **options)
    selection = everything(made)
    with closing(made.ask(selection, silent, by_hand=by_hand)) as answers:
        conclusion = made.conclude(selection, answers.samples[:count], answers, by_hand=by_hand)
    return valid_report(folder / "r.json"), conclusion


def refused(folder: Path, message: str, **options: Any) -> None:  # noqa: ANN401 - an option's value
    """Hold that a run is refused before its model is loaded or its store begun."""
    ledger = Ledger()
    made = evaluation(folder, ledger, store=folder / "untouched.sqlite", **options)
    with pytest.raises(UsageError, match=message):
        made.ask(everything(made), silent)
    assert (ledger.loads, ledger.asked) == (0, [])
    assert not (folder / "untouched.sqlite").exists()


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    run(tmp_path, max_error_rate=1)
    return (tmp_path / "r.json").rename(tmp_path / "base.json")


def test_gates_on_subsets_are_checked_before_the_model_is_loaded(tmp_path: Path) -> None:
    refused(
        tmp_path, "--min-accuracy: unknown subset 'qestions': did you mean 'questions'", min_accuracy="qestions=0.5"
    )


def test_a_baselines_items_are_checked_before_the_model_is_loaded(tmp_path: Path, baseline: Path) -> None:
    refusal = r"--baseline .*base\.json: incompatible: it has none of this run's 9 items; item questions-0000 has other"
    refused(tmp_path, refusal, baseline=baseline, rows=[question(n, question=f"다른 문제 {n}?") for n in range(9)])


def test_a_grown_file_is_compared_on_what_is_common_and_the_rest_is_named(tmp_path: Path, baseline: Path) -> None:
    rows = [question(100), *ROWS[1:4], question(4, question="고친 문제?"), *ROWS[5:]]
    report, _ = run(tmp_path, rows=rows, baseline=baseline, max_error_rate=1)
    (gate,) = report["info"]["gates"]
    assert "on 6 paired items" in gate["detail"]
    assert "not in the baseline: 2 items (questions-0000, questions-0004)" in gate["detail"]
    assert "only in the baseline: 2 items (questions-0000, questions-0004)" in gate["detail"]
    (warning,) = [line for line in report["info"]["warnings"] if "baseline" in line]
    assert warning == "the data no longer have items of the baseline: 2 items (questions-0000, questions-0004)"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("prompt", {"prompt": "letter"}),
        ("num_few_shot", {"num_few_shot": 1}),
        ("scorer", {"evaluator_params": "scorer=strict"}),
        ("split", {"split": "dev"}),
        ("method", {"method": "log_likelihood", "prompt": "answer_letter"}),
    ],
)
def test_a_baselines_settings_are_checked_before_the_model_is_loaded(
    tmp_path: Path, baseline: Path, name: str, options: dict[str, Any]
) -> None:
    refused(tmp_path, f"incompatible: its {name} is", baseline=baseline, **options)


def test_a_baseline_of_the_same_questions_is_compared(tmp_path: Path, baseline: Path) -> None:
    report, _ = run(tmp_path, baseline=baseline, max_error_rate=1)
    assert [gate["verdict"] for gate in report["info"]["gates"]] == ["passed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "no"}, "unknown backend 'no'"),
        ({"prompt": "no"}, "unknown prompt 'no'"),
        ({"baseline": "none.json"}, "--baseline none.json: cannot be read"),
        ({"report_html": "/proc/no/page.html"}, "--report-html"),
        ({"limit": "x"}, "--limit"),
    ],
)
def test_what_can_be_refused_is_refused_before_any_data_are_read(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        prepare({"model": "random", "dataset": "none.jsonl", **options}, tmp_path)


def test_by_hand_no_gate_is_looked_at(tmp_path: Path) -> None:
    report, conclusion = run(tmp_path, by_hand=True, min_accuracy="other=0.9", max_error_rate=1)
    assert report["info"]["selection"]["by_hand"] is True
    assert not [gate for gate in report["info"]["gates"] if gate["verdict"] in ("passed", "failed")]
    assert conclusion.unmeasurable is None


def finished(folder: Path) -> bool:
    """Whether the latest run is finished: the next one of the same items does not go on with it then."""
    ledger = Ledger()
    made = evaluation(folder, ledger)
    with closing(made.ask(everything(made), silent)) as answers:
        return not answers.run.resumed


@pytest.mark.parametrize(
    ("options", "count", "measured"),
    [({"max_error_rate": 1}, None, True), ({}, None, False), ({"max_error_rate": 1}, 5, False)],
    ids=["whole", "too many errors", "stopped early"],
)
def test_only_a_run_that_was_measured_is_finished(
    tmp_path: Path, options: dict[str, Any], count: int | None, measured: bool
) -> None:
    report, conclusion = run(tmp_path, count=count, **options)
    assert (conclusion.unmeasurable is None) == measured
    assert finished(tmp_path) == measured
    assert report["info"]["complete"] == (count is None)


def test_a_report_that_cannot_be_written_leaves_the_run_to_be_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, whole: bool) -> None:
        raise UsageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("pytest_haerae.evaluation.write_outputs", full)
        with pytest.raises(UsageError, match="the disk is full"):
            run(tmp_path, max_error_rate=1)
    assert not finished(tmp_path)


def test_samples_are_reported_in_the_data_sets_order(tmp_path: Path) -> None:
    made = evaluation(tmp_path, max_error_rate=1)
    selection = everything(made)
    with closing(made.ask(selection[::-1], silent)) as answers:
        conclusion = made.conclude(selection[::-1], answers.samples[::-1], answers)
    assert [sample["id"] for sample in conclusion.report["samples"]] == [entry.item.id for entry in selection]


def test_the_order_of_collection_makes_no_other_run(tmp_path: Path) -> None:
    made = evaluation(tmp_path)
    selection = everything(made)
    numbers = []
    for order in (selection, selection[::-1]):
        with closing(made.ask(order, silent)) as answers:
            numbers.append(answers.run.number)
    assert len(set(numbers)) == 1


def test_a_report_says_what_was_asked_of_what(tmp_path: Path) -> None:
    made = evaluation(tmp_path, max_error_rate=1)
    selection = everything(made)
    before = datetime.now(UTC)
    with closing(made.ask(selection, silent)) as answers:
        answers.usage.notes.append("a replica was started again")
        conclusion = made.conclude(selection, answers.samples, answers)
    info = valid_report(tmp_path / "r.json")["info"]
    loader = made.source.loader(data_of(made))
    assert info["subset_fingerprints"] == {"questions": loader.fingerprint("questions")}
    assert info["dataset_fingerprint"] == made.source.fingerprint(selection)
    assert info["dataset"] == "questions.jsonl"
    assert info["prompt_fingerprint"] == made.plan.part_of(data_of(made)).prompt.fingerprint
    assert info["responses"] == {"computed": 9, "reused": 0}
    assert datetime.fromisoformat(info["started"]) == made.started.at <= before
    assert conclusion.notes[0] == "a replica was started again"
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["metrics"] == conclusion.report["metrics"]


def test_what_tests_ask_themselves_is_counted_once_and_its_notes_are_told(tmp_path: Path) -> None:
    ledger = Ledger()

    class Noting(scripted(lambda request: Response(text="A", prompt_tokens=10), ledger)):  # type: ignore[misc]
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            yield from super().run(requests)
            self.notes = [f"asked {len(ledger.asked)} so far, sk-0123456789abcdefghij"]
            self.method_detail = f"as asked {len(ledger.asked)}"

    made = prepared(tmp_path, ROWS, Noting, max_error_rate=1)
    selection = everything(made)
    with closing(made.ask(selection, silent, callers=Callers())) as answers:
        equal, another = ledger.asked[0], Request("generate", "another")
        assert [answer.text for answer in answers.calls.ask([equal, another])] == ["A", "A"]
        answers.calls.usage.notes.append("of the calls")
        conclusion = made.conclude(selection, answers.samples, answers)
    info = conclusion.report["info"]
    count = len(ROWS)
    assert info["tokens"]["prompt"] == 10 * (count + 1)
    assert info["responses"] == {"computed": count + 1, "reused": 1}
    assert info["method_detail"] == f"as asked {count}"
    said = [f"asked {count + 1} so far, ***", f"haerae_model: as asked {count + 1}", "of the calls"]
    assert list(conclusion.notes[:3]) == said


def test_another_data_set_changes_the_plan_and_keeps_the_rest(tmp_path: Path) -> None:
    made = prepare({"model": "random", "method": "log_likelihood"}, tmp_path)
    config = build_config({"model": "random", "method": "log_likelihood", "dataset": "kmmlu"}, tmp_path)
    about = made.about(config, None)
    assert (about.plan.config.dataset, about.plan.part_of(data_of(about)).prompt.name) == ("kmmlu", "kmmlu")
    assert (about.source, about.started, about.baseline) == (made.source, made.started, made.baseline)


def test_log_likelihoods_are_left_out_where_they_are_not_wanted(tmp_path: Path) -> None:
    def likely(request: Request) -> Response:
        return Response(loglikelihoods=tuple(-1.0 - number for number in range(len(request.continuations))))

    for params, shown in (("return_logits=true", [-1.0, -2.0, -3.0]), ("return_logits=false", None)):
        made = prepared(
            tmp_path, ROWS, scripted(likely, Ledger()), method="log_likelihood", evaluator_params=params, resume=False
        )
        selection = everything(made)
        with closing(made.ask(selection, silent)) as answers:
            report = made.conclude(selection, answers.samples, answers).report
        assert report["samples"][0]["loglikelihoods"] == shown


def test_answers_are_in_the_store_that_is_named(tmp_path: Path) -> None:
    run(tmp_path, store=tmp_path / "mine.sqlite", max_error_rate=1)
    store = Store(tmp_path / "mine.sqlite")
    assert store.begin("none", resume=True, rerun_errors=False) == (2, False)
    store.close()


def test_by_hand_a_baseline_may_have_none_of_the_items(tmp_path: Path, baseline: Path) -> None:
    """A: ``-k`` chose an item that the baseline does not have yet: exit code 4, while no gate was to be evaluated."""
    report, _ = run(tmp_path, rows=[question(50)], by_hand=True, baseline=baseline)
    assert [gate["verdict"] for gate in report["info"]["gates"]] == ["not evaluated"]


def test_a_subset_whose_file_is_gone_is_a_warning_unless_the_scope_is_declared(tmp_path: Path) -> None:
    """D7: the baseline's subset was deleted, and the run said nothing of its items."""
    folder = tmp_path / "data"
    for name in ("a", "b"):
        write_rows(folder / f"{name}.jsonl", [question(number) for number in range(2)])
    raw = {"dataset": str(folder), "output_file": tmp_path / "r.json"}
    backend = {"mine": scripted(lambda request: Response(text="정답: (A)"), Ledger())}

    def warnings(**options: Any) -> list[str]:  # noqa: ANN401 - an option's value
        made = prepare({"model": "mine", **raw, **options}, tmp_path, backend)
        selection = everything(made)
        with closing(made.ask(selection, silent)) as answers:
            made.conclude(selection, answers.samples, answers)
        found: list[str] = valid_report(tmp_path / "r.json")["info"]["warnings"]
        return [line for line in found if "baseline" in line]

    assert warnings() == []
    baseline = (tmp_path / "r.json").rename(tmp_path / "base.json")
    (folder / "b.jsonl").unlink()
    lost = "the data no longer have items of the baseline: 2 items (b-0000, b-0001)"
    assert warnings(baseline=baseline) == [lost]
    assert warnings(baseline=baseline, subset=["a"]) == []


@pytest.mark.parametrize(
    ("how", "kept"),
    [
        ({"max_error_rate": 1}, 1),
        ({}, 0),  # one of nine items is an error: unmeasurable
        ({"max_error_rate": 1, "by_hand": True}, 0),
        ({"max_error_rate": 1, "count": 8}, 0),
        ({"max_error_rate": 1, "history": False}, 0),
    ],
)
def test_the_history_has_whole_runs_alone(tmp_path: Path, how: dict[str, Any], kept: int) -> None:
    run(tmp_path, **how)
    files = list((tmp_path / HISTORY / "runs").glob("*"))
    assert [path.name for path in files] == [
        f"{hashlib.sha256((tmp_path / 'r.json').read_bytes()).hexdigest()}.gz" for _ in range(kept)
    ]
