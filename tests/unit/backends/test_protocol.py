from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

import pytest_haerae
from pytest_haerae import backends
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.types import Capability, Request, Response


class Smallest(Backend):
    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield from ((index, Response(text="")) for index in range(len(requests)))


class Influenced(BackendParameters):
    uninfluential: ClassVar[frozenset[str]] = frozenset({"threads"})

    seed: int = 0
    threads: int = 1


def test_what_a_backend_need_not_say_has_a_default() -> None:
    smallest = Smallest(BackendParameters())
    assert (smallest.method_detail, list(smallest.notes), smallest.generation()) == (None, [], {})
    Smallest.check(BackendParameters())
    assert (Smallest.libraries, Smallest.requires, Smallest.install) == ((), (), "")
    assert (Smallest.remote, Smallest.parameters) == (False, BackendParameters)
    assert (Smallest.batch_problem(None), smallest.batch_endpoint()) == ("it has no batch endpoint", None)
    smallest.close()


def test_what_one_says_is_not_what_another_says() -> None:
    one, other = Smallest(None), Smallest(None)
    one.method_detail, one.notes = "told", ["a note"]
    assert (other.method_detail, list(other.notes)) == (None, [])


def test_a_backend_that_cannot_run_is_none() -> None:
    with pytest.raises(TypeError, match="run"):
        type("Idle", (Backend,), {})(None)


def test_the_identity_is_what_influences_answers() -> None:
    assert Influenced(seed=3, threads=9).identity() == {"seed": 3}
    assert not Influenced().takes_chats("generate")
    assert Influenced().model_label() is None


def test_the_places_that_users_import_from_are_one_class() -> None:
    assert pytest_haerae.Backend is backends.Backend is Backend
    assert pytest_haerae.BackendParameters is backends.BackendParameters is BackendParameters
    with pytest.raises(AttributeError, match="has no attribute 'Backnd'"):
        pytest_haerae.Backnd  # noqa: B018 - the access is the test


class Local(BackendParameters):
    uninfluential: ClassVar[frozenset[str]] = frozenset({"log"})

    weights: Path = Path("none")
    log: Path = Path("none")


def test_d3_a_path_that_is_declared_is_known_by_what_lies_there(tmp_path: Path) -> None:
    weights, log = tmp_path / "w.bin", tmp_path / "run.txt"
    weights.write_text("1", encoding="utf-8")
    log.write_text("1", encoding="utf-8")
    parameters = Local(weights=weights, log=log)
    before = parameters.identity()
    log.write_text("2", encoding="utf-8")
    assert parameters.identity() == before
    weights.write_text("2", encoding="utf-8")
    assert parameters.identity() != before
    assert json.dumps(before)
