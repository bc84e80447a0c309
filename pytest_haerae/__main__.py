"""``python -m pytest_haerae``: the command ``pytest-haerae run``, or the one that is named first."""

from __future__ import annotations

import sys

from pytest_haerae.doors.command_line import all_commands
from pytest_haerae.doors.command_line.main import main

if __name__ == "__main__":
    typed = sys.argv[1:]
    named = bool(typed) and typed[0] in {command.name for command in all_commands()}
    sys.exit(main(typed if named else ["run", *typed]))
