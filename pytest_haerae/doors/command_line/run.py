"""``pytest-haerae run``, which is also ``python -m pytest_haerae``: one evaluation, with the options of the plugin."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.config.model_names import model_names, named_file
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.command_line.command import Command, add_options, print_json_text, print_lines, printing
from pytest_haerae.doors.evaluator import as_options, evaluate_each, forecast_each, progress_line
from pytest_haerae.doors.toolkit_config import from_toolkit, is_toolkit_config
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.doors.result import EvaluationResult

STDOUT = "-"


def add_arguments(parser: ArgumentParser) -> None:
    """The options of the plugin, and a file of them."""
    parser.add_argument("--config", metavar="FILE", help="a YAML file of the same options; the command line beats it")
    add_options(parser)


def run(arguments: Namespace) -> int:
    """Run one evaluation, or say what it would ask; the exit code is 1 where a gate failed.

    Raises:
        UsageError: Bad input.
        UnmeasurableRun: More items ended in an error than is allowed.
    """
    return evaluate({**read_config(arguments.config), **options_in(arguments)})


def options_in(arguments: Namespace) -> dict[str, Any]:
    """The options of the plugin that were typed, by name."""
    return {name: value for name, value in vars(arguments).items() if name in BY_NAME and value is not None}


def evaluate(raw: dict[str, Any]) -> int:
    """Run the evaluation that options as typed describe; the exit code is 1 where a gate failed.

    Raises:
        UsageError: Bad input.
        UnmeasurableRun: More items ended in an error than is allowed, or some have no record.
    """
    from pytest_haerae.gates.gate import failing_gates

    if BY_NAME["dry_run"].read(raw):
        for text in forecast_each(raw, Path.cwd()):
            print_lines(text)
        return 0
    to_stdout = raw.get("output_file") == STDOUT
    if to_stdout:
        del raw["output_file"]
        if len(model_names(raw)) > 1:
            raise UsageError("--output-file -: several models have a report each; name a file")
    results: dict[str, EvaluationResult] = {}
    try:
        # What a backend, a scorer or a prompt prints is no part of the report.
        with redirect_stdout(sys.stderr) if to_stdout else nullcontext():
            for name, result in evaluate_each(raw, Path.cwd(), progress=progress_line):
                results[name] = result
                if not to_stdout:
                    with printing():
                        print(result)
    except KeyboardInterrupt:
        print("the answers so far are stored, and the same command goes on", file=sys.stderr)
        raise
    if to_stdout:
        print_json_text(next(iter(results.values())).to_json())
    elif len(results) > 1:
        print_lines(*_ranked(raw, results))
    return int(any(failing_gates(result.info) for result in results.values()))


def _ranked(raw: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """The models of a run, ranked by the reports that it wrote."""
    from pytest_haerae.report.show.rank_lines import ranked_lines

    written, significance = (BY_NAME[name].read(raw, Path.cwd()) for name in ("output_file", "significance"))
    yield "ranks"
    yield from ranked_lines(
        [named_file(written, name) for name in names], significance, shutil.get_terminal_size().columns
    )


def read_config(path: str | None) -> dict[str, Any]:
    """Read options from a YAML file: by their names, or in the sections of HAE-RAE's evaluation toolkit.

    Raises:
        UsageError: It cannot be read, is no YAML mapping, has a key twice, or an unknown option.
    """
    if path is None:
        return {}
    from pytest_haerae.doors.yaml_files import parse_yaml
    from pytest_haerae.typed_files import read_typed_text

    place = f"--config {path}"
    try:
        text = read_typed_text(Path(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    values = parse_yaml(text, place)
    if not isinstance(values, dict):
        raise UsageError(f"{place}: a mapping of options is needed, such as 'model: random'")
    named = {str(name): value for name, value in values.items()}
    return from_toolkit(named, place) if is_toolkit_config(named) else as_options(named, place)


COMMAND = Command("run", "Evaluate a language model.", add_arguments, run)
