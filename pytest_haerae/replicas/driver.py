"""Copies of one model as Ray actors, on this machine or on a cluster; together they are a backend like any other.

Ray places, starts and restarts them. What it offers above actors does not fit: `ray.util.ActorPool` and Ray Data hand a
piece's answers over when the piece is done, and ask all of it again when a replica dies; here each answer is stored as
it is made, and asked once.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.replicas.actor import Bundle, Replica, Setting, Words
from pytest_haerae.replicas.cluster import connect, import_ray, portable, share_resources
from pytest_haerae.replicas.pieces import MOST_DEATHS, Piece, Pieces
from pytest_haerae.types import Request, Response

_VERSION = version("pytest-haerae")
_COLOUR, _HANDLE = re.compile(r"\x1b\[[\d;]*m"), re.compile(r"\b[0-9a-f]{24,}\b ?")
_EXCEPTION = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt): .*", re.MULTILINE)
_MOST_LOADING_DEATHS = 3
_MOST_DEATHS_IN_A_ROW = 20
"""More than it takes to find one deadly request among a piece's: then it is not the requests that are deadly."""
_CLOSE_SECONDS, _ABANDON_SECONDS = 60.0, 2.0
"""How long replicas may take to end by themselves: at a run's end, and when it was interrupted in the middle."""


@dataclass(slots=True)
class _Member:
    """A replica as the driver knows it."""

    number: int
    actor: Any
    state: Literal["waking", "awake", "loading", "loaded"] = "waking"
    loading_deaths: int = 0


class Replicas:
    """Copies of one backend's model that answer together.

    Args:
        backend: The backend's class.
        parameters: Its validated parameters.
        count: How many copies.
        address: A Ray cluster; None for that of ``RAY_ADDRESS``, and else for one started for this run alone. Where
            this process is connected to a cluster already, that one is used.
        gpus: GPUs of each copy; None for one each where the cluster has any.

    Attributes:
        method_detail: How the backend came by its numbers, as a single backend says it.
        notes: Lines for people, of what happened.

    Raises:
        UsageError: The cluster cannot be reached, or is too small.
    """

    def __init__(
        self,
        backend: type[Backend],
        parameters: BackendParameters,
        *,
        count: int,
        address: str | None = None,
        gpus: float | None = None,
    ) -> None:
        self.method_detail: str | None = None
        self.notes: list[str] = []
        self._generation: Mapping[str, Any] = {}
        self._ray = import_ray()
        self._ours = not self._ray.is_initialized()
        self._unfinished = False
        self._deaths_in_a_row = 0
        self._members: list[_Member] = []
        if self._ours:
            connect(self._ray, address)
        try:
            nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
            cpus, each = share_resources(nodes, count, gpus)
            # Restarts are without end for Ray: only this side knows whether they lead anywhere.
            remote = self._ray.remote(num_cpus=cpus, num_gpus=each, max_restarts=-1, max_task_retries=0)(Replica)
            with portable(self._ray, backend):
                model = self._ray.cloudpickle.dumps((backend, parameters))
            setting = Setting(model, str(Path.cwd()), tuple(filter(None, sys.path)), _VERSION, hides_gpus=gpus == 0)
            self._members = [_Member(number + 1, remote.remote(setting)) for number in range(count)]
        except BaseException:
            self.close()
            raise

    def load(self) -> None:
        """Load every copy's model now; `run` does it otherwise, and begins when the first is there."""
        self._ray.get([member.actor.load.remote() for member in self._members])

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer all requests; each answer comes as soon as its replica has it.

        Raises:
            HaeraeError: A replica refuses the model, or all of them keep dying.
        """
        self._unfinished = True
        pieces = Pieces(len(requests), len(self._members))
        idle: list[_Member] = []
        work: dict[Any, tuple[_Member, Piece | None]] = {_wake(member): (member, None) for member in self._members}
        while pieces.unanswered:
            while idle and (piece := pieces.take()):
                member = idle.pop(0)
                asked = [requests[index] for index in piece.indices]
                work[member.actor.answer.options(num_returns="streaming").remote(asked)] = member, piece
            (ready,), _ = self._ray.wait(list(work), num_returns=1)
            member, piece = work.pop(ready)
            try:
                bundle = self._next(ready, member, piece)
            except (self._ray.exceptions.RayActorError, self._ray.exceptions.ObjectLostError) as error:
                given_up = self._bury(member, piece, pieces, error)
                work[_wake(member)] = member, None
                for index in given_up:
                    yield index, Response(error=f"{MOST_DEATHS} replicas died of this request alone: {_reason(error)}")
                continue
            if member.state == "awake":
                member.state = "loading"
                work[member.actor.load.remote()] = member, None
                continue
            if piece is None or bundle is None:
                idle.append(member)
                if piece is not None:
                    pieces.end(piece)
                continue
            # At the end of the order: the next to be looked at is another replica.
            work[ready] = member, piece
            self._deaths_in_a_row = 0
            self._note(bundle.words)
            places = [place for place, _ in bundle.answers]
            for index, (_, response) in zip(pieces.answered(piece, places), bundle.answers, strict=True):
                yield index, response
        self._unfinished = False

    def generation(self) -> Mapping[str, Any]:
        """As of a `Backend`: what a replica said last."""
        return self._generation

    def _note(self, words: Words) -> None:
        """Keep what a replica says of its backend; what all of them say is said once."""
        self.method_detail, self._generation = words.detail, words.generation
        said = words.notes if isinstance(words.notes, list | tuple) else [words.notes]
        self.notes += [note for note in said if isinstance(note, str) and note not in self.notes]

    def _next(self, reference: Any, member: _Member, piece: Piece | None) -> Bundle | None:  # noqa: ANN401 - Ray's
        """The next bundle of a piece; None at its end, and where a replica came a step nearer to a first one."""
        try:
            if piece is None:
                self._ray.get(reference)
                member.state = "awake" if member.state == "waking" else "loaded"
                if member.state == "loaded":
                    member.loading_deaths = 0
                return None
            bundle: Bundle = self._ray.get(next(reference))
        except StopIteration:
            return None
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            raise (cause if isinstance(cause, Exception) else RuntimeError(error_line(error))) from None
        return bundle

    def _bury(self, member: _Member, piece: Piece | None, pieces: Pieces, error: Exception) -> list[int]:
        """Note a death; returns the requests that are given up with it.

        Raises:
            UsageError: The replica dies each time that it loads the model.
            RuntimeError: Replicas die and answer nothing between.
        """
        member.state = "waking"
        self._deaths_in_a_row += 1
        if piece is None:
            member.loading_deaths += 1
            if member.loading_deaths == _MOST_LOADING_DEATHS:
                raise UsageError(
                    f"--replicas: replica {member.number} died {member.loading_deaths} times while it loaded the model"
                    f" ({_reason(error)}); if memory was short, use fewer replicas"
                )
            return []
        if self._deaths_in_a_row == _MOST_DEATHS_IN_A_ROW:
            raise RuntimeError(f"replicas died {self._deaths_in_a_row} times in a row: {_reason(error)}")
        self.notes.append(
            f"replica {member.number} died ({_reason(error)}); it was restarted, and {len(piece.unanswered)}"
            " unanswered requests were asked again"
        )
        return pieces.give_back(piece)

    def close(self) -> None:
        """End the replicas, and the cluster if it was started here."""
        with contextlib.suppress(self._ray.exceptions.RayError):
            seconds = _ABANDON_SECONDS if self._unfinished else _CLOSE_SECONDS
            # One that is being started again may wait for a node that never comes.
            closing = [member.actor.close.remote() for member in self._members if member.state == "loaded"]
            if closing:
                self._ray.wait(closing, num_returns=len(closing), timeout=seconds)
            for member in self._members:
                self._ray.kill(member.actor, no_restart=True)
        self._members = []
        if self._ours:
            self._ray.shutdown()


def _wake(member: _Member) -> Any:  # noqa: ANN401 - Ray's reference
    # Retried by Ray: a process that is just being restarted is no death.
    return member.actor.wake.options(max_task_retries=-1).remote()


def _reason(error: Exception) -> str:
    """What Ray says of a death, in a sentence: the last exception of a traceback, or else the first thing it says."""
    text = _COLOUR.sub("", str(error))
    named = _EXCEPTION.findall(text)
    said = named[-1] if named else _HANDLE.sub("", text).strip().partition("\n")[0].partition(". ")[0]
    return error_line(said or type(error).__name__, longest=200)
