"""What pytest passes to a plugin, as far as this one looks at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.config.options import OPTIONS
from pytest_haerae.plugin import stash
from pytest_haerae.plugin.nodes import PROPERTY_ID, PROPERTY_STATUS
from pytest_haerae.plugin.scope import MARKER
from pytest_haerae.plugin.session import EvaluationSession
from pytest_haerae.plugin.stash import session_of
from pytest_haerae.run.identity import parameter_id
from pytest_haerae.types import DataKey, Item, Request, Response, Selected
from tests.helpers import valid_report
from tests.unit.fakes import Ledger, question, scripted, write_rows


class Config:
    """A configuration; what a test needs of another kind it sets."""

    def __init__(
        self,
        folder: Path,
        options: Mapping[str, Any] | None = None,
        ini: Mapping[str, Any] | None = None,
        args: Sequence[str] = (),
        backends: Mapping[str, Any] | None = None,
    ) -> None:
        self.rootpath = folder
        self.stash = pytest.Stash()
        self.args = list(args) or [str(folder)]
        self.invocation_params = SimpleNamespace(args=tuple(args), dir=folder)
        self.option = SimpleNamespace(
            verbose=0,
            reportchars="fE",
            keyword="",
            lf=False,
            collectonly=False,
            setuponly=False,
            continue_on_collection_errors=False,
        )
        self.pluginmanager = pytest.PytestPluginManager()
        self.ini: dict[str, Any] = {"python_files": ["test_*.py", "*_test.py"], "addopts": []}
        self.hook = SimpleNamespace(pytest_haerae_backends=lambda: [backends] if backends else [])
        names = [f"haerae_{option.name}" for option in OPTIONS]
        self.options: dict[str, Any] = dict.fromkeys(names) | {f"haerae_{key}": x for key, x in (options or {}).items()}
        self.ini |= dict.fromkeys(names) | {f"haerae_{key}": value for key, value in (ini or {}).items()}

    def getoption(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as pytest's
        return self.options.get(name, default)

    def getini(self, name: str) -> Any:  # noqa: ANN401 - as pytest's
        return self.ini[name]

    def plug(self, name: str, plugin: object) -> None:
        """Register a plugin."""
        self.pluginmanager.register(plugin, name)


def a_config(
    folder: Path,
    options: Mapping[str, Any] | None = None,
    ini: Mapping[str, Any] | None = None,
    args: Sequence[str] = (),
    backends: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - taken for a pytest.Config
    """A configuration of one's own."""
    return Config(folder, options, ini, args, backends)


def config(folder: Path, **options: Any) -> Any:  # noqa: ANN401 - taken for a pytest.Config
    """A configuration with options of this plugin."""
    return Config(folder, {"model": "random", "dataset": "sample", **options})


def with_session(given: Any, session: object) -> Any:  # noqa: ANN401 - a configuration
    """The same configuration, with something in the place of its evaluation."""
    given.stash[stash._SESSION] = session
    return given


def a_test(
    item: Item | Selected | None,
    place: str = "test_a.py::test_a",
    fixture: str = "haerae_verdict",
    marks: Sequence[pytest.Mark] = (),
    more: str = "",
) -> Any:  # noqa: ANN401 - taken for a pytest.Item
    """A test, with its item or without one."""
    name = place.rpartition("::")[2]
    entry = Selected(item, "", DataKey("sample")) if isinstance(item, Item) else item
    suffix = f"[{parameter_id(entry.item, entry.benchmark)}{more}]" if entry else ""
    return SimpleNamespace(
        name=f"{name}{suffix}",
        originalname=name,
        nodeid=f"{place}{suffix}",
        id=f"{place}{suffix}",  # what newer versions of pytest read
        callspec=SimpleNamespace(params={fixture: entry} if entry else {}),
        stash=pytest.Stash(),
        iter_markers=lambda name=None: (mark for mark in marks if name in (None, mark.name)),
        get_closest_marker=lambda name: next((mark for mark in marks if mark.name == name), None),
        fixturenames=(fixture,),
        user_properties=[],
        keywords={},
        extra_keyword_matches=set(),
        location=("test_a.py", 1, name),
        _report_sections=[],
    )


def report_of(nodeid: str, outcome: Any = "passed", when: Any = "call", status: str | None = None) -> pytest.TestReport:  # noqa: ANN401 - words
    """The report of a test that has its verdict, with this plugin's mark or without."""
    properties: list[tuple[str, object]] = [(PROPERTY_ID, "x")]
    if status:
        properties.append((PROPERTY_STATUS, status))
    return pytest.TestReport(nodeid, ("test_a.py", 1, "test_a"), {}, outcome, None, when, user_properties=properties)


class Metafunc:
    """A test function that is about to be parametrized."""

    def __init__(
        self,
        config: Any,  # noqa: ANN401 - a configuration
        path: Path,
        fixtures: Sequence[str] = ("haerae_verdict",),
        name: str = "test_a",
        marks: Sequence[pytest.Mark] = (),
        **marker: Any,  # noqa: ANN401 - a marker's keyword
    ) -> None:
        self.config = config
        self.fixturenames = fixtures
        self.definition = SimpleNamespace(
            path=path,
            nodeid=f"{path.name}::{name}",
            get_closest_marker=lambda wanted: (
                pytest.Mark(wanted, (), marker, _ispytest=True) if marker and wanted == MARKER else None
            ),
            iter_markers=lambda name: (mark for mark in marks if mark.name == name),
        )
        self.models: Sequence[str] = ()
        self.names: list[str] = []
        self.params: list[tuple[Any, ...]] = []
        self.ids: list[str] = []

    def parametrize(
        self,
        names: Any,  # noqa: ANN401 - the model's fixture, or those of items
        params: Any,  # noqa: ANN401 - names of models, or sets of items
        *,
        ids: Sequence[str] = (),
        indirect: bool,
        scope: str | None = None,
    ) -> None:
        assert indirect
        if names == "haerae_model":
            assert scope == "session"
            self.models = params
        else:
            self.names, self.params, self.ids = names, params, list(ids)

    @property
    def items(self) -> list[Item]:
        """The items that it was parametrized with."""
        return [entry.item for entry in self.entries]

    @property
    def entries(self) -> list[Selected]:
        """What it was parametrized with: items and their data sets."""
        return [entry for param in self.params for entry in param[:1] if isinstance(entry, Selected)]


ROWS = [question(number) for number in range(6)]


def answer(request: Request) -> Response:
    """Items 0 and 3 are right, 2 and 5 are errors, 1 and 4 wrong."""
    number = int(request.context.split("번 문제는?")[-2].split()[-1])
    return Response(error="HTTP 500") if number % 3 == 2 else Response(text="정답: (A)")


class Run:
    """One session over six items, of which `tests` are collected."""

    def __init__(self, folder: Path, **options: Any) -> None:  # noqa: ANN401 - an option's value
        write_rows(folder / "mine.jsonl", ROWS)
        self.ledger = Ledger()
        backends = {"mine": scripted(answer, self.ledger)}
        raw = {"model": "mine", "output_file": folder / "r.json", "dataset": str(folder / "mine.jsonl"), **options}
        self.config = a_config(folder, raw, backends=backends)
        self.evaluation: EvaluationSession = session_of(self.config)
        function = Metafunc(self.config, folder / "test_a.py")
        self.evaluation.collection.parametrize(function)  # type: ignore[arg-type]
        self.tests = [a_test(entry, "test_a.py::test_a") for entry in function.entries]
        self.session: Any = SimpleNamespace(config=self.config, testsfailed=0, shouldstop=False, shouldfail=False)
        self.report_path = folder / "r.json"

    def ask(self) -> None:
        self.evaluation.ask(self.evaluation.collection.select(self.tests))

    def note(self, *tests: Any) -> None:  # noqa: ANN401 - tests
        """Report the tests as the plugin reports them: what is not right fails with its mark."""
        received = self.evaluation.run_of("").received
        assert received is not None
        for test in tests:
            self.evaluation.outcomes.running = test
            sample = self.evaluation._sample_of(test)
            assert sample is not None
            outcome = sample.verdict.outcome
            failed = outcome != "correct"
            self.session.testsfailed += failed
            report = report_of(test.nodeid, "failed" if failed else "passed", status=outcome if failed else None)
            received.note(report)

    def finish(self) -> dict[str, Any]:
        self.evaluation.finish(self.session)
        return valid_report(self.report_path)
