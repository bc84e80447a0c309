from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends import BackendParameters
from pytest_haerae.replicas.actor import Replica
from pytest_haerae.types import Request, Response


class Ending:
    """Answers two requests and ends as it is told to."""

    methods: ClassVar[frozenset[Any]] = frozenset({"generate"})
    parameters: ClassVar[type[BackendParameters]] = BackendParameters
    libraries: ClassVar[tuple[str, ...]] = ()
    end: ClassVar[BaseException]

    def __init__(self, parameters: BackendParameters) -> None:
        self.method_detail = "told"

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        yield from ((index, Response(text=request.context)) for index, request in enumerate(requests[:2]))
        raise self.end

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("end", [RuntimeError("out of luck"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_however_a_backend_ends_its_answers_and_its_end_come_out(
    end: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ending, "end", end, raising=False)
    monkeypatch.chdir(tmp_path)
    replica = Replica(Ending, BackendParameters(), str(tmp_path))
    replica.load(version("pytest-haerae"))
    found: list[tuple[int, Response]] = []

    def collect() -> None:
        for bundle in replica.answer([Request("generate", text) for text in "abc"]):
            assert bundle.detail == "told"
            found.extend(bundle.answers)

    with pytest.raises(type(end)):
        collect()
    assert [(index, response.text) for index, response in found] == [(0, "a"), (1, "b")]
