"""What the terminal shows at the end."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable

import pytest

from pytest_haerae.backends.registry import backend_names
from pytest_haerae.config.option import is_given
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.escaping import line as one_line
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.plugin.batch import QUIETEST
from pytest_haerae.plugin.durations import write_slowest
from pytest_haerae.plugin.listing import Detail, item_listing
from pytest_haerae.plugin.model_run import ModelRun
from pytest_haerae.plugin.nodes import is_rehearsal
from pytest_haerae.plugin.session import EvaluationSession
from pytest_haerae.redact import redact_text
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.rerun import model_params_option
from pytest_haerae.report.show.ci import workflow_commands
from pytest_haerae.report.show.terminal import Line, gate_lines, summary_lines
from pytest_haerae.run.calls import CallTotals
from pytest_haerae.run.plan import Plan


def summarise(evaluation: EvaluationSession, reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the terminal summary, and on GitHub Actions the annotations."""
    skipped = evaluation.collection.placeholders
    if skipped and not is_rehearsal(config) and config.option.verbose > QUIETEST:
        tests = "1 evaluation test is" if skipped == 1 else f"{skipped} evaluation tests are"
        names = ", ".join(backend_names())
        reporter.write_line(f"haerae: {tests} skipped: no model is named (--model=NAME, one of {names}, or --demo)")
    for run in evaluation.runs:
        _summarise_run(run, reporter, config)
    measured = [run for run in evaluation.runs if run.conclusion is not None]
    if len(measured) > 1 and config.option.verbose > QUIETEST:
        from pytest_haerae.report.show.rank_lines import ranked_lines  # a session of one does without it

        settings = [run.evaluation.plan.config for run in measured]
        paths, width = [each.output_file for each in settings], shutil.get_terminal_size().columns
        reporter.write_sep("=", "haerae: ranks")
        for text in ranked_lines(paths, settings[0].significance, width):
            reporter.write_line(text)


def _summarise_run(run: ModelRun, reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    conclusion, batch, received, plan = run.conclusion, run.batch, run.received, run.evaluation.plan
    if batch is not None and batch.answers.calls.used and config.option.verbose > QUIETEST:
        of_which = f" ({plan.config.called})" if plan.config.called else ""
        reporter.write_line(one_line(f"haerae_model{of_which}: {told(batch.answers.calls.totals())}"))
        for text in batch.answers.notes if conclusion is None else ():
            reporter.write_line(one_line(text))
        gates = [name for name in _GATES if is_given(config.getoption(f"haerae_{name}"))]
        if gates and not batch.items:
            reporter.write_line(f"warning: {BY_NAME[gates[0]].flag} decides nothing: no item was asked")
    if conclusion is None or batch is None or received is None:
        return
    if os.environ.get("GITHUB_ACTIONS") == "true":
        # These alone are meant to be obeyed: they are written as they are.
        for line in workflow_commands(conclusion.report):
            reporter.write_line(line)
    width = shutil.get_terminal_size().columns
    if config.option.verbose <= QUIETEST:
        # The exit code is left without a reason at no verbosity.
        _write(gate_lines(failing_gates(conclusion.report["info"]), width), reporter)
        return
    write_slowest(conclusion.samples, config, reporter)
    names = map(run.evaluation.source.name_of, (entry.data for entry in batch.items))
    reporter.write_sep("=", one_line(f"haerae: {plan.describe(names)}"))
    baseline = run.evaluation.baseline
    earlier = None if baseline is None else baseline.report["samples"]
    lines = summary_lines(conclusion.report, width)
    detail, rows = Detail.of_session(config), conclusion.report["samples"]
    listed = list(item_listing(conclusion.samples, rows, earlier, detail, width))
    _write([*lines, *listed], reporter)
    output_file = shown(plan.config.output_file)
    again = rerun_command(config, plan) if listed else None
    texts = [f"run them again: {again}"] if again else []
    texts += [f"see why: pytest-haerae view {output_file}"] if listed else []
    texts += [f"report: {output_file}", *received.notes()]
    unused = [
        name for name in ("max_drop", "significance", "inconclusive") if is_given(config.getoption(f"haerae_{name}"))
    ]
    if unused and baseline is None:
        texts.append(f"warning: {BY_NAME[unused[0]].flag} decides nothing: no --baseline is given to compare with")
    if batch.gone:
        texts.append(f"{batch.gone} items are missing: a plugin or conftest.py left them out and did not tell pytest")
    for text in [*texts, *conclusion.notes]:
        reporter.write_line(one_line(text))


def _write(lines: Iterable[Line], reporter: pytest.TerminalReporter) -> None:
    for each in lines:
        reporter.write_line(each.text, **({each.tone: True} if each.tone else {}))


def told(calls: CallTotals) -> str:
    """What tests asked the model themselves, in a line."""
    parts = [f"{calls.computed} asked", f"{calls.reused} from the store"]
    parts += [f"{calls.errors} without an answer"] if calls.errors else []
    if calls.prompt_tokens is not None or calls.completion_tokens is not None:
        parts.append(f"tokens: {calls.prompt_tokens or 0:,} prompt, {calls.completion_tokens or 0:,} completion")
    parts += [f"${calls.cost_usd:.4f}"] if calls.cost_usd is not None else []
    return ", ".join(parts)


def rerun_command(config: pytest.Config, plan: Plan) -> str | None:
    """The command that runs the wrong items again: this one with --lf, without secrets; None without the cache."""
    if not config.pluginmanager.has_plugin("lfplugin"):
        return None
    arguments: list[str] = []
    given = iter(map(str, config.invocation_params.args))
    for argument in given:
        name, equals, _ = argument.partition("=")
        if name in _MODEL_PARAMS:
            if not equals:
                next(given, None)
            arguments.append(model_params_option(plan.config))
        elif name in _BASELINE_WRITE:  # a part of the items is no baseline
            if not equals:
                next(given, None)
        elif argument != "--lf":
            arguments.append(redact_text(argument, plan.secrets))
    return shlex.join(["pytest", *arguments, "--lf"])


_GATES = ("min_accuracy", "min_hangul", "baseline", "max_drop")
_MODEL_PARAMS = frozenset(BY_NAME["model_params"].spellings())
_BASELINE_WRITE = frozenset(BY_NAME["baseline_write"].spellings())
