"""What the terminal shows at the end."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable

import pytest

from pytest_haerae.backends.registry import backend_names
from pytest_haerae.plugin.batch import QUIETEST
from pytest_haerae.plugin.nodes import NOT_RIGHT, is_rehearsal
from pytest_haerae.plugin.session import EvaluationSession
from pytest_haerae.redact import redact_text
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.show.ci import workflow_commands
from pytest_haerae.report.show.terminal import summary_lines


def summarise(evaluation: EvaluationSession, reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the terminal summary, and on GitHub Actions the annotations."""
    conclusion, batch, received = evaluation.conclusion, evaluation.batch, evaluation.received
    skipped = evaluation.collection.placeholders
    if skipped and not is_rehearsal(config) and config.option.verbose > QUIETEST:
        tests = "1 evaluation test is" if skipped == 1 else f"{skipped} evaluation tests are"
        names = ", ".join(backend_names())
        reporter.write_line(f"haerae: {tests} skipped: no model is named (--model=NAME, one of {names}, or --demo)")
    if conclusion is None or batch is None or received is None:
        return
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in workflow_commands(conclusion.report):
            reporter.write_line(line)
    if config.option.verbose <= QUIETEST:
        return
    plan = evaluation.collection.evaluation.plan
    reporter.write_sep("=", f"haerae: {plan.describe()}")
    samples = received.counted()
    wrong = [sample.verdict.explanation for sample in samples if sample.verdict.outcome in NOT_RIGHT]
    lines = summary_lines(
        conclusion.report,
        width=shutil.get_terminal_size().columns,
        wrong=wrong,
        output_file=str(shown(plan.config.output_file)),
        rerun=rerun_command(config, plan.secrets),
    )
    gone = f"{batch.gone} items are missing: a plugin or conftest.py left them out and did not tell pytest"
    for line in [*lines, *received.notes(), *([gone] if batch.gone else []), *conclusion.notes]:
        reporter.write_line(line)


def rerun_command(config: pytest.Config, secrets: Iterable[str]) -> str | None:
    """The command that runs the wrong items again: this one with --lf, secrets masked; None without the cache."""
    if not config.pluginmanager.has_plugin("lfplugin"):
        return None
    known = tuple(secrets)
    arguments = [redact_text(str(argument), known) for argument in config.invocation_params.args]
    return shlex.join(["pytest", *(argument for argument in arguments if argument != "--lf"), "--lf"])
