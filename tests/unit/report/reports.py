"""Reports made by hand, for tests of what is made from reports."""

from __future__ import annotations

from typing import Any

HOSTILE = (
    "</script></style></title><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    "<a href=\"javascript:window.pwned=1\" onclick='window.pwned=1'>x</a><svg onload=window.pwned=1>"
    "{{ 7*7 }}{% raw %}<!--<script>&lt;\u202eevil\u2066\u200b\u2028\x1b[31m\ud800 한글 $(touch pwned) `id` '\"\\"
)
"""What a text would need to get out of its place: markup, script, template, comment, direction, terminal, shell."""


def sample(number: int, subset: str = "csat_geo", **changes: object) -> dict[str, Any]:
    """One sample; the reference is B, and every third item is answered right."""
    values = [-3.0, -1.0, -2.0] if number % 3 == 0 else [-0.5, -1.0 - number % 7, -2.0]
    prediction = "B" if number % 3 == 0 else "A"
    return {
        "id": f"{subset}-{number:04d}",
        "subset": subset,
        "nodeid": f"suites/test_{subset}.py::test_{subset}[{subset}-{number:04d}]",
        "input": f"다음 질문에 답하시오.\n\n### 질문:\n{number}번 문제: 독도의 위치는?\n\n### 정답:",
        "options": ["동해", "서해", "남해"],
        "reference": "B",
        "prediction": prediction,
        "outcome": "correct" if prediction == "B" else "wrong",
        "raw_output": None,
        "loglikelihoods": values,
        "error": None,
        "explanation": f"{number} was judged",
        "rule": None,
        "finish_reason": None,
        "truncated": False,
        "messages": None,
        **changes,
    }


def score(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The numbers of some samples."""
    counts = {
        name: sum(row["outcome"] == name for row in rows)
        for name in ("correct", "wrong", "invalid", "error", "skipped")
    }
    n = counts["correct"] + counts["wrong"] + counts["invalid"]
    return {
        "accuracy": counts["correct"] / n if n else None,
        "stderr": None,
        "ci95": [0.1, 0.6] if n else None,
        "n": n,
        "correct": counts["correct"],
        "wrong": counts["wrong"],
        "invalid": counts["invalid"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
    }


def make(rows: list[dict[str, Any]], **info: object) -> dict[str, Any]:
    """A report of some samples."""
    subsets = list(dict.fromkeys(row["subset"] for row in rows))
    of_subset = {name: score([row for row in rows if row["subset"] == name]) for name in subsets}
    return {
        "schema_version": 1,
        "metrics": {**score(rows), "macro_accuracy": 0.5, "subsets": of_subset},
        "info": {
            "backend": "random",
            "model": "random(seed=0)",
            "model_params": {"seed": 0},
            "method": "log_likelihood",
            "evaluator_params": {},
            "dataset": "sample",
            "dataset_revision": None,
            "dataset_fingerprint": "0123456789abcdef",
            "split": "test",
            "subsets": subsets,
            "prompt": "raw",
            "prompt_fingerprint": "fedcba9876543210",
            "num_few_shot": 0,
            "versions": {"pytest_haerae": "0.1.0", "python": "3.11"},
            "git_commit": None,
            "started": "2026-01-01T00:00:00+00:00",
            "elapsed_seconds": 1.5,
            "items_per_second": 20.0,
            "tokens": {"prompt": None, "completion": None},
            "cost_usd": None,
            "responses": {"computed": len(rows), "reused": 0},
            "complete": True,
            "gates": [
                {
                    "name": "min-accuracy",
                    "verdict": "failed",
                    "value": 0.3,
                    "threshold": 0.5,
                    "p_value": None,
                    "detail": "accuracy 0.3 is below 0.5",
                }
            ],
            "method_detail": None,
            "finish_reasons": {},
            "truncated": 0,
            "rerun_options": ["--model=random", "--method=log_likelihood", "--dataset=sample"],
            **info,
        },
        "samples": rows,
    }


def hostile() -> dict[str, Any]:
    """A report whose every text that a data set, a model or a server could choose is an injection attempt."""
    texts: dict[str, Any] = {
        "subset": HOSTILE,
        "nodeid": f"test_x.py::test_x[{HOSTILE}]",
        "input": HOSTILE,
        "options": [HOSTILE, f"{HOSTILE}2", "c"],
        "raw_output": HOSTILE,
        "explanation": HOSTILE,
        "rule": HOSTILE,
        "finish_reason": HOSTILE,
    }
    rows = [
        sample(0, **texts, id='"><img src=x onerror=window.pwned=1>-0000'),
        sample(1, **texts, id="evil-0001", messages=[{"role": HOSTILE, "content": HOSTILE}]),
        sample(2, **{**texts, "options": None, "loglikelihoods": None}, reference=HOSTILE, prediction=HOSTILE),
        sample(3, **{**texts, "raw_output": None}, outcome="error", error=HOSTILE, prediction=None),
    ]
    named = dict.fromkeys(
        ("backend", "model", "method_detail", "dataset", "dataset_revision", "split", "prompt", "git_commit"), HOSTILE
    )
    gate = {"name": HOSTILE, "verdict": "failed", "value": None, "threshold": None, "p_value": None, "detail": HOSTILE}
    return make(
        rows,
        **named,
        model_params={HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
        gates=[gate],
        finish_reasons={HOSTILE: 1},
        rerun_options=[f"--model={HOSTILE}"],
    )
