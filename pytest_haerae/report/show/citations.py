"""What to cite with a report's numbers, where its benchmarks say it."""

from __future__ import annotations

from contextlib import suppress

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.errors import UsageError
from pytest_haerae.report.schema import Report


def citations(report: Report) -> list[str]:
    """The BibTeX entries of the report's benchmarks, each once; of a benchmark that is not there any more none."""
    found: dict[str, None] = {}
    several = report["info"].get("benchmarks")
    for name in several or [report["info"]["dataset"]]:
        benchmark = None
        with suppress(UsageError):
            benchmark = find_benchmark(name)
        if benchmark is not None and benchmark.cite is not None:
            of_it = (each for each in report["samples"] if not several or each.get("dataset") == name)
            found |= dict.fromkeys(benchmark.cite(each.get("metadata", {}) for each in of_it))
    return list(found)
