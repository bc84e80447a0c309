"""Logs that lm-evaluation-harness 0.4.13 and inspect_ai 0.3.285 really wrote, imported: the same accuracy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.helpers import valid_report

pytestmark = [pytest.mark.engine, pytest.mark.server]

COUNT = 20
WORDS = [
    *("사과", "바다", "구름", "나무", "연필", "의자", "하늘", "기차", "토끼", "우산"),
    *("감자", "소금", "달력", "가위", "모래", "거울", "단추", "호박", "나비", "그릇"),
]
EXAMPLES = "따라 쓰기\n\n반복: 강물\n답: 강물\n\n반복: 시계\n답: 시계\n\n반복: 편지\n답: 편지\n\n"

TASK = """
task: {task}
dataset_path: json
dataset_kwargs:
  data_files: {{test: {rows}}}
test_split: test
"""
CHOICE = """
output_type: multiple_choice
doc_to_text: "{{query}}"
doc_to_choice: ["(A)", "(B)", "(C)", "(D)"]
doc_to_target: gold
metric_list:
  - metric: acc
"""
GENERATION = """
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "{{answer}}"
generation_kwargs:
  until: ["\\n"]
  max_gen_toks: 8
  do_sample: false
filter_list:
  - name: strict
    filter:
      - function: remove_whitespace
      - function: take_first
  - name: first
    filter:
      - function: take_first
metric_list:
  - metric: exact_match
"""


def choice_rows() -> list[dict[str, Any]]:
    """Questions with four options, whose layout is that of HAE-RAE Bench."""
    rows = []
    for number, word in enumerate(WORDS):
        options = [WORDS[(number + step) % COUNT] for step in (0, 3, 7, 11)]
        listed = "\n".join(f"({letter}) {option}" for letter, option in zip("ABCD", options, strict=True))
        query = f"### 질문: \n'{word[0]}'로 시작하는 낱말은?\n\n### 선택지: \n{listed}\n\n### 정답:"
        rows.append({"query": query, "options": options, "answer": "ABCD"[number % 4], "gold": number % 4})
    return rows


def text_rows() -> list[dict[str, Any]]:
    """Words to be repeated, of which every other has another word as its answer: half of them come out wrong."""
    answers = [word if number % 2 else WORDS[number - 1] for number, word in enumerate(WORDS)]
    return [
        {"question": f"{EXAMPLES}반복: {word}\n답:", "answer": answer}
        for word, answer in zip(WORDS, answers, strict=True)
    ]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def logs(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows of both tasks, and what lm-evaluation-harness wrote of one run of its command."""
    pytest.importorskip(
        "lm_eval", reason="lm-evaluation-harness is installed by the extra oracle", exc_type=ImportError
    )
    assert version("lm_eval") == "0.4.13"
    folder = tmp_path_factory.mktemp("harness")
    (folder / "tasks").mkdir()
    for task, rows, settings in (("choices", choice_rows(), CHOICE), ("texts", text_rows(), GENERATION)):
        file = write_lines(folder / f"{task}.jsonl", rows)
        named = TASK.format(task=task, rows=json.dumps(str(file)))
        (folder / "tasks" / f"{task}.yaml").write_text(named + settings, encoding="utf-8")
    model = [f"--model_args=pretrained={checkpoint},dtype=float32", "--device=cpu", "--batch_size=8"]
    where = ["--include_path=tasks", "--tasks=choices,texts", "--output_path=results", "--log_samples"]
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(folder / "cache"), "TOKENIZERS_PARALLELISM": "false"}
    subprocess.run(
        [sys.executable, "-m", "lm_eval", "run", "--model=hf", *model, *where],
        cwd=folder,
        env={**os.environ, **offline},
        check=True,
        capture_output=True,
    )
    return folder


def samples_of(logs: Path, task: str) -> tuple[Path, list[dict[str, Any]], dict[str, Any]]:
    """The file of a task's samples, what stands in it, and the task's results."""
    (file,) = logs.rglob(f"samples_{task}_*.jsonl")
    (results,) = logs.rglob("results_*.json")
    found = json.loads(results.read_text(encoding="utf-8"))["results"][task]
    return file, [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()], found


def imported(folder: Path, *options: str) -> dict[str, Any]:
    """The report of ``pytest-haerae import``."""
    assert main(["import", *options, f"--store={folder / 'store.sqlite'}", f"--output-file={folder / 'r.json'}"]) == 0
    return valid_report(folder / "r.json")


def test_a_multiple_choice_task_of_lm_evaluation_harness(logs: Path, checkpoint: Path, tmp_path: Path) -> None:
    file, lines, results = samples_of(logs, "choices")
    # In another order than that of the data: nothing is told by its place.
    write_lines(tmp_path / file.name, lines[::-1])
    options = [f"--dataset={logs / 'choices.jsonl'}", "--method=log_likelihood", "--prompt=raw"]
    report = imported(tmp_path, str(tmp_path / file.name), *options)
    assert report["metrics"]["n"] == COUNT
    assert report["metrics"]["accuracy"] == results["acc,none"]
    assert 0 < report["metrics"]["accuracy"] < 1
    assert [row["outcome"] == "correct" for row in report["samples"]] == [line["acc"] == 1 for line in lines]
    values = [[float(each[0][0]) for each in line["resps"]] for line in lines]
    assert [row["loglikelihoods"] for row in report["samples"]] == values
    assert not any("--responses" in warning for warning in report["info"]["warnings"])
    assert imported(tmp_path, str(file), *options)["info"]["model"] == str(checkpoint)


def test_a_generation_task_of_lm_evaluation_harness(logs: Path, tmp_path: Path) -> None:
    file, lines, results = samples_of(logs, "texts")
    assert len(lines) == 2 * COUNT  # a line a filter
    report = imported(tmp_path, str(file), f"--dataset={logs / 'texts.jsonl'}", "--prompt=raw")
    assert report["metrics"]["n"] == COUNT
    assert report["metrics"]["accuracy"] == results["exact_match,strict"]
    assert 0.25 < report["metrics"]["accuracy"] < 0.75
    strict = [line for line in lines if line["filter"] == "strict"]
    assert [row["outcome"] == "correct" for row in report["samples"]] == [line["exact_match"] == 1 for line in strict]
    assert [row["raw_output"] for row in report["samples"]] == [line["resps"][0][0] for line in strict]


INSPECT = """
import json, sys
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice

rows = [json.loads(line) for line in open("quiz.jsonl", encoding="utf-8")]
asked = [Sample(input=row["question"], choices=row["options"], target=row["answer"]) for row in rows]
data = MemoryDataset(asked)
data.shuffle(seed=7)
calls = iter(range(1000))

def answer(input, tools, tool_choice, config):
    number = next(calls)
    letter = "ABCD"[number * 7 % 4] if number % 5 else "?"
    output = ModelOutput.from_content("mockllm", f"생각해 보면 그렇다.\\n\\nANSWER: {letter}")
    output.usage = ModelUsage(input_tokens=9, output_tokens=4)  # it would count them by a file that it downloads
    return output

model = get_model("mockllm/model", custom_outputs=answer)
task = Task(dataset=data, solver=multiple_choice(), scorer=choice())
logs = eval(task, model=model, epochs=int(sys.argv[2]), log_dir="logs", log_format=sys.argv[1], display="none")
(log,) = logs
assert log.status == "success", log.error.message
marks = {s.input + str(s.epoch): s.scores["choice"].value for s in log.samples}
print(json.dumps([log.location, log.results.scores[0].metrics["accuracy"].value, marks]))
"""


READ_BACK = """
import json, sys
from inspect_ai.log import read_eval_log

log = read_eval_log(sys.argv[1])
assert len(read_eval_log(sys.argv[1], header_only=True).eval.dataset.sample_ids) == log.eval.dataset.samples
values = [sample.scores["pytest_haerae"].value for sample in log.samples]
texts = [sample.output.completion for sample in log.samples]
print(json.dumps([log.results.scores[0].metrics["accuracy"].value, values, texts, log.eval.model]))
"""
QUIZ = [
    {"question": f"{word}의 첫소리는?", "options": ["ㄱ", "ㄴ", "ㅅ", "ㅎ"], "answer": "ABCD"[number % 4]}
    for number, word in enumerate(WORDS)
]


def inspect(folder: Path, script: str, *arguments: str) -> list[Any]:
    """What a script of inspect's own API tells; in a process of its own, as it changes how Python reads zip files."""
    try:
        assert version("inspect_ai") == "0.3.285"
    except PackageNotFoundError:
        pytest.skip("inspect_ai is installed by the extra oracle")
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_log_that_is_exported_is_opened_by_inspect(tmp_path: Path) -> None:
    write_lines(tmp_path / "quiz.jsonl", QUIZ)
    options = ["--model=random", "--model-params=seed=3", f"--dataset={tmp_path / 'quiz.jsonl'}"]
    places = [f"--output-file={tmp_path / 'r.json'}", f"--store={tmp_path / 'store.sqlite'}"]
    assert main(["run", *options, *places]) == 0
    assert main(["export", str(tmp_path / "r.json"), "--format=inspect"]) == 0
    report = valid_report(tmp_path / "r.json")
    accuracy, values, texts, model = inspect(tmp_path, READ_BACK, "r.inspect.json")
    assert accuracy == report["metrics"]["accuracy"]
    assert values == ["C" if row["outcome"] == "correct" else "I" for row in report["samples"]]
    assert texts == [row["raw_output"] for row in report["samples"]]
    assert model == (report["info"]["model"] or "random")


@pytest.mark.parametrize(("kind", "epochs"), [("eval", 1), ("json", 1), ("eval", 2)])
def test_a_log_of_inspect(tmp_path: Path, kind: str, epochs: int) -> None:
    write_lines(tmp_path / "quiz.jsonl", QUIZ)
    location, accuracy, marks = inspect(tmp_path, INSPECT, kind, str(epochs))
    path = location.removeprefix("file://")
    report = imported(tmp_path, path, f"--dataset={tmp_path / 'quiz.jsonl'}", f"--repeats={epochs}")
    assert report["metrics"]["n"] == COUNT
    assert report["metrics"]["accuracy"] == pytest.approx(accuracy)
    assert 0 < accuracy < 1
    answers = [
        (f"{row['question']}{number}", answer["outcome"])
        for row, sample in zip(QUIZ, report["samples"], strict=True)
        for number, answer in enumerate(sample.get("answers") or [sample], 1)
    ]
    assert {name: outcome == "correct" for name, outcome in answers} == {
        name: mark == "C" for name, mark in marks.items()
    }
    assert report["info"]["model"] == "mockllm/model"
    assert report["info"]["tokens"]["completion"] == 4 * COUNT * epochs
