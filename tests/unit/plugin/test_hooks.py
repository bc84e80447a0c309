"""What the hooks decide; each step that they delegate to is held in the file of its module."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin import hooks
from pytest_haerae.plugin.ignoring import left_out
from pytest_haerae.plugin.stash import find_session
from tests.unit.fakes import item
from tests.unit.plugin.sessions import Metafunc, a_test, config, report_of, with_session


class Options:
    """What is added to pytest's command line, in which order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.added: list[str] = []
        for name in ("add_ini_options", "add_options", "hide_values"):
            monkeypatch.setattr(hooks, name, lambda *arguments, name=name: self.added.append(name))


@pytest.mark.parametrize("by_conftest", [False, True])
def test_options_are_added_when_no_conftest_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_conftest: bool
) -> None:
    options, parser = Options(monkeypatch), pytest.Parser(_ispytest=True)
    manager = pytest.PytestPluginManager()
    manager.register(config(tmp_path), "pytestconfig")
    if by_conftest:
        manager.register(SimpleNamespace(), str(tmp_path / "conftest.py"))
    hooks.pytest_addoption(parser, manager)
    assert options.added == ["add_ini_options", *(["add_options"] if by_conftest else [])]


@pytest.mark.parametrize("broken", [False, True])
def test_options_are_there_also_behind_a_broken_conftest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    options, parser = Options(monkeypatch), pytest.Parser(_ispytest=True)
    hook = hooks.pytest_load_initial_conftests(config(tmp_path), parser, [])
    next(hook)
    assert options.added == ["hide_values"]
    end = partial(hook.throw, ImportError()) if broken else partial(hook.send, None)
    with pytest.raises(ImportError if broken else StopIteration):
        end()
    assert options.added == ["hide_values", "add_options"]


@pytest.mark.parametrize("with_xdist", [False, True])
def test_hooks_of_xdist_are_added_only_where_it_is_loaded(tmp_path: Path, with_xdist: bool) -> None:
    given, lines = config(tmp_path), []
    given.addinivalue_line = lambda name, line: lines.append((name, line))
    if with_xdist:
        given.option.tx = []
    hooks.pytest_configure(given)
    assert given.pluginmanager.has_plugin("haerae-xdist") == with_xdist
    assert [name for name, line in lines if line.startswith("haerae(")] == ["markers"]


@pytest.mark.parametrize(
    ("fixtures", "ours"), [(("haerae_item",), True), (("haerae_verdict",), True), (("tmp_path",), False), ((), False)]
)
def test_only_a_test_with_our_fixtures_begins_an_evaluation(
    tmp_path: Path, fixtures: tuple[str, ...], ours: bool
) -> None:
    given = config(tmp_path, limit=1)
    function: Any = Metafunc(given, tmp_path / "test_a.py", fixtures, subset="history")
    hooks.pytest_generate_tests(function)
    assert (find_session(given) is not None) == ours
    assert bool(function.params) == ours


@pytest.mark.parametrize(("evaluates", "problem"), [(False, None), (True, None), (True, UsageError("a mistake"))])
def test_placeholders_are_dropped_only_where_something_is_evaluated(
    tmp_path: Path, evaluates: bool, problem: UsageError | None
) -> None:
    evaluation = SimpleNamespace(collection=SimpleNamespace(problem=problem))
    given = with_session(config(tmp_path), evaluation) if evaluates else config(tmp_path)
    placeholder = SimpleNamespace(callspec=SimpleNamespace(params={"haerae_item": None}), stash=pytest.Stash())
    collector: Any = SimpleNamespace(config=given)
    hook = hooks.pytest_pycollect_makeitem(collector)
    next(hook)
    with pytest.raises(StopIteration) as stopped:
        hook.send([placeholder])
    assert stopped.value.value == ([] if evaluates and problem is None else [placeholder])


def test_the_ends_of_collection_reach_the_evaluation(tmp_path: Path) -> None:
    told: list[object] = []
    collection = SimpleNamespace(finish=told.append, note_deselected=told.append)
    given = with_session(config(tmp_path), SimpleNamespace(collection=collection, close=lambda: told.append("closed")))
    items = [a_test(item())]
    hooks.pytest_collection_modifyitems(given, items)
    items[0].config = given
    hooks.pytest_deselected(items)
    hooks.pytest_deselected([])
    hooks.pytest_unconfigure(given)
    assert told == [items, items, "closed"]


@pytest.mark.parametrize(
    ("outcome", "status", "expected"),
    [
        ("failed", "wrong", ("wrong", "w", ("WRONG", {"red": True}))),
        ("failed", "invalid", ("invalid", "i", ("INVALID", {"yellow": True}))),
        ("failed", "cut", ("cut", "c", ("CUT", {"yellow": True}))),
        ("failed", "error", None),
        ("failed", None, None),
        ("passed", "wrong", None),
    ],
)
def test_wrong_and_unreadable_answers_are_categories_of_their_own(
    tmp_path: Path, outcome: str, status: str | None, expected: tuple[str, str, tuple[str, dict[str, bool]]] | None
) -> None:
    report = report_of("n", outcome, status=status)
    assert hooks.pytest_report_teststatus(report, with_session(config(tmp_path), SimpleNamespace())) == expected
    assert hooks.pytest_report_teststatus(report, config(tmp_path)) is None


def test_other_pytest_runs_are_left_alone(tmp_path: Path) -> None:
    given: Any = config(tmp_path)
    test = a_test(None)
    test.config = given
    hooks.pytest_collection_modifyitems(given, [test])
    hooks.pytest_deselected([test])
    hooks.pytest_terminal_summary(given, pytest.ExitCode.OK, given)
    hooks.pytest_unconfigure(given)
    assert find_session(given) is None


def code_of(given: Any, code: object) -> object:  # noqa: ANN401 - a configuration
    """The exit code that pytest ends with after another one."""
    hook = hooks.pytest_cmdline_main(given)
    next(hook)
    with pytest.raises(StopIteration) as stopped:
        hook.send(code)  # type: ignore[arg-type]
    return stopped.value.value


@pytest.mark.parametrize("code", [*pytest.ExitCode, 0, 7, None])
@pytest.mark.parametrize("fails", [False, True])
def test_a_failed_gate_is_no_success_whatever_others_make_of_the_exit_code(
    tmp_path: Path, code: object, fails: bool
) -> None:
    evaluated = with_session(config(tmp_path), SimpleNamespace(has_items=True, fails=lambda: fails))
    assert code_of(evaluated, code) == (1 if fails and code == 0 else code)
    assert code_of(config(tmp_path), code) == code
    nothing_asked = with_session(config(tmp_path), SimpleNamespace(has_items=False))
    assert code_of(nothing_asked, code) == code


@pytest.mark.parametrize("ignored", [True, False, None])
@pytest.mark.parametrize("name", ["test_a.py", "test_a.txt"])
def test_only_python_files_that_are_ignored_are_looked_at(tmp_path: Path, ignored: bool | None, name: str) -> None:
    given, path = config(tmp_path), tmp_path / name
    path.write_text("haerae_verdict", encoding="utf-8")
    hook = hooks.pytest_ignore_collect(path, given)
    next(hook)
    with pytest.raises(StopIteration) as stopped:
        hook.send(ignored)
    assert stopped.value.value is ignored
    assert left_out(given) == (["test_a.py"] if ignored and name == "test_a.py" else [])


@pytest.mark.parametrize("worker", [False, True])
def test_the_collections_end_is_a_workers_own_to_tell(tmp_path: Path, worker: bool) -> None:
    told: list[object] = []
    given = with_session(config(tmp_path), SimpleNamespace(collection=SimpleNamespace(close=told.append)))
    if worker:
        given.workerinput = {}
    session: Any = SimpleNamespace(config=given)
    hooks.pytest_collection_finish(session)
    assert told == ([] if worker else [session])


def test_a_wrong_answer_in_a_part_of_a_test_is_counted_apart(tmp_path: Path) -> None:
    class SubtestReport(pytest.TestReport):
        pass

    properties: list[tuple[str, object]] = [("haerae_status", "wrong")]
    part = SubtestReport("n", ("a.py", 1, "a"), {}, "failed", None, "call", user_properties=properties)
    given = with_session(config(tmp_path), SimpleNamespace())
    assert hooks.pytest_report_teststatus(part, given) == (
        *("subtests wrong", "w"),
        ("SUBWRONG", {"red": True}),
    )
