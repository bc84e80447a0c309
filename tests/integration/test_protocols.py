"""Published settings by name: what ``--protocol`` decides, what contradicts it, and the numbers beside ours."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator, UsageError
from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.config.protocols import plainly
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.testing import ApiServer, serve
from tests.e2e.recorded import recorded, write_data
from tests.helpers import ROOT, HubRows, valid_report
from tests.integration.conftest import Evaluate

LETTERS = "haerae/chat-letter@1"
MODELS = {
    "gpt-35-turbo-230613": "GPT-3.5-turbo (2023-06-13)",
    "gpt-4o-mini-240718": "GPT-4o-mini",
    "llama-3-1-8b-instruct": "Llama-3.1-8B-Instruct",
}
"""The recordings whose numbers are published, and what the publisher calls the models."""
MINE = """
name = "mine/letters@1"
description = "Four questions a letter each."
dataset = "kmmlu"
method = "log_likelihood"
prompt = "letter"
num_few_shot = 2

[[published]]
model = "random(seed=0)"
accuracy = 0.25
source = "a guess"
read = true

[[published]]
model = "another"
accuracy = 0.9
source = "quoted by somebody"
read = false
"""


def write_answers(folder: Path, model: str) -> Path:
    """The recorded answers as a file that names them by id; beside it the questions, a file a subset."""
    write_data(folder / "recorded")
    counts: dict[str, int] = {}
    lines = []
    for row in recorded(model):
        subset = row["category"]
        number = counts[subset] = counts.get(subset, -1) + 1
        name = f"{subset.replace(' ', '_')}-{number:04d}"
        lines.append({"id": name, "subset": subset, "response": row["response"]})
    path = folder / f"{model}.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return path


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_recorded_answers_give_the_published_accuracy_to_the_second_decimal(tmp_path: Path, model: str) -> None:
    path = write_answers(tmp_path, model)
    result = Evaluator(progress=False).run(
        dataset=str(tmp_path / "recorded"), responses=path, protocol=LETTERS, output_file=tmp_path / "report.json"
    )
    published = next(each for each in find_protocol(LETTERS).published if each.model == MODELS[model])
    metrics = result.metrics
    assert round(metrics["accuracy"] or 0, 4) == published.accuracy
    subsets = {plainly(name): share for name, share in published.subsets.items()}
    assert {plainly(name): round(each["accuracy"] or 0, 4) for name, each in metrics["subsets"].items()} == subsets
    shown = " ".join(str(result).split())
    number = f"{published.accuracy:.4f}"
    assert f"published of {published.model} (accuracy): {number}, here {number}" in shown
    assert all(f"{name} {share:.4f}, here {share:.4f} (95%" in shown for name, share in published.subsets.items())
    assert f"protocol {LETTERS}, with 2 deviations" in shown
    assert "deviation: data: the local" in shown
    assert f"deviation: answers: made elsewhere ({path.name})" in shown


def test_one_of_ones_own_decides_what_is_not_typed_and_names_what_is(evaluate: Evaluate) -> None:
    Path("mine.toml").write_text(MINE, encoding="utf-8")
    options = ("--protocol=mine.toml", "--dataset=questions.jsonl", "--num-few-shot=1", "--limit=12", "suite")
    Path("suite").mkdir()
    Path("suite/test_all.py").write_text(
        "import pytest\nfrom pytest_haerae import assert_correct\n\n@pytest.mark.haerae\n"
        "def test_all(haerae_verdict):\n    assert_correct(haerae_verdict)\n",
        encoding="utf-8",
    )
    result = evaluate(*options)
    assert result.ret == 0
    info = report()["info"]
    assert (info["method"], info["prompt"], info["num_few_shot"]) == ("log_likelihood", "letter", 1)
    protocol = info["protocol"]
    assert protocol["name"] == "mine/letters@1"
    assert [line.partition(":")[0] for line in protocol["deviations"]] == ["data", "--limit", "--num-few-shot"]
    assert [(entry["model"], entry["same_model"]) for entry in protocol["published"]] == [("random(seed=0)", True)]
    result.stdout.fnmatch_lines(
        [
            "protocol mine/letters@1, with 3 deviations",
            "deviation: data: the local questions.jsonl*",
            "deviation: --limit: 12; the protocol has none",
            "deviation: --num-few-shot: 1; the protocol has 2",
            "published of random(seed=0) (accuracy): 0.2500, here 0.* (95% interval*",
        ]
    )
    again = evaluate(*info["rerun_options"], "--limit=12", "--output-file=again.json", "suite", model=None)
    assert again.ret == 0
    assert report("again.json")["info"]["protocol"] == protocol
    assert report("again.json")["samples"] == report()["samples"]


def test_what_a_suite_brings_along_is_a_deviation_and_so_is_a_selection_by_hand(evaluate: Evaluate) -> None:
    Path("mine.toml").write_text(MINE, encoding="utf-8")
    assert evaluate("--protocol=mine.toml", "-k", "0001 or 0002", "test_mine.py").ret == 0
    deviations = report()["info"]["protocol"]["deviations"]
    assert deviations == ["data: a suite asks its own, questions.jsonl", "items: a part of them, selected by hand"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--protocol=haerae/lm-eval-Oshot@1"], "*unknown protocol*did you mean 'haerae/lm-eval-0shot@1'?*"),
        (["--protocol=kmmlu/lm-eval-5shot"], "*unknown protocol*did you mean 'kmmlu/lm-eval-5shot@1'?*"),
        (["--protocol=gone.toml"], "--protocol gone.toml: there is no such file*"),
        (["--protocol=kmmlu/lm-eval-5shot@1", "--dataset=click"], "*is about kmmlu, and --dataset names click:*"),
        (["--protocol=kmmlu/lm-eval-5shot@1", "--dataset=kmmlu,click"], "*--dataset names kmmlu,click:*"),
    ],
)
def test_what_cannot_be_followed_is_one_line_before_a_model_is_loaded(
    evaluate: Evaluate, options: list[str], words: str
) -> None:
    result = evaluate(*options, "test_mine.py", inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {words}"])


def test_reports_of_different_protocols_are_compared_across_them_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    evaluator = Evaluator(model="random", dataset="sample", subset=["history", "loan_words"], progress=False)
    for name, protocol in (("first", "haerae/lm-eval-0shot@1"), ("second", "haerae/lm-eval-5shot@1"), ("none", None)):
        evaluator.run(protocol=protocol, output_file=f"{name}.json", model_params={"seed": len(name)})
    names = ("first.json", "second.json")
    viewed = ["view", names[1], "--no-open", "--baseline", names[0]]
    for command in (["compare", *names], ["rank", *names], viewed, ["gate", names[1], "--baseline", names[0]]):
        for other in (command, [*command[:-1], "none.json"]):
            assert main(other) == 4
            (line,) = capsys.readouterr().err.splitlines()
            assert "protocol" in line
            assert line.endswith("--across compares them all the same")
            assert main([*other, "--across"]) in (0, 1)
            capsys.readouterr()
    with pytest.raises(UsageError, match=r"--baseline first.json: incompatible: its protocol and this run's are"):
        evaluator.run(baseline="first.json")
    result = evaluator.run(protocol="haerae/lm-eval-5shot@1", baseline="first.json", across=True)
    assert [gate["name"] for gate in result.info["gates"]] == ["baseline"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> list[tuple[str, str | None, str]]:
    """Rows for whatever is asked of the hub, what was asked for, and the project's suites beside the user's own."""
    asked: list[tuple[str, str | None, str]] = []

    def load(self: HubDataset, configuration: str | None) -> HubRows:
        asked.append((self.repository.name, configuration, self.split))
        letters = dict(zip("ABCD", "가나다라", strict=True))
        first = 100 if self.split == "dev" else 0
        return HubRows(
            {"question": f"{first + number}번 문제는?", **letters, "answer": number % 4 + 1} for number in range(6)
        )

    monkeypatch.setattr(HubDataset, "_load", load)
    shutil.copytree(ROOT / "suites", pytester.path / "suites", ignore=shutil.ignore_patterns("__pycache__"))
    return asked


@pytest.mark.parametrize("folder", ["", "suites"], ids=["beside the suites", "beside a folder of the benchmark's name"])
def test_the_suites_are_those_of_the_protocols_data(
    evaluate: Evaluate, pytester: pytest.Pytester, hub: list[tuple[str, str | None, str]], folder: str
) -> None:
    os.chdir(pytester.path / folder)
    options = ["--protocol=kmmlu/lm-eval-5shot@1", "--subset=Law", "--dataset=kmmlu", f"--rootdir={pytester.path}"]
    result = evaluate(*options, "kmmlu" if folder else "suites", inprocess=True)
    assert result.ret == 0
    assert sorted(set(hub)) == [("HAERAE-HUB/KMMLU", "Law", "dev"), ("HAERAE-HUB/KMMLU", "Law", "test")]
    info = report(str(pytester.path / ".haerae/report.json"))["info"]
    assert (info["dataset"], info["num_few_shot"], info["prompt"]) == ("kmmlu", 5, "kmmlu")
    assert info["protocol"]["deviations"] == ["--subset: Law; the protocol has all"]


def test_what_is_typed_beats_the_ini_files_data(
    evaluate: Evaluate, pytester: pytest.Pytester, hub: list[tuple[str, str | None, str]]
) -> None:
    pytester.makeini("[pytest]\nhaerae_dataset = click\n")
    assert evaluate("--protocol=kmmlu/lm-eval-0shot@1", "--subset=Law", "suites", inprocess=True).ret == 0
    assert {repository for repository, _, _ in hub} == {"HAERAE-HUB/KMMLU"}
    pytester.makeini("[pytest]\nhaerae_protocol = kmmlu/lm-eval-0shot@1\nhaerae_subset = Law\n")
    assert evaluate("suites", inprocess=True).ret == 0
    assert report()["info"]["protocol"]["name"] == "kmmlu/lm-eval-0shot@1"


@pytest.mark.usefixtures("hub")
def test_a_list_of_tests_is_that_of_the_run(evaluate: Evaluate) -> None:
    options = ("--protocol=kmmlu/lm-eval-0shot@1", "--subset=Law", "--collect-only", "-q", "suites")
    result = evaluate(*options, model=None, inprocess=True)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["suites/kmmlu/test_kmmlu.py::test_kmmlu?Law-0000?"])


@pytest.mark.slow
def test_a_server_is_asked_as_the_protocol_says(tmp_path: Path) -> None:
    write_data(tmp_path / "recorded")
    answers = recorded("gpt-4o-mini-240718")
    params = {"model_name": "gpt-4o-mini", "api_key": "not-needed"}
    with serve(ApiServer(lambda number, body: answers[number]["response"])) as server:
        result = Evaluator(progress=False).run(
            "openai",
            {**params, "api_base": server.address},
            dataset=str(tmp_path / "recorded"),
            protocol=LETTERS,
            output_file=tmp_path / "report.json",
            store=tmp_path / "store.sqlite",
        )
    assert len(server.bodies) >= len(answers)
    body = server.bodies[-1]
    assert body["temperature"] == 0.01
    assert 512 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    assert [message["role"] for message in body["messages"]] == ["user"]
    info = result.info
    assert info["model_params"]["max_tokens"] == 512
    assert [line.partition(":")[0] for line in info["protocol"]["deviations"]] == ["data"]
    assert [entry["model"] for entry in info["protocol"]["published"] if entry["same_model"]] == ["GPT-4o-mini"]
    assert round(result.metrics["accuracy"] or 0, 4) == 0.7640


def test_one_of_a_conftest_is_known_by_its_name(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    Path("mine.toml").write_text(MINE, encoding="utf-8")
    pytester.makeconftest(
        "from pytest_haerae import Protocol, register_protocol\nregister_protocol(Protocol.from_file('mine.toml'))\n"
    )
    assert evaluate("--protocol=mine/letters@1", "test_mine.py").ret == 0
    assert report()["info"]["protocol"]["name"] == "mine/letters@1"


def test_answers_that_are_judged_again_follow_the_same_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    protocol = "haerae/lm-eval-0shot@1"
    Evaluator(progress=False).run("random", dataset="sample", protocol=protocol, output_file="r.json", limit=1000)
    assert main(["rejudge", "r.json"]) == 0
    first, second = report("r.json")["info"]["protocol"], report("r.rejudged.json")["info"]["protocol"]
    assert [line.partition(":")[0] for line in first["deviations"]] == ["data"]
    assert [line.partition(":")[0] for line in second["deviations"]] == ["data", "answers"]
    assert {**second, "deviations": []} == {**first, "deviations": []}
