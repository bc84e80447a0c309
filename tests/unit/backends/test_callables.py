from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.callables import at_hand, check_path, find, label_of
from pytest_haerae.errors import UsageError

CODE = """
import functools

PROMPT = "one"

class App:
    def __init__(self, k):
        self.k = k
    def __call__(self, question):
        return "called"
    def answer(self, question):
        return "method"

def answer(question):
    return PROMPT

@functools.lru_cache
def remembered(question):
    return "kept"

def nested():
    def inner(question):
        return "inner"
    return inner

app = App(3)
number = 5
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module in the current folder, which is not imported yet."""
    (tmp_path / "own_app.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield "own_app"
    sys.modules.pop("own_app", None)


def known(found: Any, version: str | None = None) -> dict[str, Any]:  # noqa: ANN401 - a `Found`
    identity: dict[str, Any] = found.identity(version)
    return identity


def test_a_path_and_the_function_itself_are_one(module: str) -> None:
    by_name, by_file = find(f"{module}:answer"), find(f"{module}.py:answer")
    function = by_name.function
    assert known(by_name) == known(by_file) == known(at_hand(function))
    assert by_name.label == label_of(f"{module}.py:answer") == "own_app:answer"
    assert function("질문") == "one"


def test_to_check_a_path_imports_nothing(module: str) -> None:
    check_path(f"{module}:whatever")
    assert module not in sys.modules


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("own_app", "write module:name, such as my_app.rag:answer, or file.py:name"),
        ("own_app:", "write module:name"),
        ("own app:answer", "write module:name"),
        ("../x:answer", "write module:name"),
        ("own_ap:answer", "there is no module own_ap, neither in .* nor installed"),
        ("no_such.thing:answer", "there is no module no_such.thing"),
        ("other.py:answer", "there is no file other.py"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_before_anything_is_imported(module: str, path: str, words: str) -> None:
    with pytest.raises(UsageError, match=f"^path={path}: {words}"):
        check_path(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("answr", "unknown function 'answr': did you mean 'answer'?"),
        ("App", "it is a class; name a function, or an object of it that can be called"),
        ("number", "it is of type int, which cannot be called"),
        ("app.other", "unknown function 'other'"),
    ],
)
def test_what_is_no_function_is_refused(module: str, name: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        find(f"{module}:{name}")
    assert words in str(error.value)


def test_a_module_that_cannot_be_imported_is_one_line(module: str, tmp_path: Path) -> None:
    (tmp_path / "broken_app.py").write_text("raise SystemExit('no weights')", encoding="utf-8")
    with pytest.raises(UsageError, match=r"its module cannot be imported: raised SystemExit: no weights \(.*app.py:1"):
        find("broken_app:answer")


def test_two_files_of_one_name_are_not_taken_for_each_other(module: str, tmp_path: Path) -> None:
    find(f"{module}:answer")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/own_app.py").write_text(CODE, encoding="utf-8")
    with pytest.raises(UsageError, match=r"another module is called own_app .*; rename the file"):
        check_path("other/own_app.py:answer")


@pytest.mark.parametrize("name", ["answer", "remembered", "app", "app.answer"])
def test_what_a_path_names_is_known_by_its_module_too(module: str, tmp_path: Path, name: str) -> None:
    before = known(find(f"{module}:{name}"))
    (tmp_path / "own_app.py").write_text(CODE.replace('"one"', '"two"'), encoding="utf-8")
    sys.modules.pop(module)
    after = known(find(f"{module}:{name}"))
    assert before["function"] == after["function"] == f"own_app:{name}"
    assert before["source"] != after["source"]


@pytest.mark.parametrize("name", ["answer", "remembered"])
def test_a_function_of_a_module_is_found_again(module: str, name: str) -> None:
    function = find(f"{module}:{name}").function
    assert at_hand(function).is_named
    assert known(at_hand(function)) == known(at_hand(function))


@pytest.mark.parametrize("make", ["app.nested()", "app.app", "app.app.answer", "partial(app.answer)", "lambda q: q"])
def test_what_has_a_state_or_no_name_is_itself_alone_without_a_version(module: str, make: str) -> None:
    app = sys.modules[find(f"{module}:answer").function.__module__]
    one, other = (at_hand(eval(make, {"app": app, "partial": functools.partial})) for _ in range(2))  # noqa: S307 - our own
    assert not one.is_named
    assert known(one) != known(other)
    assert known(one, "1") == known(other, "1") != known(one, "2")


def test_a_class_is_no_function() -> None:
    with pytest.raises(UsageError, match=r"^model: str is a class: "):
        at_hand(str)


def test_without_any_source_a_version_is_needed() -> None:
    assert not at_hand(len).is_named
    assert known(at_hand(len), "3.13") == {"function": "builtins:len", "source": None, "version": "3.13"}
