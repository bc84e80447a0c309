"""Items that ended in the same error, shown once with their number: a page of equal lines hides what is wrong."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Generator, Sequence

import pytest

from pytest_haerae.plugin.nodes import PROPERTY_ID, status_of

MOST_ALIKE = 3
"""Errors of one cause that are all shown."""
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|0x[0-9a-f]+|\d+(?:\.\d+)?")
"""What differs in the words of one cause: values, addresses, times."""


class Folding:
    """Folds the errors of items while the terminal reporter writes its lists; its counts stay as they are."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
        """Show one of many errors of one cause, and how many more there are, in the lists of errors and of failures."""
        whole = {category: terminalreporter.stats.get(category, []) for category in ("error", "failed")}
        for category, reports in whole.items():
            if reports:
                terminalreporter.stats[category] = folded(reports)
        try:
            return (yield)
        finally:
            for category, reports in whole.items():
                if reports:
                    terminalreporter.stats[category] = reports


def folded(reports: Sequence[pytest.TestReport]) -> list[pytest.TestReport]:
    """Reports with one in place of many items' errors of one cause; the others as they are."""
    causes = [_cause(report) for report in reports]
    numbers = Counter(cause for cause in causes if cause is not None)
    kept: list[pytest.TestReport] = []
    for report, cause in zip(reports, causes, strict=True):
        alike = 1 if cause is None else numbers[cause]
        if alike <= MOST_ALIKE and alike:
            kept.append(report)
        elif cause is not None and alike:
            kept.append(_with_number(report, alike))
            numbers[cause] = 0
    return kept


def _cause(report: pytest.TestReport) -> str | None:
    """What an item's error says, without the item's name and the values in it; None for other reports."""
    if not isinstance(report, pytest.TestReport) or status_of(report) != "error":
        return None
    name = next((str(value) for key, value in report.user_properties if key == PROPERTY_ID), "")
    words = str(report.longrepr)
    return _VARIES.sub("", words.replace(name, "") if name else words)


def _with_number(report: pytest.TestReport, alike: int) -> pytest.TestReport:
    shown = copy.copy(report)
    # The number first: in pytest's short list a narrow terminal cuts the end.
    shown.longrepr = f"{alike} items alike: {report.longrepr}"
    return shown
