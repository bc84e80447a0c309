"""``pytest-haerae gate report.json --baseline …``: the gates again, without a model."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_haerae.doors.command_line.command import Command, add_option, print_json, print_lines
from pytest_haerae.errors import UsageError

_OPTIONS = ("min_accuracy", "baseline", "max_drop", "significance", "max_error_rate")


def add_arguments(parser: ArgumentParser) -> None:
    """A report, and the gates of the plugin."""
    parser.add_argument("report", type=Path, help="the report to judge")
    for name in _OPTIONS:
        add_option(parser, name)
    parser.add_argument("--json", action="store_true", help="write the gates as the report's info has them")


def run(arguments: Namespace) -> int:
    """Judge a report; the exit code is 1 where a gate failed or could not be measured.

    Raises:
        UsageError: A report cannot be read or compared, or no gate is named.
    """
    from pytest_haerae.config.run_config import gate_settings
    from pytest_haerae.gates.compatibility import check_measurement, measurement_of
    from pytest_haerae.gates.completeness import Completeness
    from pytest_haerae.gates.coverage import check_common
    from pytest_haerae.gates.judge import judge_run
    from pytest_haerae.gates.minimum import check_gated_subsets
    from pytest_haerae.report.read import read_outlines
    from pytest_haerae.statistics.scores import metrics_of_outlines

    settings = gate_settings(vars(arguments))
    if not settings.min_accuracy and arguments.baseline is None:
        raise UsageError("no gate is named: add --min-accuracy or --baseline")
    report = read_outlines(arguments.report, str(arguments.report))
    # The outcomes decide: what else the file says of its accuracy may have been written by anybody.
    metrics = metrics_of_outlines(report.samples)
    check_gated_subsets(settings, {*metrics["subsets"], *report.metrics["subsets"]})
    baseline = None
    if arguments.baseline is not None:
        place = f"--baseline {arguments.baseline}"
        earlier = read_outlines(Path(arguments.baseline), place)
        baseline = earlier.samples
        check_measurement(place, earlier.info, measurement_of(report.info))
        check_common(place, [sample.mark for sample in baseline], [sample.mark for sample in report.samples])
    completeness = Completeness.of_report(report.info, [sample.outcome for sample in report.samples])
    judgement = judge_run(settings, metrics, report.samples, baseline, completeness)
    if arguments.json:
        print_json(
            {
                "gates": [gate.to_json() for gate in judgement.gates],
                "changes": judgement.changes,
                "detectable_drops": judgement.detectable_drops(),
            }
        )
    else:
        for gate in judgement.gates:
            print_lines(f"gate {gate.name}: {gate.verdict.upper()} - {gate.detail}")
    return 1 if judgement.fails() else 0


COMMAND = Command("gate", "Judge a report's gates again, without a model.", add_arguments, run)
