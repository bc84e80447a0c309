"""What the hooks decide; each step that they delegate to is held in the file of its module."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.config.option import Option, switch, value
from pytest_haerae.config.options import OPTIONS
from pytest_haerae.plugin import hooks
from pytest_haerae.plugin.ignoring import left_out
from pytest_haerae.plugin.stash import find_session
from tests.unit.fakes import item
from tests.unit.plugin.sessions import Metafunc, a_test, config, report_of, with_session


class Parser:
    """pytest's parser, on the one that it is made of."""

    def __init__(self) -> None:
        self.arguments = argparse.ArgumentParser()
        self.ini: dict[str, tuple[str, str, object]] = {}

    def getgroup(self, name: str, description: str) -> Parser:
        return self

    def addoption(self, *names: str, **settings: Any) -> None:  # noqa: ANN401 - as argparse's
        self.arguments.add_argument(*names, **settings)

    def addini(self, name: str, help: str, *, type: str, default: object) -> None:
        self.ini[name] = (help, type, default)


@pytest.fixture(scope="module")
def parser() -> Parser:
    made: Any = Parser()
    hooks.pytest_addoption(made)
    parser: Parser = made
    return parser


@pytest.mark.parametrize("option", OPTIONS, ids=[option.name for option in OPTIONS])
def test_every_spelling_of_an_option_sets_its_value(parser: Parser, option: Option) -> None:
    name = f"haerae_{option.name}"
    assert getattr(parser.arguments.parse_args([]), name) is None, "not given"
    for spelling in option.spellings():
        arguments = [spelling] if option.kind == "switch" else [spelling, "x", spelling, "y"]
        expected: object = {"switch": True, "repeat": ["x", "y"], "value": "y"}[option.kind]
        assert getattr(parser.arguments.parse_args(arguments), name) == expected
    for spelling in option.negations() if option.kind == "switch" else ():
        assert getattr(parser.arguments.parse_args([spelling]), name) is False


def test_every_option_has_its_twin_in_the_ini_file(parser: Parser) -> None:
    assert {name: (kind, default) for name, (_, kind, default) in parser.ini.items()} == {
        f"haerae_{option.name}": ("linelist" if option.kind == "repeat" else "string", None) for option in OPTIONS
    }


def test_help_shows_every_option_with_its_text(parser: Parser) -> None:
    shown = re.sub(r"\s+", "", parser.arguments.format_help())
    for option in OPTIONS:
        assert re.sub(r"\s+", "", option.help) in shown


def test_a_percent_sign_in_a_text_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "OPTIONS", [value("x", "X", "at 50% of it", "gates"), switch("y", "by 5%", "gates")])
    made: Any = Parser()
    hooks.pytest_addoption(made)
    shown = made.arguments.format_help()
    assert ("at 50% of it" in shown, "by 5%" in shown) == (True, True)
    assert made.ini["haerae_x"][0] == "at 50% of it"


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


@pytest.mark.parametrize("evaluates", [False, True])
def test_placeholders_are_dropped_only_where_something_is_evaluated(tmp_path: Path, evaluates: bool) -> None:
    given = with_session(config(tmp_path), SimpleNamespace()) if evaluates else config(tmp_path)
    placeholder = SimpleNamespace(callspec=SimpleNamespace(params={"haerae_item": None}))
    collector: Any = SimpleNamespace(config=given)
    hook = hooks.pytest_pycollect_makeitem(collector)
    next(hook)
    with pytest.raises(StopIteration) as stopped:
        hook.send([placeholder])
    assert stopped.value.value == ([] if evaluates else [placeholder])


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
    hooks.pytest_terminal_summary(given, given)
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
    evaluated = with_session(config(tmp_path), SimpleNamespace(batch="b", fails=lambda: fails))
    assert code_of(evaluated, code) == (1 if fails and code == 0 else code)
    assert code_of(config(tmp_path), code) == code
    nothing_asked = with_session(config(tmp_path), SimpleNamespace(batch=None))
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
