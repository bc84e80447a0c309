"""The pytest plugin's hooks, each a line or two that delegates."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.plugin.fixtures import ItemTests, model_of
from pytest_haerae.plugin.ignoring import lacks_files, left_out, note_ignored
from pytest_haerae.plugin.loop import collecting, give_back, run_loop, stop_collector
from pytest_haerae.plugin.nodes import ITEM_FIXTURES, MODEL_FIXTURE, parametrizes_models, undistribute
from pytest_haerae.plugin.option_group import add_ini_options, add_options, header, hide_values, is_dry_run
from pytest_haerae.plugin.stash import find_session, session_of

if TYPE_CHECKING:
    from pytest_haerae.run.language_model import LanguageModel


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the ini twins; the options follow when all others are there, unless a conftest.py loads this plugin."""
    add_ini_options(parser)
    config = pluginmanager.get_plugin("pytestconfig")
    if config and any(name.endswith("conftest.py") for name, _ in pluginmanager.list_name_plugin()):
        add_options(config, parser)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Add the options once those of every conftest.py are there."""
    hide_values(early_config, parser, args)
    try:
        return (yield)
    finally:
        add_options(early_config, parser)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which names of options are another plugin's."""
    return header(config)


@pytest.fixture(scope="session")
def haerae_model(request: pytest.FixtureRequest) -> LanguageModel:
    """The model of this run: `generate`, `generate_all`, `loglikelihood`; skips where none is named."""
    return model_of(request.config, getattr(request, "param", None))


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer this plugin's own hooks."""
    from pytest_haerae.plugin import newhooks

    pluginmanager.add_hookspecs(newhooks)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers; add xdist's hooks only where xdist is loaded."""
    config.addinivalue_line(
        "markers",
        "haerae(dataset=None, subset=None, by=None, min_accuracy=None, columns=None): items that a test is parametrized"
        " with, metadata columns that their accuracy is told by, the least that it may be, and what the data's columns"
        " mean",
    )
    config.addinivalue_line(
        "markers",
        "haerae_prompts(prompts, continuations=None, **sampling): what a test will ask haerae_model; it is asked with"
        " the items, in one pass before the first test",
    )
    # By its option: the plugin's name depends on how it was loaded (`-p xdist.plugin`).
    if hasattr(config.option, "tx"):
        from pytest_haerae.plugin.xdist import hooks_for

        config.pluginmanager.register(hooks_for(config), "haerae-xdist")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests that use the fixtures of items, and those that ask a model where the session has several."""
    names = (*ITEM_FIXTURES, MODEL_FIXTURE)
    if any(name in metafunc.fixturenames for name in names) and not parametrizes_models(metafunc.definition):
        evaluation = session_of(metafunc.config)
        stop_collector(metafunc.config)
        evaluation.collection.parametrize(metafunc)
    elif metafunc.definition.get_closest_marker("haerae_prompts"):
        session_of(metafunc.config)  # the test may look the model up by its name


@pytest.hookimpl(tryfirst=True)
def pytest_internalerror(excrepr: object) -> None:
    """Mask the secrets among the local variables of a traceback, before anything shows it."""
    from pytest_haerae.plugin.tracebacks import redact_traceback

    redact_traceback(excrepr)


@pytest.hookimpl(wrapper=True)
def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> Generator[None, bool | None, bool | None]:
    """Note which evaluation tests another plugin leaves out."""
    ignored = yield
    if ignored and collection_path.suffix == ".py":
        note_ignored(collection_path, config)
    return ignored


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Let the collector of garbage work again at the end, where a suite's tests were made."""
    with collecting(session.config):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class) -> Generator[None, object, object]:
    """Leave out the suites that are out of scope."""
    collected = yield
    evaluation = find_session(collector.config)
    # One that has a mistake stays until that is told: pytest would say of its node id that it is not found.
    if evaluation is None or evaluation.collection.problem is not None:
        return collected
    from pytest_haerae.plugin.nodes import without_placeholders

    return without_placeholders(collected)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End with a usage error before any other plugin looks at the items; then -k may look for a question's words."""
    if evaluation := find_session(config):
        evaluation.collection.finish(items)
        if config.option.keyword:
            from pytest_haerae.plugin.keywords import add_keywords

            add_keywords(items, config.option.keyword)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """End where a model was forgotten; a worker does it with its manifest."""
    from pytest_haerae.plugin.nodes import is_worker

    evaluation = find_session(session.config)
    if evaluation and not is_worker(session.config):
        evaluation.collection.close(session)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note that items were selected by hand."""
    if items and (evaluation := find_session(items[0].config)):
        evaluation.collection.note_deselected(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Batch before the first test; judge gates after the last."""
    return (yield from run_loop(session))


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Wrong, unreadable, cut and unjudged answers are categories of their own; so are those in a part of a test."""
    if report.passed or find_session(config) is None:
        return None
    from pytest_haerae.plugin.nodes import COLOURS, is_of_part, status_of

    status = status_of(report)
    if status is None or status not in COLOURS or report.failed == (status == "unjudged"):
        return None
    part = ("subtests ", "SUB") if is_of_part(report) else ("", "")
    return f"{part[0]}{status}", status[0], (f"{part[1]}{status.upper()}", {COLOURS[status]: True})


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | pytest.ExitCode | None, object]:
    """Hold the exit code to the gates, whatever a test or a plugin made of it: `pytest.exit` sets any."""
    if is_dry_run(config):
        undistribute(config)
    try:
        code = yield
    finally:
        give_back(config)
    evaluation = find_session(config)
    fails = evaluation.fails() if evaluation and evaluation.has_items else lacks_files(config)
    return pytest.ExitCode.TESTS_FAILED if code == 0 and fails else code


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to receive reports."""
    session.config.pluginmanager.register(ItemTests(session.config), "haerae-item-tests")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    """Write the summary; where there was nothing to evaluate, how to begin."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and not terminalreporter.stats.get("deselected"):
        from pytest_haerae.plugin.given import Given

        if Given(config).typed():
            terminalreporter.write_line(
                "haerae: no evaluation tests are here: pytest-haerae init writes some, and pytest --pyargs"
                " pytest_haerae.suites runs the package's"
            )
    if files := left_out(config) if lacks_files(config) else []:
        terminalreporter.write_line(f"haerae: {', '.join(files)} left out by another plugin: the run is not whole")
    if evaluation := find_session(config):
        from pytest_haerae.plugin.summary import summarise

        summarise(evaluation, terminalreporter, config)


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what is open, before pytest takes its own plugins out."""
    if evaluation := find_session(config):
        evaluation.close()
