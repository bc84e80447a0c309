from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from ray import cloudpickle

from pytest_haerae.backends import registry
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.backends.registry import (
    backend_names,
    check_backend_parts,
    find_backend,
    is_installed,
    refusing,
    require_method,
    validate_parameters,
)
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response
from tests.unit.installed import install


class OldParameters(BackendParameters):
    seed: int = 0


class Old:
    """As for version 0.1: no base class, a set for its methods, nothing that could be left out."""

    methods: ClassVar[set[str]] = {"generate"}
    parameters = OldParameters
    libraries = ("pytest",)

    def __init__(self, parameters: OldParameters) -> None:
        self.seed, self.is_closed = parameters.seed, False

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield from ((index, Response(text=f"{self.seed}")) for index in range(len(requests)))

    def close(self) -> None:
        self.is_closed = True


class Telling(Old):
    remote = True
    notes = ("a note",)

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        self.method_detail = "seen while running"
        return super().run(requests)


def test_a_backend_of_version_0_1_is_wrapped_once_and_is_a_backend() -> None:
    found = find_backend("old", {"old": Old})
    assert issubclass(found, Backend)
    assert find_backend("other", {"other": Old}) is found
    assert (found.methods, found.parameters, found.libraries, found.remote) == (
        frozenset({"generate"}),
        OldParameters,
        ("pytest",),
        False,
    )
    assert (found.__name__, found.__module__, found.__doc__) == (Old.__name__, Old.__module__, Old.__doc__)
    parameters = validate_parameters("old", found, {"seed": 7})
    assert parameters.identity() == OldParameters(seed=7).identity()
    model = found(parameters)
    assert (model.method_detail, list(model.notes)) == (None, [])
    assert [response.text for _, response in model.run([Request("generate", "x")])] == ["7"]
    model.close()
    assert model._model.is_closed  # type: ignore[attr-defined] # the wrapped one


def test_what_one_of_version_0_1_says_is_read_when_it_is_asked_for() -> None:
    found = find_backend("telling", {"telling": Telling})
    assert found.remote
    model = found(OldParameters())
    before = model.method_detail
    list(model.run([]))
    assert [before, model.method_detail] == [None, "seen while running"]
    assert list(model.notes) == ["a note"]


def test_a_wrapped_backend_is_sent_to_a_replica() -> None:
    """A replica unpickles with pickle alone what Ray's cloudpickle wrote."""
    sent: bytes = cloudpickle.dumps((find_backend("old", {"old": Old}), OldParameters(seed=5)))  # type: ignore[no-untyped-call]
    backend, parameters = pickle.loads(sent)  # noqa: S301 - our own
    ((_, response),) = backend(parameters).run([Request("generate", "x")])
    assert response.text == "5"
    assert issubclass(backend, Backend)


@pytest.mark.parametrize(
    ("found", "missing"),
    [(object(), "methods"), (type("A", (), {"methods": {"generate"}}), "parameters"), (type("B", (), {}), "methods")],
)
def test_what_is_no_backend_is_refused(found: Any, missing: str) -> None:  # noqa: ANN401 - no backend
    with pytest.raises(UsageError, match=f"--model=mine: .* is no backend: it declares no {missing}"):
        find_backend("mine", {"mine": found})


def test_names_come_from_entry_points_and_the_hook_which_hides_them() -> None:
    assert find_backend("random") is RandomBackend
    assert find_backend("random", {"random": Old}) is not RandomBackend
    assert {"huggingface", "litellm", "llamacpp", "openai", "random", "vllm"} <= set(backend_names())
    assert set(backend_names({"mine": Old})) == {*backend_names(), "mine"}
    with pytest.raises(UsageError, match="--model: unknown backend 'mino': did you mean 'mine'"):
        find_backend("mino", {"mine": Old})


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("gpt-4o", "; a model is named by a parameter, such as --model=openai --model-params model_name=gpt-4o"),
        (
            "a/b-1",
            "; a model is named by a parameter, such as --model=huggingface --model-params model_name_or_path=a/b-1",
        ),
        ("nothing", ""),
    ],
)
def test_who_names_a_model_as_the_backend_is_told_where_it_goes(name: str, way_out: str) -> None:
    with pytest.raises(UsageError, match=f"Valid: [a-z, ]*{way_out}$"):
        find_backend(name)


def test_a_parameter_that_is_missing_is_told_with_the_way_to_give_it() -> None:
    with pytest.raises(UsageError, match=r"openai: model_name: .*; write --model-params model_name=…$"):
        validate_parameters("openai", find_backend("openai"), {})


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no_such_library:Mine", "cannot be loaded: No module named 'no_such_library'"),
        ("pytest_haerae.backends.random:Mine", "cannot be loaded: module .* has no attribute 'Mine'"),
        ("pytest_haerae.backends.random:RandomParameters", "is no backend: it declares no methods"),
    ],
)
def test_an_entry_point_that_leads_nowhere_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: str, said: str
) -> None:
    install(monkeypatch, tmp_path, "their_backends", "", f"[{registry.ENTRY_POINT_GROUP}]\nmine = {target}\n")
    assert "mine" in backend_names()
    with pytest.raises(UsageError, match=f"--model=mine: .*{said}"):
        find_backend("mine")


def test_a_name_that_two_packages_have_is_not_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    points = f"[{registry.ENTRY_POINT_GROUP}]\nrandom = pytest:Item\n"
    install(monkeypatch, tmp_path, "their_backends", "", points)
    said = (
        "--model=random: several installed packages have this name: pytest:Item, pytest_haerae.backends.random:Random"
    )
    with pytest.raises(UsageError, match=said):
        find_backend("random")
    assert find_backend("random", {"random": RandomBackend}) is RandomBackend, "one that is handed over hides them"


def test_what_every_node_has_under_the_same_name() -> None:
    assert is_installed(RandomBackend)
    assert not is_installed(find_backend("old", {"old": Old}))


def test_parameters_are_checked_before_anything_is_loaded() -> None:
    assert validate_parameters("random", RandomBackend, {"seed": 3}).identity() == {"seed": 3}
    with pytest.raises(UsageError, match="--model-params of random: unknown parameter 'sed': did you mean 'seed'"):
        validate_parameters("random", RandomBackend, {"sed": 3})
    with pytest.raises(UsageError, match="--model-params of random: seed: "):
        validate_parameters("random", RandomBackend, {"seed": "x"})


def test_a_method_that_is_not_served_is_refused() -> None:
    require_method("random", RandomBackend, "log_likelihood")
    words = "--method=log_likelihood: backend 'old' cannot serve it; it serves string_match"
    with pytest.raises(UsageError, match=words):
        require_method("old", find_backend("old", {"old": Old}), "log_likelihood")


def test_a_class_without_run_is_refused_before_anything_is_loaded() -> None:
    idle = type("Idle", (Backend,), {"methods": frozenset({"generate"})})
    with pytest.raises(UsageError, match=r"--model=idle: .* is no backend: it does not define run"):
        find_backend("idle", {"idle": idle})


def test_one_of_version_0_1_has_nothing_to_refuse_and_brings_nothing_along() -> None:
    found = find_backend("old", {"old": Old})
    parameters = validate_parameters("old", found, {})
    check_backend_parts("old", found, parameters)
    assert found(parameters).generation() == {}


@pytest.mark.parametrize("failure", [RuntimeError("x"), SystemExit(0)])
def test_what_raises_in_somebody_elses_code_is_one_line_with_its_place(failure: BaseException) -> None:
    words = rf"^here: raised {type(failure).__name__}: \w+ \(.*test_registry\.py:\d+\)$"
    with pytest.raises(UsageError, match=words), refusing("here"):
        raise failure
    with pytest.raises(KeyboardInterrupt), refusing("here"):
        raise KeyboardInterrupt


def test_what_a_backend_requires_is_looked_for_before_its_own_check() -> None:
    class Needy(RandomBackend):
        requires = ("no_such_library",)
        install = "pip install mine[all]"

        @classmethod
        def check(cls, parameters: BackendParameters) -> None:
            pytest.fail("it was called without its library")

    with pytest.raises(UsageError, match=r"^--model=mine needs no_such_library: pip install mine\[all\]$"):
        check_backend_parts("mine", Needy, Needy.parameters())
