"""``pytest-haerae gate report.json --baseline …``: the gates again, without a model."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_haerae.doors.command_line.command import Command, add_option, print_json, print_lines
from pytest_haerae.errors import UsageError

_OPTIONS = (
    *("min_accuracy", "min_hangul", "baseline", "max_drop"),
    *("significance", "inconclusive", "across", "max_error_rate", "max_unjudged"),
)


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
    from pytest_haerae.config.gate_settings import gate_settings
    from pytest_haerae.config.kept_run import NamedRun, parse_baseline
    from pytest_haerae.gates.compatibility import check_measurement
    from pytest_haerae.gates.completeness import Completeness
    from pytest_haerae.gates.coverage import check_common
    from pytest_haerae.gates.hangul import check_told
    from pytest_haerae.gates.judge import judge_run
    from pytest_haerae.gates.minimum import check_gated_subsets
    from pytest_haerae.report.history.baseline import read_earlier
    from pytest_haerae.report.read import read_outlines
    from pytest_haerae.statistics.scores import metrics_of_outlines

    settings = gate_settings(vars(arguments))
    if not settings.min_accuracy and not settings.min_hangul and arguments.baseline is None:
        raise UsageError("no gate is named: add --min-accuracy, --min-hangul or --baseline")
    report = read_outlines(arguments.report, str(arguments.report))
    if settings.min_hangul:
        check_told(report.info, report.metrics, report.samples, str(arguments.report))
    # The outcomes decide: what else the file says of its accuracy may have been written by anybody.
    several = bool(report.info.get("benchmarks"))
    metrics = metrics_of_outlines(report.samples, several=several)
    named = (each for found in (metrics, report.metrics) for each in (*found["subsets"], *found.get("benchmarks", ())))
    check_gated_subsets(settings, named)
    baseline = None
    notes: list[str] = []
    if arguments.baseline is not None:
        place = f"--baseline {arguments.baseline}"
        typed = parse_baseline("--baseline", arguments.baseline)
        if isinstance(typed, NamedRun):
            earlier, notes = read_earlier(
                typed,
                arguments.report,
                report.info,
                report.metrics,
                read_outlines,
                place=place,
                across=settings.across,
            )
        else:
            earlier = read_outlines(typed, place)
        baseline = earlier.samples
        check_measurement(place, earlier.info, earlier.measured(), report.measured(), across=settings.across)
        old, new = ([sample.mark for sample in samples] for samples in (baseline, report.samples))
        check_common(place, old, new, several=several)
    completeness = Completeness.of_report(report.info, [sample.outcome for sample in report.samples])
    judgement = judge_run(settings, metrics, report.samples, baseline, completeness)
    if arguments.json:
        print_json(
            {
                "gates": [gate.to_json() for gate in judgement.gates],
                "changes": judgement.changes,
                "detectable_drops": judgement.detectable_drops(),
                "warnings": list(judgement.warnings),
            }
        )
    else:
        print_lines(*notes)
        for gate in judgement.gates:
            print_lines(f"gate {gate.name}: {gate.verdict.upper()} - {gate.detail}")
        print_lines(*(f"warning: {warning}" for warning in judgement.warnings))
    return 1 if judgement.fails() else 0


COMMAND = Command("gate", "Judge a report's gates again, without a model.", add_arguments, run)
