"""What a run can name, this package's and others': backends, benchmarks, protocols, prompts, scorers and formats.

All is read from the registries. What cannot be loaded is told with its reason, and the others are there all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass

from pytest_haerae.errors import HaeraeError, raised
from pytest_haerae.escaping import first_line


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing that has a name.

    Attributes:
        name: What an option calls it.
        description: A line for people; empty where nobody wrote one.
        install: The command that installs what it needs; empty where nothing is missing.
        problem: Why it cannot be loaded; empty where it can.
        method: The method whose responses a scorer judges; empty for all others.
        citation: BibTeX of what to cite with a benchmark's numbers; empty where it says none.
    """

    name: str
    description: str = ""
    install: str = ""
    problem: str = ""
    method: str = ""
    citation: str = ""


def backends() -> Iterator[Addition]:
    """The backends; the libraries that they need are looked for and not imported."""
    from pytest_haerae.backends.installed import missing
    from pytest_haerae.backends.registry import backend_names, find_backend

    def look(name: str) -> Addition:
        backend = find_backend(name)
        return Addition(name, first_line(backend.__doc__), backend.install if missing(backend.requires) else "")

    return _each(backend_names(), look)


def benchmarks() -> Iterator[Addition]:
    """The benchmarks, and the sample; no data are looked at."""
    from pytest_haerae.catalogue.datasets import known_names
    from pytest_haerae.catalogue.registry import find_benchmark

    def look(name: str) -> Addition:
        benchmark = find_benchmark(name)
        if benchmark is None:
            return Addition(name, "The package's own questions, in HAE-RAE Bench's subsets; for trying things out.")
        description = first_line(benchmark.description) or benchmark.repository or str(benchmark.folder)
        return Addition(name, description, citation="\n\n".join(benchmark.citations(())))

    return _each(known_names(), look)


def protocols() -> Iterator[Addition]:
    """The protocols."""
    from pytest_haerae.catalogue.protocol_registry import find_protocol, protocol_names

    return _each(protocol_names(), lambda name: Addition(name, find_protocol(name).description))


def prompts() -> Iterator[Addition]:
    """The prompts."""
    from pytest_haerae.prompts.registry import find_prompt, prompt_names

    return _each(prompt_names(), lambda name: Addition(name, find_prompt(name).description))


def scorers() -> Iterator[Addition]:
    """The scorers of both methods, and entry points that register none."""
    from pytest_haerae.entry_points import entry_point_names
    from pytest_haerae.scoring.registry import ENTRY_POINT_GROUP, find_scorer, scorer_names
    from pytest_haerae.types import CAPABILITY, Method

    def look(method: Method) -> Callable[[str], Addition]:
        def found(name: str) -> Addition:
            scorer = find_scorer(method, name)
            install = ""
            try:
                if scorer.require:
                    scorer.require()
            except HaeraeError as error:
                install = str(error)
            return Addition(name, scorer.description, install, method=method)

        return found

    known = set()
    for method in CAPABILITY:
        with redirect_stdout(sys.stderr):
            names = scorer_names(method)
        known |= set(names)
        yield from _each(names, look(method))
    yield from _each(sorted({*entry_point_names(ENTRY_POINT_GROUP)} - known), look("string_match"))


def formats() -> Iterator[Addition]:
    """The formats of `pytest-haerae export`, and the programs that keep runs."""
    from pytest_haerae.report.formats import find_format, format_names
    from pytest_haerae.report.trackers import find_tracker, missing_install, tracker_names

    yield from _each(format_names(), lambda name: Addition(name, find_format(name).help))
    yield from _each(tracker_names(), lambda name: Addition(name, find_tracker(name).help, missing_install(name)))


@dataclass(frozen=True, slots=True)
class Source:
    """Where things of one kind come from.

    Attributes:
        typed: Where their names are typed.
        look: Looks for them.
    """

    typed: str
    look: Callable[[], Iterator[Addition]]


SOURCES: Mapping[str, Source] = {
    "backends": Source("--model=NAME", backends),
    "benchmarks": Source("--dataset=NAME", benchmarks),
    "protocols": Source("--protocol=NAME", protocols),
    "prompts": Source("--prompt=NAME", prompts),
    "scorers": Source("--evaluator-params scorer=NAME", scorers),
    "formats": Source("export --format NAME", formats),
}
"""Each kind that has names."""


def _each(names: Iterable[str], look: Callable[[str], Addition]) -> Iterator[Addition]:
    """What is found for each name; what another package's module prints while it is imported is no part of it."""
    for name in names:
        try:
            with redirect_stdout(sys.stderr):
                found = look(name)
        except HaeraeError as error:
            # Without the option that would have named it: nobody typed one.
            found = Addition(name, problem=str(error).partition(f"{name}: ")[2] or str(error))
        except (Exception, SystemExit) as error:
            found = Addition(name, problem=raised(error))
        yield found
