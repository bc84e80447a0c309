"""The pytest plugin's hooks, each a line or two that delegates."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from pytest_haerae.config.options import OPTIONS
from pytest_haerae.plugin.fixtures import ItemTests
from pytest_haerae.plugin.ignoring import lacks_files, left_out, note_ignored
from pytest_haerae.plugin.loop import run_loop
from pytest_haerae.plugin.stash import find_session, session_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option group and the ini twins from the one table."""
    group = parser.getgroup("haerae", "evaluation of Korean language models")
    for option in OPTIONS:
        dest = f"haerae_{option.name}"
        text = option.help.replace("%", "%%")
        if option.kind == "switch":
            group.addoption(*option.spellings(), dest=dest, action="store_true", default=None, help=text)
            group.addoption(*option.negations(), dest=dest, action="store_false", default=None, help=f"not: {text}")
        elif option.kind == "repeat":
            group.addoption(*option.spellings(), dest=dest, action="append", metavar=option.metavar, help=text)
        else:
            group.addoption(*option.spellings(), dest=dest, metavar=option.metavar, help=text)
        if option.kind == "repeat":
            parser.addini(dest, option.help, type="linelist", default=None)
        else:
            parser.addini(dest, option.help, type="string", default=None)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer this plugin's own hooks."""
    from pytest_haerae.plugin import newhooks

    pluginmanager.add_hookspecs(newhooks)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; add xdist's hooks only where xdist is loaded."""
    config.addinivalue_line("markers", "haerae(subset=None, dataset=None): items that a test is parametrized with")
    # By its option: the plugin's name depends on how it was loaded (`-p xdist.plugin`).
    if hasattr(config.option, "tx"):
        from pytest_haerae.plugin.xdist import hooks_for

        config.pluginmanager.register(hooks_for(config), "haerae-xdist")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests that use the fixtures."""
    if "haerae_verdict" in metafunc.fixturenames or "haerae_item" in metafunc.fixturenames:
        session_of(metafunc.config).collection.parametrize(metafunc)


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
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class) -> Generator[None, object, object]:
    """Leave out the suites that are out of scope."""
    collected = yield
    if find_session(collector.config) is None:
        return collected
    from pytest_haerae.plugin.nodes import without_placeholders

    return without_placeholders(collected)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End with a usage error before any other plugin looks at the items."""
    if evaluation := find_session(config):
        evaluation.collection.finish(items)


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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Mask the secrets in the traceback of an evaluation's test, before it is shown or sent to another process."""
    if report.longrepr is not None:
        from pytest_haerae.plugin.nodes import is_of_item, status_of

        # A report with a status is this plugin's own line.
        if is_of_item(report) and status_of(report) is None:
            from pytest_haerae.plugin.tracebacks import redact_traceback

            report.longrepr = redact_traceback(report.longrepr)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Batch before the first test; judge gates after the last."""
    return (yield from run_loop(session))


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Wrong, unreadable and cut answers are categories of their own; so are those in a part of a test."""
    if not report.failed or find_session(config) is None:
        return None
    from pytest_haerae.plugin.nodes import COLOURS, is_of_part, status_of

    status = status_of(report)
    if status is None or status not in COLOURS:
        return None
    part = ("subtests ", "SUB") if is_of_part(report) else ("", "")
    return f"{part[0]}{status}", status[0], (f"{part[1]}{status.upper()}", {COLOURS[status]: True})


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | pytest.ExitCode | None, object]:
    """Hold the exit code to the gates, whatever a test or a plugin made of it: `pytest.exit` sets any."""
    code = yield
    evaluation = find_session(config)
    fails = evaluation.fails() if evaluation and evaluation.batch else lacks_files(config)
    return pytest.ExitCode.TESTS_FAILED if code == 0 and fails else code


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to receive reports."""
    session.config.pluginmanager.register(ItemTests(session.config), "haerae-item-tests")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the summary."""
    if files := left_out(config) if lacks_files(config) else []:
        terminalreporter.write_line(f"haerae: {', '.join(files)} left out by another plugin: the run is not whole")
    if evaluation := find_session(config):
        from pytest_haerae.plugin.summary import summarise

        summarise(evaluation, terminalreporter, config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what is open."""
    if evaluation := find_session(config):
        evaluation.close()
