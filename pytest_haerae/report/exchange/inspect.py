"""A log of inspect_ai as JSON, which its viewer and `read_eval_log` open: format 2, as of version 0.3.285."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.report.formats import register_format
from pytest_haerae.report.schema import Info, Report, SampleRow
from pytest_haerae.scoring.finish import limit_reached

_FORMAT = 2
_SCORER = "pytest_haerae"
_STOPS = frozenset({"stop", "tool_calls", "content_filter"})
"""Reasons that are called alike there."""
_UNSCORED = frozenset({"error", "skipped", "unjudged"})


@register_format("inspect", suffix=".inspect.json", help="a log of inspect_ai: JSON that its viewer and reader open")
def write_inspect(report: Report, path: Path) -> None:
    """Write the log; answers to one item are its epochs."""
    text = json.dumps(_log(report), ensure_ascii=False, indent=2)
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _log(report: Report) -> dict[str, Any]:
    """The log; the order of its keys is a part of the format."""
    info, metrics = report["info"], report["metrics"]
    model = info["model"] or info["backend"]
    names = _names(report["samples"])
    samples = [
        sample for row, name in zip(report["samples"], names, strict=True) for sample in _epochs(row, name, model)
    ]
    told = {"accuracy": metrics["accuracy"], "stderr": metrics["stderr"]}
    score = {
        "name": _SCORER,
        "scorer": _SCORER,
        "metrics": {name: {"name": name, "value": value} for name, value in told.items() if value is not None},
    }
    results = {
        "total_samples": len(samples),
        "completed_samples": sum("error" not in sample for sample in samples),
        "scores": [score],
    }
    return {
        "version": _FORMAT,
        "status": "success" if info["complete"] else "error",
        "eval": _spec(info, model, names, max((sample["epoch"] for sample in samples), default=1)),
        "plan": {"name": "plan", "steps": []},
        "results": results,
        "stats": {"started_at": info["started"], "completed_at": ""},
        "samples": samples,
    }


def _spec(info: Info, model: str, names: list[str], epochs: int) -> dict[str, Any]:
    told = {
        "method": info["method"],
        "prompt": info["prompt"],
        "num_few_shot": info["num_few_shot"],
        "evaluator_params": info["evaluator_params"],
        "subsets": info["subsets"],
    }
    return {
        "created": info["started"],
        "task": info["dataset"],
        "dataset": {"name": info["dataset"], "samples": len(names), "sample_ids": names},
        "model": model,
        "model_args": info["model_params"],
        "config": {"epochs": epochs},
        "packages": info["versions"],
        "metadata": told,
    }


def _names(rows: Sequence[SampleRow]) -> list[str]:
    """The samples' ids, which are those of the items; with subset and data set where two items have one."""
    times = Counter(row["id"] for row in rows)
    return [row["id"] if times[row["id"]] == 1 else f"{row['dataset']}/{row['subset']}/{row['id']}" for row in rows]


def _epochs(row: SampleRow, name: str, model: str) -> Iterator[dict[str, Any]]:
    answers: Sequence[Mapping[str, Any]] = row.get("answers") or [row]
    for epoch, answer in enumerate(answers, 1):
        yield _sample(row, answer, {"id": name, "epoch": epoch}, model)


def _sample(row: SampleRow, answer: Mapping[str, Any], named: dict[str, Any], model: str) -> dict[str, Any]:
    asked = row.get("messages") or [{"role": "user", "content": row["input"]}]
    said = _said(answer)
    metadata = {"subset": row["subset"], "outcome": answer["outcome"]}
    if answer.get("loglikelihoods") is not None:
        metadata["loglikelihoods"] = answer["loglikelihoods"]
    sample = {
        **named,
        "input": row["input"],
        "choices": row["options"],
        "target": row["reference"],
        "messages": [*asked, *([said] if said else [])],
        "output": _output(answer, said, model),
        "scores": None if answer["outcome"] in _UNSCORED else {_SCORER: _score(answer)},
        "metadata": metadata | {"row": row.get("metadata") or {}},
    }
    if answer.get("error"):
        sample["error"] = {"message": answer["error"], "traceback": "", "traceback_ansi": ""}
    return sample


def _said(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    text, thought = answer["raw_output"], answer.get("reasoning")
    if text is None:
        return None
    parts = [{"type": "reasoning", "reasoning": thought}, {"type": "text", "text": text}]
    # Reasoning that stands in the text is there already.
    return {"role": "assistant", "content": parts if thought and thought not in text else text}


def _output(answer: Mapping[str, Any], said: Mapping[str, Any] | None, model: str) -> dict[str, Any]:
    reason = answer.get("finish_reason")
    stop = reason if reason in _STOPS else "max_tokens" if limit_reached(reason) else "unknown"
    output: dict[str, Any] = {"model": model, "choices": [{"message": said, "stop_reason": stop}] if said else []}
    tokens = answer.get("tokens") or {}
    prompt, completion = tokens.get("prompt"), tokens.get("completion")
    if prompt is not None and completion is not None:
        usage = {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}
        output["usage"] = usage | {"reasoning_tokens": tokens.get("reasoning")}
    return output


def _score(answer: Mapping[str, Any]) -> dict[str, Any]:
    value = answer.get("score")
    return {
        "value": ("C" if answer["outcome"] == "correct" else "I") if value is None else value,
        "answer": answer.get("prediction"),
        "explanation": answer.get("explanation") or None,
    }
