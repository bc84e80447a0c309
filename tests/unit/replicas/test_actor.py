from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import pytest

from pytest_haerae.backends import Backend, BackendParameters
from pytest_haerae.backends.arrivals import ContractBroken
from pytest_haerae.errors import UsageError
from pytest_haerae.replicas.actor import Bundle, Replica, Setting, Words
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters
from pytest_haerae.types import Capability, Request, Response


class Ending(Backend):
    """Answers two requests and ends as it is told to."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    method_detail = "told"
    notes = ("a note",)
    end: ClassVar[BaseException]

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield from ((index, Response(text=request.context)) for index, request in enumerate(requests[:2]))
        raise self.end


def setting(folder: Path, model: bytes, *, hides_gpus: bool = False) -> Setting:
    return Setting(model, str(folder), (), version("pytest-haerae"), hides_gpus)


@pytest.mark.parametrize("end", [RuntimeError("out of luck"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_however_a_backend_ends_its_answers_and_its_end_come_out(
    end: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ending, "end", end, raising=False)
    monkeypatch.chdir(tmp_path)
    replica = Replica(setting(tmp_path, pickle.dumps((Ending, BackendParameters()))))
    replica.load()
    found: list[tuple[int, Response]] = []

    def collect() -> None:
        for bundle in replica.answer([Request("generate", text) for text in "abc"]):
            assert (bundle.words.detail, bundle.words.notes) == ("told", ("a note",))
            found.extend(bundle.answers)

    with pytest.raises(type(end)):
        collect()
    assert [(index, response.text) for index, response in found] == [(0, "a"), (1, "b")]


def test_what_a_node_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    replica = Replica(setting(tmp_path, b"cno_such_library\nBackend\n."))
    with pytest.raises(UsageError, match="cannot import the backend: No module named 'no_such_library'"):
        replica.load()


@pytest.mark.parametrize("hides", [True, False])
def test_processors_alone_means_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hides: bool) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    Replica(setting(tmp_path, b"", hides_gpus=hides))
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ("" if hides else "0,1")


class Late(ScriptedBackend):
    """Says what happened only when it is done; breaks its contract where it is told to."""

    index: ClassVar[int] = 0

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield self.index, Response(text="a")
        self.notes = ["done"]

    def generation(self) -> dict[str, float]:
        return {"repetition_penalty": 1.3} if self.notes else {}


def late(folder: Path, monkeypatch: pytest.MonkeyPatch, index: int) -> list[Bundle]:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Late, "index", index)
    replica = Replica(setting(folder, pickle.dumps((Late, ScriptedParameters()))))
    replica.load()
    return list(replica.answer([Request("generate", "q")]))


def test_what_a_backend_says_at_its_end_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes of a backend inside a replica were lost."""
    bundles = late(tmp_path, monkeypatch, 0)
    assert [answer for bundle in bundles for answer in bundle.answers] == [(0, Response(text="a"))]
    assert bundles[-1].words == Words(None, ["done"], {"repetition_penalty": 1.3})


@pytest.mark.parametrize("index", [-1, 1])
def test_a7_a_wrong_index_is_refused_where_it_arises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    """A7: within a piece, an index of -1 would be the answer to the piece's last request."""
    with pytest.raises(ContractBroken, match=f"^Late: it answered with index {index} of 1 requests"):
        late(tmp_path, monkeypatch, index)
