"""The one table of options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from pytest_haerae.config.asking_options import ASKING
from pytest_haerae.config.costs import parse_dollars
from pytest_haerae.config.kept_run import parse_baseline
from pytest_haerae.config.option import Option, repeat, switch, value
from pytest_haerae.config.parsing import (
    parse_address,
    parse_choice,
    parse_gpus,
    parse_integer,
    parse_level,
    parse_path,
    parse_seconds,
    parse_share,
    parse_thresholds,
)
from pytest_haerae.config.tolerated_drops import ToleratedDrops, parse_tolerated_drops

JunitWrong = Literal["failures", "skipped", "properties"]
"""How wrong items stand in JUnit's XML; as ``properties`` alone they are passed tests."""

Inconclusive = Literal["pass", "fail"]
"""What a gate that cannot tell does to the exit code."""

OPTIONS: Sequence[Option] = (
    *ASKING,
    value("output_file", "PATH", "the accuracy JSON", "outputs", parse=parse_path, default=Path(".haerae/report.json")),
    value(
        "report_md",
        "PATH",
        "a Markdown summary; on GitHub Actions it is also appended to the step's summary",
        "outputs",
        parse=parse_path,
    ),
    value(
        "report_html",
        "PATH",
        "a self-contained page that shows every item and why it failed",
        "outputs",
        parse=parse_path,
        shown="none",
    ),
    value(
        "junit_wrong",
        "HOW",
        "how wrong items stand in the file of --junitxml: failures, skipped, or properties (of passed tests)",
        "outputs",
        parse=partial(parse_choice, choices=get_args(JunitWrong)),
        shown="failures; properties where a gate is set",
    ),
    repeat(
        "min_accuracy",
        "[[BENCHMARK/]SUBSET=]X",
        "gate: fail below this accuracy, of all items, of one subset, or of one of several benchmarks; repeatable",
        "gates",
        parse=parse_thresholds,
    ),
    repeat(
        "min_hangul",
        "[[BENCHMARK/]SUBSET=]X",
        "gate: fail below this mean share of Hangul in what was generated, of all items, of one subset, or of one of"
        " several benchmarks; repeatable",
        "gates",
        parse=parse_thresholds,
    ),
    value(
        "baseline",
        "FILE",
        "gate: an earlier report to compare with, item by item: a file, or of the history last, last:BRANCH, git:REF",
        "gates",
        parse=parse_baseline,
    ),
    value(
        "baseline_write",
        "FILE",
        "keep this run's report as a baseline, if it is whole and every gate held",
        "outputs",
        parse=parse_path,
    ),
    switch(
        "history",
        "keep each whole run's report in .haerae/history below the rootdir",
        "outputs",
        default=True,
        shown="on",
    ),
    repeat(
        "max_drop",
        "[[BENCHMARK/]SUBSET=]X",
        "drop of accuracy against the baseline that is tolerated, of all items, or of a subset, which is gated then;"
        " each=X gates all subsets; repeatable",
        "gates",
        parse=parse_tolerated_drops,
        default=ToleratedDrops(),
        shown="0.0 of all items",
    ),
    value("significance", "A", "level of the baseline gate's tests", "gates", parse=parse_level, default=0.05),
    value(
        "inconclusive",
        "HOW",
        "what a gate that cannot tell at so many items does to the exit code: pass or fail",
        "gates",
        parse=partial(parse_choice, choices=get_args(Inconclusive)),
        default="pass",
    ),
    switch("across", "compare reports of different protocols all the same", "gates", default=False),
    value("max_error_rate", "X", "share of items that may end in an error", "gates", parse=parse_share, default=0.0),
    value(
        "max_unjudged",
        "X",
        "share of items whose verdict of the judge may stay unreadable",
        "gates",
        parse=parse_share,
        default=0.05,
    ),
    switch("resume", "go on with an interrupted run of the same configuration", "running", default=True, shown="on"),
    switch("reuse", "take any stored response with the same key, also of finished runs", "running", default=False),
    value(
        "rerun",
        "WHAT",
        "'errors': keep the last run's responses, ask again only for items that ended in an error",
        "running",
        parse=partial(parse_choice, choices=("errors",)),
    ),
    value(
        "answer_timeout",
        "SECONDS",
        "how long the model's next answer is waited for; what is unanswered then is an error of its item; 0: no limit",
        "running",
        parse=parse_seconds,
        default=3600.0,
    ),
    value(
        "max_cost",
        "USD",
        "stop asking once the run has cost so much, with its stored answers; what is in flight then is lost. A higher"
        " sum goes on",
        "running",
        parse=parse_dollars,
    ),
    switch("dry_run", "say what would be asked, with tokens, price, time; nothing is sent", "running", default=False),
    switch("batch_api", "send through the provider's batch endpoint, at half the price", "running", default=False),
    switch("yes", "with --batch-api: send a batch again whose fate cannot be found out", "running", default=False),
    value(
        "replicas",
        "N",
        "run N copies of the model as Ray actors (extra: ray)",
        "running",
        parse=partial(parse_integer, minimum=1),
        shown="one, in this process",
    ),
    value(
        "ray_address",
        "ADDRESS",
        "Ray cluster that the replicas run on",
        "running",
        parse=parse_address,
        shown="one started on this machine",
    ),
    value(
        "gpus_per_replica",
        "X",
        "GPUs of each replica",
        "running",
        parse=parse_gpus,
        shown="1 where the cluster has any, else 0",
    ),
    value(
        "store",
        "PATH",
        "where responses are stored",
        "running",
        parse=parse_path,
        default=Path(".haerae/responses.sqlite"),
    ),
    switch(
        "demo",
        "--model=llamacpp --dataset=sample --method=log_likelihood with the small model of the demo extra",
        "shorthand",
        default=False,
    ),
)

BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}
