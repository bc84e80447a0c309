"""The command line door: ``python -m pytest_haerae``, with the options of the plugin."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.config.options import OPTIONS
from pytest_haerae.doors.command_line import add_option
from pytest_haerae.doors.command_line.main import INTERRUPTED, USAGE_ERROR, Parser
from pytest_haerae.doors.evaluator import Evaluator, as_options
from pytest_haerae.errors import HaeraeError, UnmeasurableRun, UsageError
from pytest_haerae.gates.gate import failing_gates

STDOUT = "-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one evaluation.

    Args:
        arguments: The command line; None for this process's.

    Returns:
        The exit code: 0, 1 where a gate failed or the run could not be measured, 2 interrupted, 4 for bad input.
    """
    parser = Parser(prog="python -m pytest_haerae", description="Evaluate a language model.", allow_abbrev=False)
    parser.add_argument("--config", metavar="FILE", help="a YAML file of the same options; the command line beats it")
    for option in OPTIONS:
        add_option(parser, option.name)
    parsed = vars(parser.parse_args(arguments))
    try:
        raw = {
            **read_config(parsed.pop("config")),
            **{name: value for name, value in parsed.items() if value is not None},
        }
        to_stdout = raw.get("output_file") == STDOUT
        if to_stdout:
            del raw["output_file"]
        result = Evaluator().run(**raw)
    except UnmeasurableRun as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except HaeraeError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("interrupted; the answers so far are stored, and the same command goes on", file=sys.stderr)
        return INTERRUPTED
    print(result.to_json() if to_stdout else result)
    return int(bool(failing_gates(result.info["gates"])))


def read_config(path: str | None) -> dict[str, Any]:
    """Read options from a YAML file.

    Raises:
        UsageError: It can not be read, is no YAML mapping, or has an unknown option.
    """
    if path is None:
        return {}
    import yaml

    place = f"--config {path}"
    try:
        values = yaml.safe_load(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place}: can not be read ({getattr(error, 'strerror', None) or error})") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{place}: malformed YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise UsageError(f"{place}: a mapping of options is needed, such as 'model: random'")
    return as_options({str(name): value for name, value in values.items()}, place)


if __name__ == "__main__":
    sys.exit(main())
