"""What the terminal shows at the end."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable

import pytest

from pytest_haerae.plugin.batch import QUIETEST
from pytest_haerae.plugin.session import EvaluationSession
from pytest_haerae.redact import redact_text
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.show.ci import workflow_commands
from pytest_haerae.report.show.terminal import summary_lines


def summarise(evaluation: EvaluationSession, reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the terminal summary, and on GitHub Actions the annotations."""
    conclusion, batch, received = evaluation.conclusion, evaluation.batch, evaluation.received
    if conclusion is None or batch is None or received is None:
        return
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in workflow_commands(conclusion.report):
            reporter.write_line(line)
    if config.option.verbose <= QUIETEST:
        return
    plan = evaluation.collection.evaluation.plan
    reporter.write_sep("=", f"haerae: {plan.describe(entry.data for entry in batch.selection)}")
    samples = (batch.samples[entry.nodeid] for entry in batch.selection if entry.nodeid in received.nodeids)
    wrong = [sample.verdict.explanation for sample in samples if sample.verdict.outcome in ("wrong", "invalid")]
    lines = summary_lines(
        conclusion.report,
        width=shutil.get_terminal_size().columns,
        wrong=wrong,
        output_file=str(shown(plan.config.output_file)),
        rerun=rerun_command(config, plan.secrets),
    )
    for line in [*lines, *conclusion.notes]:
        reporter.write_line(line)


def rerun_command(config: pytest.Config, secrets: Iterable[str]) -> str | None:
    """The command that runs the wrong items again: this one with --lf, secrets masked; None without the cache."""
    if not config.pluginmanager.has_plugin("lfplugin"):
        return None
    known = tuple(secrets)
    arguments = [redact_text(str(argument), known) for argument in config.invocation_params.args]
    return shlex.join(["pytest", *(argument for argument in arguments if argument != "--lf"), "--lf"])
