from __future__ import annotations

import pytest

from tests.helpers import QUESTIONS, write_questions
from tests.integration.conftest import Evaluate

MISTAKES: list[tuple[list[str], str]] = [
    (
        ["--model=randm"],
        "ERROR: --model: unknown backend 'randm': did you mean 'random'? Valid: huggingface, lite*",
    ),
    (["--subset=questons"], "ERROR: --subset: unknown subset 'questons': did you mean 'questions'? Valid:*"),
    (["--min-accuracy=questons=0.5"], "ERROR: --min-accuracy: unknown subset 'questons': did you mean 'questions'?*"),
    (["--split=tset", "--dataset=sets"], "ERROR: dataset sets: no split 'tset'; there is dev, test"),
    (["--dataset=nope"], "ERROR: unknown dataset 'nope'. Valid: click, csat_qa, haerae_bench, *"),
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
    ("options", "message", "workers"), CASES, ids=[" ".join([*options, *workers]) for options, _, workers in CASES]
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
    result = evaluate(*options, *workers, inprocess=not workers)
    result.stderr.fnmatch_lines([message])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


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
    ],
)
def test_a_bad_row_names_file_row_and_field(
    evaluate: Evaluate, pytester: pytest.Pytester, mistake: dict[str, str], message: str
) -> None:
    write_questions(pytester.path, [QUESTIONS[0], {**QUESTIONS[1], **mistake}])
    result = evaluate(inprocess=True)
    result.stderr.fnmatch_lines([f"ERROR: *questions.jsonl, row 2, {message}"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_run_that_could_not_begin_leaves_the_earlier_report(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    evaluate("--limit=3")
    report = pytester.path / ".haerae" / "report.json"
    earlier = report.read_bytes()
    assert evaluate("--store=/proc/none/store.sqlite", *workers).ret == pytest.ExitCode.USAGE_ERROR
    assert report.read_bytes() == earlier
