from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest

from pytest_haerae.catalogue.benchmarks.haerae_bench import SUBSETS
from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.scope import DEFAULT_DATASET, Scope, Suite, read_suite
from pytest_haerae.types import Terms

PATH = Path("/suites/test_a.py")


def about(dataset: str | None, *subsets: str) -> Suite:
    return Suite(PATH, dataset, subsets or None)


def mark(*args: object, **keywords: object) -> pytest.Mark:
    return pytest.mark.haerae(*args, **keywords).mark


@pytest.mark.parametrize(
    ("marker", "dataset", "subsets"),
    [
        (None, None, None),
        (mark(), None, None),
        (mark(subset="law"), None, ("law",)),
        (mark(subset=["law", "history"]), None, ("law", "history")),
        (mark(subset={"law", "history"}), None, ("history", "law")),
        (mark(dataset="kmmlu"), "kmmlu", None),
        (mark(dataset=Path("a.jsonl"), subset=("law",)), "a.jsonl", ("law",)),
        (mark(dataset=None, subset=None), None, None),
    ],
)
def test_a_marker_is_read(marker: pytest.Mark | None, dataset: str | None, subsets: tuple[str, ...] | None) -> None:
    assert read_suite(marker, PATH, "test_a.py::test_a") == Suite(PATH, dataset, subsets, is_marked=marker is not None)


@pytest.mark.parametrize(
    "columns",
    [
        "options=가|나,question=질의",
        {"question": "질의", "options": "가|나"},
        '{"question": "질의", "options": "가|나"}',
    ],
)
def test_the_columns_of_a_suites_data_are_a_mapping_or_a_text(columns: object) -> None:
    suite = read_suite(mark(dataset="a.csv", columns=columns), PATH, "n")
    assert suite == Suite(PATH, "a.csv", None, columns='{"options": "가|나", "question": "질의"}')


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            mark(subsets="history"),
            "unknown keyword 'subsets': did you mean 'subset'? Valid: by, columns, dataset, min_accuracy, subset",
        ),
        (mark(datset="a.jsonl", subset="history"), "unknown keyword 'datset': did you mean 'dataset'?"),
        (mark("history"), "'history' has no keyword; write subset=… or dataset=…"),
        *(
            (mark(subset=value), f"subset= is a name or a list of names, not {value!r}")
            for value in ("", " ", [], (), 5, True, ["history", 1], [""], b"history", {"history": 1})
        ),
        *((mark(dataset=value), f"dataset= is a name or a path, not {value!r}") for value in ("", 5, True, ["a"])),
        (mark(min_acuracy=0.5), "unknown keyword 'min_acuracy': did you mean 'min_accuracy'?"),
        *((mark(by=value), f"by= is a name or a list of names, not {value!r}") for value in ("", [], 5, ["a", None])),
        *((mark(min_accuracy=value), "min_accuracy=: '") for value in ("x", True, [0.5])),
        *(
            (mark(dataset="a.csv", columns=value), "columns= is a mapping or a text such as question=…,answer=…, not")
            for value in ("", dict[str, str](), 5, ["question"])
        ),
        (mark(dataset="a.csv", columns={"options": {"a"}}), "columns= names columns by texts, not {'options': {'a'}}"),
        (mark(columns="question=q"), "columns= is about a data set of one's own: name it with dataset="),
        (mark(dataset="kmmlu", columns="question=q"), "columns= is about a data set of one's own"),
        (mark(min_accuracy=60), "min_accuracy=: 60 is not between 0 and 1; for 60 percent write 0.6"),
        (mark(min_accuracy=float("nan")), "min_accuracy=: nan is not between 0 and 1"),
    ],
)
def test_markers_swallow_no_typo(marker: pytest.Mark, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_suite(marker, PATH, "test_a.py::test_a")
    assert str(caught.value).startswith(f"test_a.py::test_a: @pytest.mark.haerae: {message}")


@pytest.mark.parametrize(
    ("keywords", "by", "min_accuracy"),
    [
        ({"by": "category"}, ("category",), None),
        ({"by": ["category", normalize("NFD", "분류")]}, ("category", "분류"), None),
        ({"min_accuracy": 0.6}, (), 0.6),
        ({"min_accuracy": 0}, (), 0.0),
        ({"by": "a", "min_accuracy": 1}, ("a",), 1.0),
    ],
)
def test_what_a_marker_says_of_its_items_goes_with_them(
    keywords: dict[str, object], by: tuple[str, ...], min_accuracy: float | None
) -> None:
    suite = read_suite(mark(**keywords), PATH, "n")
    assert suite == Suite(PATH, None, None, by, min_accuracy)
    assert suite.terms("test_a.py::test_a") == (Terms("test_a.py::test_a", by, min_accuracy),)


def test_a_marker_that_says_nothing_of_its_items_adds_nothing() -> None:
    for keywords in ({"subset": "law"}, {"by": None, "min_accuracy": None}):
        assert read_suite(mark(**keywords), PATH, "n").terms("test_a.py::test_a") == ()


def test_b6_a_markers_subsets_are_in_nfc() -> None:
    typed = normalize("NFD", "한국사")
    assert read_suite(mark(subset=typed), PATH, "n").subsets == ("한국사",)
    assert read_suite(mark(subset=[typed, "law"]), PATH, "n").subsets == ("한국사", "law")


def test_a_file_beside_the_suite_is_no_benchmark(tmp_path: Path) -> None:
    suite = Suite(tmp_path / "test_a.py", "kmmlu", None)
    assert suite.benchmark == "kmmlu"
    (tmp_path / "kmmlu").mkdir()
    assert suite.benchmark is None
    assert about("mine.jsonl").benchmark is None
    assert about(None).benchmark is None


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["suites/kmmlu/test_kmmlu.py"], True),
        (["suites/kmmlu"], True),
        (["suites/kmmlu/../kmmlu/"], True),
        (["suites/kmmlu/test_kmmlu.py::test_kmmlu[Law-0001]"], True),
        (["other", "suites/kmmlu"], True),
        (["suites"], False),
        (["suites/kmmlu/test_other.py"], False),
        ([], False),
    ],
)
def test_a_command_line_names_a_module_or_its_folder_alone(tmp_path: Path, arguments: list[str], named: bool) -> None:
    suite = Suite(tmp_path / "suites/kmmlu/test_kmmlu.py", "kmmlu", None)
    assert suite.is_named_in(arguments, tmp_path) == named


def test_a_suite_asks_what_it_names_or_all_that_no_other_does(tmp_path: Path) -> None:
    present = ["law", "history", SUBSETS[0]]
    rest = [name for name in present if name not in SUBSETS]
    assert about(None, "x", "law").candidates("sample", present, own=True) == ["x", "law"]
    assert about("mine.jsonl").candidates("mine.jsonl", present, own=False) == present
    assert about("kmmlu").candidates("kmmlu", present, own=True) == present
    generic = Suite(tmp_path / "test_dataset.py", None, None)
    assert generic.candidates("folder", present, own=True) == present, "no other suite stands beside it"
    assert replace(generic, is_marked=False).candidates("folder", present, own=True) == rest
    for name in SUBSETS:
        (tmp_path / f"test_{name}.py").touch()
    assert generic.candidates("folder", present, own=True) == rest == ["law"]
    assert generic.candidates("kmmlu", present, own=True) == rest
    (tmp_path / "kmmlu").mkdir()
    assert generic.candidates("kmmlu", present, own=True) == [], "the folder beside it has a suite of its own"
    assert generic.candidates("folder", present, own=True) == rest


@pytest.mark.parametrize(
    ("chosen", "named", "admitted", "decided"),
    [
        (None, False, False, ()),
        (None, True, True, ("kmmlu",)),
        (("kmmlu",), False, True, ()),
        (("kmmlu",), True, True, ()),
        (("click",), False, False, ()),
        (("click",), True, False, ()),
        (("click", "kmmlu"), False, True, ()),
    ],
)
def test_a_benchmarks_suite_runs_where_the_user_or_the_command_line_says_so(
    chosen: tuple[str, ...] | None, named: bool, admitted: bool, decided: tuple[str, ...]
) -> None:
    scope = Scope()
    assert scope.admits(about("kmmlu"), chosen, named, begun=False) == admitted
    assert scope.datasets == decided


@pytest.mark.parametrize("named", [False, True])
def test_the_default_benchmark_needs_no_word(named: bool) -> None:
    scope = Scope()
    assert scope.admits(about(DEFAULT_DATASET), None, named, begun=False)
    assert scope.datasets == ()
    scope.refuse_nothing()


def test_benchmarks_that_were_named_from_the_beginning_are_all_in_scope() -> None:
    scope = Scope()
    scope.datasets = ("kmmlu", "click")
    assert scope.admits(about("kmmlu"), None, True, begun=True)
    assert scope.admits(about("click"), None, False, begun=True)
    assert not scope.admits(about("kobest"), None, False, begun=True)


def test_a_second_benchmark_that_only_code_names_comes_too_late_for_the_ids() -> None:
    scope = Scope()
    assert scope.admits(about("kmmlu"), None, True, begun=False)
    assert scope.admits(about("kmmlu"), None, True, begun=False)
    with pytest.raises(UsageError, match=r"these suites ask kmmlu and click, .*: name them, --dataset=kmmlu,click$"):
        scope.admits(about("click"), None, True, begun=False)
    assert not scope.admits(about("click"), None, False, begun=False)


def test_after_suites_of_the_default_another_benchmark_is_refused() -> None:
    with pytest.raises(UsageError, match="these suites ask haerae_bench and kmmlu"):
        Scope().admits(about("kmmlu"), None, True, begun=True)
    assert not Scope().admits(about("kmmlu"), None, False, begun=True)


@pytest.mark.parametrize(
    ("dataset", "subsets", "named", "refused"),
    [
        ("kmmlu", ("history",), True, True),
        ("kmmlu", ("history", "Law"), True, False),
        ("kmmlu", (), True, False),
        ("kmmlu", ("history",), False, False),
        (None, ("history",), True, False),
    ],
)
def test_a_suite_whose_subsets_the_benchmark_lacks_is_not_left_out_without_a_word(
    dataset: str | None, subsets: tuple[str, ...], named: bool, refused: bool
) -> None:
    scope = Scope()
    scope.datasets = (dataset,) if dataset else ()
    if refused:
        with pytest.raises(UsageError, match="these suites ask kmmlu and haerae_bench"):
            scope.check_default(about(None, *subsets), named)
    else:
        scope.check_default(about(None, *subsets), named)


def test_a_subset_that_none_of_the_commands_benchmarks_has_is_a_typo() -> None:
    scope = Scope()
    scope.datasets = ("kmmlu", DEFAULT_DATASET)
    scope.check_default(about(None, "history"), True)
    with pytest.raises(UsageError, match="unknown subset 'histroy': did you mean 'history'"):
        scope.check_default(about(None, "histroy"), True)


def test_what_was_left_out_is_named_where_nothing_else_was_collected() -> None:
    scope = Scope()
    scope.refuse_nothing()
    for name in ("kmmlu", "click", "kmmlu"):
        scope.admits(about(name), None, False, begun=False)
    with pytest.raises(UsageError, match=r"add --dataset=click or --dataset=kmmlu$"):
        scope.refuse_nothing()
