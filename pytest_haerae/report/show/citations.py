"""What to cite with a report's numbers, where its benchmarks say it."""

from __future__ import annotations

from contextlib import suppress

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.errors import UsageError, raised
from pytest_haerae.report.schema import Report


def citations(report: Report) -> tuple[list[str], list[str]]:
    """The BibTeX entries of the report's benchmarks, each once; of a benchmark that is not there any more none.

    Returns:
        The entries, and a line for each benchmark whose function gives none because it fails: a report that has all
        answers is not lost over it.
    """
    found: dict[str, None] = {}
    problems = []
    several = report["info"].get("benchmarks")
    for name in several or [report["info"]["dataset"]]:
        benchmark = None
        with suppress(UsageError):
            benchmark = find_benchmark(name)
        if benchmark is not None:
            of_it = (each for each in report["samples"] if not several or each.get("dataset") == name)
            try:
                found |= dict.fromkeys(benchmark.citations(each.get("metadata", {}) for each in of_it))
            except UsageError as error:
                problems.append(str(error))
            except Exception as error:  # somebody else's function
                problems.append(f"benchmark {name}: cite {raised(error)}")
    return list(found), problems
