"""The one table of options: pytest's command line, its ini twins and the other doors are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pytest_haerae.prompts.templates import template_names

RawOptions = Mapping[str, Any]
"""Option name to its value as typed: text, a list of texts for repeatable options, a bool for switches, or None."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the plugin.

    Attributes:
        name: Its name in Python and, after ``haerae_``, in the ini file.
        flags: The spellings on the command line; the prefixed and underscored ones are added by `spellings`.
        kind: ``value``, ``repeat`` (given any number of times), or ``switch`` (with a ``--no-`` form).
        metavar: What stands for the value in ``--help``; ``%`` is not special.
        help: One sentence.
    """

    name: str
    flags: tuple[str, ...]
    kind: Literal["value", "repeat", "switch"]
    metavar: str
    help: str

    def spellings(self) -> tuple[str, ...]:
        """Every accepted spelling: plain, ``--haerae-…``, and with underscores."""
        plain = self.flags + tuple(f"--haerae-{flag.removeprefix('--')}" for flag in self.flags)
        return tuple(dict.fromkeys(plain + tuple("--" + flag.removeprefix("--").replace("-", "_") for flag in plain)))

    def negations(self) -> tuple[str, ...]:
        """The ``--no-…`` spellings of a switch."""
        return tuple(f"--no-{flag.removeprefix('--')}" for flag in self.spellings())


def _value(name: str, metavar: str, text: str, *more: str) -> Option:
    return Option(name, ("--" + name.replace("_", "-"), *more), "value", metavar, text)


def _repeat(name: str, metavar: str, text: str) -> Option:
    return Option(name, ("--" + name.replace("_", "-"),), "repeat", metavar, text)


def _switch(name: str, text: str) -> Option:
    return Option(name, ("--" + name.replace("_", "-"),), "switch", "", text)


OPTIONS: Sequence[Option] = (
    _value("model", "NAME", "backend that runs the model, such as llamacpp or random"),
    _value("model_params", "JSON", "the backend's parameters: JSON, @file.json, or key=value,key=value"),
    _value("method", "NAME", "log_likelihood or string_match (default: string_match)", "--evaluation-method"),
    _value("evaluator_params", "JSON", "the scorer's parameters, in the forms of --model-params"),
    _value(
        "dataset",
        "NAME",
        "haerae_bench (default), another benchmark such as kmmlu, sample, a hub id, or a local folder or file",
    ),
    _value("dataset_revision", "REV", "hub revision (default: pinned)"),
    _value(
        "dataset_columns", "MAP", "columns of a layout of your own: question=…,options=a|b|c,answer=…,answer_start=0"
    ),
    _value("dataset_params", "JSON", "revision and columns of the data set, as the two options above"),
    _value("split", "NAME", "split of the data set (default: test)"),
    _repeat("subset", "NAMES", "subsets to run, comma separated, repeatable (default: all that the suites name)"),
    _value("limit", "N", "at most the first N items of each subset"),
    _value("num_few_shot", "K", "worked examples before each item, never the item itself (default: 0)"),
    _value("few_shot_split", "NAME", "split the worked examples come from (default: the split itself)"),
    _value("few_shot_seed", "SEED", "seed that chooses the worked examples (default: 0)"),
    _value(
        "prompt",
        "NAME",
        f"prompt template: {', '.join(template_names())}, or a path to a .toml or .txt file of your own"
        " (default: raw for log_likelihood, answer_letter for string_match, or the benchmark's own)",
    ),
    _switch("apply_chat_template", "format prompts with the model's chat template"),
    _value("system_prompt", "TEXT", "system message of a chat prompt"),
    _value("output_file", "PATH", "the accuracy JSON (default: .haerae/report.json below the rootdir)"),
    _value("report_md", "PATH", "a Markdown summary; on GitHub Actions it is also appended to the step's summary"),
    _value("report_html", "PATH", "a self-contained page that shows every item and why it failed (default: none)"),
    _repeat("min_accuracy", "[SUBSET=]X", "gate: fail below this accuracy, of all items or of one subset; repeatable"),
    _value("baseline", "FILE", "gate: an earlier report to compare with, item by item"),
    _value("baseline_write", "FILE", "keep this run's report as a baseline, if it is whole and every gate held"),
    _value("max_drop", "X", "drop of accuracy against the baseline that is tolerated (default: 0.0)"),
    _value("significance", "A", "level of the baseline gate's test (default: 0.05)"),
    _value("max_error_rate", "X", "share of items that may end in a backend error (default: 0.0)"),
    _switch("resume", "go on with an interrupted run of the same configuration (default: on)"),
    _switch("reuse", "take any stored response with the same key, also of finished runs"),
    _value("rerun", "WHAT", "'errors': keep the last run's responses, ask again only for items that ended in an error"),
    _value("replicas", "N", "run N copies of the model as Ray actors (extra: ray; default: one, in this process)"),
    _value("ray_address", "ADDRESS", "Ray cluster that the replicas run on (default: one started on this machine)"),
    _value("gpus_per_replica", "X", "GPUs of each replica (default: 1 where the cluster has any, else 0)"),
    _value("store", "PATH", "where responses are stored (default: .haerae/responses.sqlite below the rootdir)"),
    _switch("demo", "--model=llamacpp --dataset=sample --method=log_likelihood with the small model of the demo extra"),
)

BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}
