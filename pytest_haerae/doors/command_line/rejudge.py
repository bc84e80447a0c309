"""``pytest-haerae rejudge report.json --judge …``: a report's answers are judged anew, and none is asked again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.doors.command_line.command import Command, add_options, print_lines
from pytest_haerae.doors.command_line.run import STDOUT, evaluate, options_in
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.report.read import OutlinedReport

_OF_THE_MODEL = ("model", "model_params", "responses", "reasoning", "demo", "batch_api")
"""The options that say how answers are come by: here they are in the report."""
_TAKEN = (
    *("method", "evaluator_params", "dataset_revision", "dataset_columns", "split", "repeats", "pass_if", "prompt"),
    *(
        "num_few_shot",
        "few_shot_split",
        "few_shot_seed",
        "apply_chat_template",
        "system_prompt",
        "protocol",
        "judge",
        "judge_params",
        "reward_model",
        "reward_params",
    ),
)
"""The options that a report's own command says where they are not typed."""


def add_arguments(parser: ArgumentParser) -> None:
    """A report, and the options of the plugin but those of a model."""
    parser.add_argument("report", type=Path, help="the report whose answers are judged")
    add_options(parser, _OF_THE_MODEL)


def run(arguments: Namespace) -> int:
    """Judge the answers of a report anew; the exit code is 1 where a gate failed or could not be measured.

    Raises:
        UsageError: Bad input.
        UnmeasurableRun: Items ended in an error, or have no answer in the report.
    """
    from pytest_haerae.report.read import read_outlines

    path = arguments.report
    report = read_outlines(path, str(path))
    typed = options_in(arguments)
    own = options_of(report, str(path))
    raw = {**own, **typed}
    judged = "judge" in report.info or "judges" in report.info
    _choose_judge(raw, typed, BY_NAME["evaluator_params"].read(own).get("scorer") if judged else None)
    _leave_idle_rewards(raw, typed)
    if raw.get("output_file") is None:
        raw["output_file"] = path.with_name(f"{path.stem}.rejudged.json")
    elif raw["output_file"] != STDOUT:
        _refuse_same(path, Path(raw["output_file"]))
    to_stdout = raw["output_file"] == STDOUT
    code = evaluate({**raw, "responses": str(path)})
    if not (to_stdout or BY_NAME["dry_run"].read(raw)):
        print_lines(f"report: {raw['output_file']}")
    return code


def options_of(report: OutlinedReport, place: str) -> dict[str, Any]:
    """The options that judge the items of a report as its run did, by name.

    Args:
        report: The report.
        place: What the user named it by, for messages.

    Raises:
        UsageError: Its items were selected by hand, so that no option says which they are.
    """
    info = report.info
    selection = info.get("selection")
    if selection and selection["by_hand"]:
        raise UsageError(
            f"{place}: its items were selected by hand; judge them with the same selection: pytest --responses={place}"
            " -k …"
        )
    found = {name: value for name, value in _rerun_options(info.get("rerun_options")).items() if name in _TAKEN}
    if info.get("rerun_options") is None:
        # Of an earlier version: what it says beside.
        found = {name: info[name] for name in ("method", "evaluator_params", "prompt", "num_few_shot")}
        found |= {"split": info["split"]} if info["split"] else {}
    if "protocol" in found and not _is_known(found["protocol"]):
        del found["protocol"]
    marks = [sample.mark for sample in report.samples]
    found["dataset"] = list(dict.fromkeys(mark.dataset for mark in marks)) or [info["dataset"]]
    # In a list of names, a name with a comma is two.
    found |= {} if any("," in name for name in info["subsets"]) else {"subset": list(info["subsets"])}
    if scope := info.get("scope"):
        found["dataset_params"] = scope
    if info["complete"] and marks:
        # A run with a limit has as many items of its largest subset.
        found["limit"] = max(Counter((mark.dataset, mark.subset) for mark in marks).values())
    return found


def _is_known(protocol: str) -> bool:
    """Whether a protocol is here, too: a file of somebody's own may be on another machine."""
    from pytest_haerae.catalogue.protocol_registry import find_protocol

    try:
        find_protocol(protocol)
    except UsageError:
        return False
    return True


def _rerun_options(options: list[str] | None) -> dict[str, Any]:
    """The options of a report's own command, by name."""
    flags = {flag: (option, True) for option in OPTIONS for flag in option.spellings()}
    flags |= {flag: (option, False) for option in OPTIONS for flag in option.negations()}
    found: dict[str, Any] = {}
    for text in options or ():
        flag, equals, value = text.partition("=")
        if flag in flags:
            option, on = flags[flag]
            found[option.name] = value if equals else on
    return found


def _choose_judge(raw: dict[str, Any], typed: Mapping[str, Any], scorer: str | None) -> None:
    """Let a judge that is typed grade; that of the report is left out then, and where a scorer grades by itself.

    Args:
        raw: All options; is changed.
        typed: Those that were typed.
        scorer: The scorer by which a judge graded the report; None where none did, or its benchmarks brought it along.
    """
    params: Mapping[str, Any] = BY_NAME["evaluator_params"].read(raw)
    if "evaluator_params" not in typed:
        if "judge" in typed and not _asks(raw, params):
            params = {"scorer": "judge"}
    elif "scorer" not in params and not params.get("strict"):
        # What names no scorer is about the one that judged, or about the judge that is typed.
        if scorer is not None:
            params = {"scorer": scorer, **params}
        elif "judge" in typed and not _asks(raw, {}):
            params = {"scorer": "judge", **params}
    raw["evaluator_params"] = params
    if "judge" in typed or not _asks(raw, params):
        for name in {"judge", "judge_params"} - typed.keys():
            raw.pop(name, None)


def _leave_idle_rewards(raw: dict[str, Any], typed: Mapping[str, Any]) -> None:
    """Leave the reward model of the report out where nothing is ranked by one any more."""
    from pytest_haerae.scoring.ranking import RANKINGS
    from pytest_haerae.scoring.registry import RANK

    ranking = RANKINGS.get(str(BY_NAME["evaluator_params"].read(raw).get(RANK)))
    if ranking is None or not ranking.needs_reward:
        for name in {"reward_model", "reward_params"} - typed.keys():
            raw.pop(name, None)


def _asks(raw: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Whether a scorer of the data sets asks a judge: the one that parameters choose, or that of a benchmark."""
    from pytest_haerae.catalogue.registry import find_benchmark
    from pytest_haerae.config.run_config import brought_along, dataset_names
    from pytest_haerae.scoring.parameters import choose_scorer

    for name in dataset_names(raw):
        method = BY_NAME["method"].read({**brought_along(name), **raw})
        benchmark = find_benchmark(name)
        if choose_scorer(method, params, benchmark.scorers.get(method) if benchmark else None).asks:
            return True
    return False


def _refuse_same(report: Path, output: Path) -> None:
    from pytest_haerae.report.files import same_file

    if same_file(output, report):
        raise UsageError(f"--output-file {output}: is the report itself; name another file")


COMMAND = Command(
    "rejudge",
    "Judge a report's answers anew, by another judge, template or scorer; no answer is asked again.",
    add_arguments,
    run,
)
