from __future__ import annotations

import json
from typing import Literal
from unicodedata import normalize

import pytest

from pytest_haerae.data.hub import HubDataset
from tests.helpers import QUESTIONS, write_questions
from tests.integration.conftest import Evaluate

LONG = "a" * 300
PLACES = {
    name: "dataset" if name == "dataset" else f"--{name}"
    for name in ("dataset", "output-file", "report-html", "store", "baseline")
}

MISTAKES: list[tuple[list[str], str]] = [
    (
        ["--model=randm"],
        "ERROR: --model: unknown backend 'randm': did you mean 'random'? Valid: function, huggingface, lite*",
    ),
    (["--subset=questons"], "ERROR: --subset: unknown subset 'questons': did you mean 'questions'? Valid:*"),
    (["--min-accuracy=questons=0.5"], "ERROR: --min-accuracy: unknown subset 'questons': did you mean 'questions'?*"),
    (["--split=tset", "--dataset=sets"], "ERROR: dataset sets: no split 'tset'; there is dev, test"),
    (["--dataset=nope"], "ERROR: unknown dataset 'nope'. Valid: *click, *csat_qa, *haerae_bench, *"),
    (["--dataset=nope.csv"], "ERROR: dataset nope.csv: there is no such file or folder"),
    (["--prompt=none.toml"], "ERROR: --prompt none.toml: there is no such file"),
    (["--prompt=rav"], "ERROR: unknown prompt 'rav': did you mean 'raw'? Valid: answer_letter, *"),
    (["--method=loglikelihood"], "ERROR: unknown method 'loglikelihood': did you mean 'log_likelihood'?*"),
    (["--model-params={bad"], "ERROR: --model-params: malformed JSON at line 1 column 2:*"),
    (["--model-params=sed=3"], "ERROR: --model-params of random: unknown parameter 'sed': did you mean 'seed'?*"),
    (["--model-params=seed=x"], "ERROR: --model-params of random: seed: *"),
    (["--evaluator-params=return_logit=true", "--method=log_likelihood"], "ERROR: *did you mean 'return_logits'?*"),
    (
        ["--evaluator-params=scorer=defalt"],
        "ERROR: --evaluator-params: unknown scorer 'defalt': did you mean 'default'?*",
    ),
    (["--evaluator-params=return_logits=maybe", "--method=log_likelihood"], "ERROR: *return_logits is true or false*"),
    (["--limit=0"], "ERROR: --limit: 0 is too small; the least is 1"),
    (["--min-accuracy=80"], "ERROR: --min-accuracy: 80 is not between 0 and 1; for 80 percent write 0.8"),
    (["--baseline=empty.json"], "ERROR: --baseline empty.json: no report of schema version 1*"),
    (["--output-file=/proc/none/report.json"], "ERROR: --output-file /proc/none/report.json: the folder cannot be*"),
    (["--store=/proc/none/store.sqlite"], "ERROR: --store /proc/none/store.sqlite: cannot be opened*"),
    *(
        ([f"--{name}={LONG}"], f"ERROR: {place} {LONG}: cannot be looked for (File name too long)")
        for name, place in PLACES.items()
    ),
    *(
        ([f"--{name}=~nobody-has-it/x.json"], f"ERROR: {place} ~nobody-has-it/x.json: there is no such home folder")
        for name, place in PLACES.items()
    ),
    (["--prompt=~nobody-has-it/x.toml"], "ERROR: --prompt ~nobody-has-it/x.toml: there is no such file"),
    (["--rerun=all"], "ERROR: --rerun: unknown choice 'all'. Valid: errors"),
    (["--num-few-shot=40"], "ERROR: --num-few-shot: subset questions has only 39 other items, 40 are asked for"),
    (
        ["--model=llamacpp", "--model-params=model_name_or_path=none.gguf"],
        "ERROR: --model-params of llamacpp: model_name_or_path: there is no file none.gguf",
    ),
]


CASES: list[tuple[list[str], str, list[str]]] = [(options, message, []) for options, message in MISTAKES] + [
    (options, message, ["-n2"])
    for options, message in MISTAKES
    # One mistake that a worker finds, one that both processes would, and one that only the controller can.
    if options[0] in ("--model=randm", "--subset=questons", "--store=/proc/none/store.sqlite")
]


@pytest.mark.parametrize(
    ("options", "message", "workers"), CASES, ids=[" ".join([*options, *workers])[:60] for options, _, workers in CASES]
)
def test_a_mistake_is_one_clear_line_and_exit_code_4(
    evaluate: Evaluate, pytester: pytest.Pytester, options: list[str], message: str, workers: list[str]
) -> None:
    (pytester.path / "empty.json").write_text("{}", encoding="utf-8")
    (pytester.path / "sets").mkdir()
    for split in ("dev", "test"):
        (pytester.path / "sets" / f"more-{split}.csv").write_text("question,answer\nq,a\n", encoding="utf-8")
    if any(option.startswith("--dataset=") for option in options):
        (pytester.path / "test_mine.py").write_text(
            "import pytest\n\n@pytest.mark.haerae\ndef test_any(haerae_verdict): ...\n", encoding="utf-8"
        )
    named = any(option.startswith("--model=") for option in options)
    result = evaluate(*options, *workers, model=None if named else "random", inprocess=not workers)
    result.stderr.fnmatch_lines([message])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_a_long_key_is_not_looked_for_in_words(evaluate: Evaluate) -> None:
    """A parameter may name a file that no output is to replace; a key that none can have the name of was printed."""
    key = "7f3a" * 100 + "/x"
    params = json.dumps({"api_base": "http://127.0.0.1:1/v1", "model_name": "m", "api_key": key})
    result = evaluate(f"--model-params={params}", "--method=string_match", model="openai", inprocess=True)
    result.stderr.fnmatch_lines(["ERROR: --model=openai: connection refused (http://127.0.0.1:1/v1)"])
    assert "7f3a" not in result.stdout.str() + result.stderr.str()


def test_no_model_lists_the_backends(evaluate: Evaluate) -> None:
    result = evaluate(model=None, inprocess=True)
    result.stderr.fnmatch_lines(
        ["ERROR: these suites evaluate a model and none is named: *llamacpp, openai, random, vllm*--demo"]
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ({"answer": "E"}, "field 'answer': 'E' is not one of the options*"),
        ({"question": ""}, "field 'question': is empty"),
        ({"options": 5}, "field 'options': '5' is not a list"),
        ({"options": {"부산": 1, "서울": 2}}, "field 'options': the labels 부산, 서울 are not A, B*"),
        ({"options": ["서울", None]}, "field 'options': option B is empty"),
        ({"question": "반쪽 \ud83d"}, "field 'question': has half of a character (\\ud83d)"),
    ],
)
def test_a_bad_row_names_file_row_and_field(
    evaluate: Evaluate, pytester: pytest.Pytester, mistake: dict[str, object], message: str
) -> None:
    write_questions(pytester.path)
    rows = [QUESTIONS[0], {**QUESTIONS[1], **mistake}]
    # With escapes, as the only way to write half of a character.
    (pytester.path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = evaluate(inprocess=True)
    result.stderr.fnmatch_lines([f"ERROR: *questions.jsonl, row 2, {message}"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    "content",
    [
        b'{"question": ' + b"1" * 5000 + b', "options": ["a", "b"], "answer": "A"}\n',
        b'{"question": "q", "options": ' + b"[" * 50_000 + b', "answer": "A"}\n',
        b'{"question": "q", "question": "r", "options": ["a", "b"], "answer": "A"}\n',
        '{"question": "q"}\n'.encode("utf-16"),
    ],
    ids=["digits", "nesting", "repeated key", "UTF-16"],
)
def test_b7_data_that_cannot_be_kept_are_one_line_and_exit_code_4(
    evaluate: Evaluate, pytester: pytest.Pytester, content: bytes
) -> None:
    (pytester.path / "questions.jsonl").write_bytes(content)
    result = evaluate(inprocess=True)
    result.stderr.fnmatch_lines(["ERROR: *questions.jsonl*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("data/quiz.jsonl", "; did you mean data/quiz.csv?"),
        ("data/quizz", "; did you mean data/quiz.csv?"),
        ("none/q.csv", ""),
    ],
)
def test_e3_a_missing_file_is_not_asked_for_at_the_hub(
    evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    monkeypatch.setattr(HubDataset, "subsets", lambda _: pytest.fail("the hub was asked"))
    (pytester.path / "data").mkdir()
    (pytester.path / "data" / "quiz.csv").write_text("question,answer\nq,a\n")
    (pytester.path / "test_mine.py").write_text(
        "import pytest\n\n@pytest.mark.haerae\ndef test_any(haerae_verdict): ...\n"
    )
    result = evaluate(f"--dataset={name}", inprocess=True)
    result.stderr.fnmatch_lines([f"ERROR: dataset {name}: there is no such file or folder{hint}"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_b6_a_subset_is_found_however_its_characters_are_written(
    evaluate: Evaluate, pytester: pytest.Pytester, on_disk: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"]
) -> None:
    source = pytester.path / "questions.jsonl"
    source.rename(pytester.path / normalize(on_disk, "한국사.jsonl"))
    suite = (pytester.path / "test_mine.py").read_text(encoding="utf-8")
    named = suite.replace("questions.jsonl", normalize(typed, "한국사.jsonl"))
    (pytester.path / "test_mine.py").write_text(named, encoding="utf-8")
    result = evaluate(f"--subset={normalize(typed, '한국사')}", "--limit=2", inprocess=True)
    assert result.ret == pytest.ExitCode.OK
    report = json.loads((pytester.path / ".haerae" / "report.json").read_text(encoding="utf-8"))
    assert [sample["id"] for sample in report["samples"]] == [f"ud55cuad6duc0ac-000{number}" for number in range(2)]


def test_b9_the_header_names_the_data_that_a_suite_brings_along(evaluate: Evaluate) -> None:
    result = evaluate("--limit=2")
    result.stdout.fnmatch_lines(
        ["haerae: random*, string_match, questions.jsonl, 2 items", "=*haerae: *questions.jsonl =*"]
    )
    assert "haerae_bench" not in result.stdout.str()


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_run_that_could_not_begin_leaves_the_earlier_report(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    evaluate("--limit=3")
    report = pytester.path / ".haerae" / "report.json"
    earlier = report.read_bytes()
    assert evaluate("--store=/proc/none/store.sqlite", *workers).ret == pytest.ExitCode.USAGE_ERROR
    assert report.read_bytes() == earlier
