"""The pytest plugin: hooks and fixtures only, each a line or two that delegates."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.config.options import OPTIONS

if TYPE_CHECKING:
    from pytest_haerae.plugin.session import EvaluationSession
    from pytest_haerae.types import Item, Verdict

_SESSION: pytest.StashKey[EvaluationSession] = pytest.StashKey()


def _evaluation(config: pytest.Config) -> EvaluationSession:
    """The session's evaluation, made by the first test that needs one: other pytest runs pay nothing."""
    if _SESSION not in config.stash:
        from pytest_haerae.plugin.session import EvaluationSession

        config.stash[_SESSION] = EvaluationSession(config)
    return config.stash[_SESSION]


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

        find = partial(config.stash.get, _SESSION, None)
        config.pluginmanager.register(hooks_for(config, find, partial(_evaluation, config)), "haerae-xdist")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests that use the fixtures."""
    if "haerae_verdict" in metafunc.fixturenames or "haerae_item" in metafunc.fixturenames:
        _evaluation(metafunc.config).parametrize(metafunc)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class) -> Generator[None, object, object]:
    """Leave out the suites that are out of scope."""
    collected = yield
    if _SESSION not in collector.config.stash:
        return collected
    from pytest_haerae.plugin.nodes import without_placeholders

    return without_placeholders(collected)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End with a usage error before any other plugin looks at the items."""
    if _SESSION in config.stash:
        _evaluation(config).finish_collection(items)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note that items were selected by hand."""
    if items and _SESSION in items[0].config.stash:
        _evaluation(items[0].config).note_deselected(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Batch before the first test; judge gates after the last."""
    from pytest_haerae.plugin.loop import run_loop

    return (yield from run_loop(partial(session.config.stash.get, _SESSION, None), session))


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    """Wrong and unreadable answers are categories of their own."""
    if not report.failed or _SESSION not in config.stash:
        return None
    from pytest_haerae.plugin.nodes import status_of

    status = status_of(report)
    return (status, status[0], status.upper()) if status in ("wrong", "invalid") else None


class _Recorder:
    """The fixtures and hooks that need the configuration and are not passed it, or that would cost more with it.

    The fixtures take no `request`: for each test that does, pytest reads the signature of a class of its own.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.fixture
    def haerae_item(self) -> Item:
        """The question that this test is about."""
        return _evaluation(self._config).running_item()[1]

    @pytest.fixture
    def haerae_verdict(self) -> Verdict:
        """The verdict on this test's item; skips where the method does not apply, fails where the backend failed."""
        return _evaluation(self._config).verdict()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Take note of the test that is about to ask for its verdict."""
        if evaluation := self._config.stash.get(_SESSION, None):
            evaluation.running = item

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Make a wrong answer one line."""
        if call.excinfo is None or not (evaluation := self._config.stash.get(_SESSION, None)):
            return None
        return evaluation.make_report(item, call)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a finished test."""
        if evaluation := self._config.stash.get(_SESSION, None):
            evaluation.note(report)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to receive reports."""
    session.config.pluginmanager.register(_Recorder(session.config), "haerae-recorder")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the summary."""
    if _SESSION in config.stash:
        _evaluation(config).summarise(terminalreporter.write_line, terminalreporter.write_sep)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what is open."""
    if _SESSION in config.stash:
        _evaluation(config).close()
