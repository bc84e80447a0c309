"""The log-likelihoods of many requests on one model of `transformers`: window by window, batch by batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import takewhile
from threading import Event
from typing import Any

from pytest_haerae.backends.local.batching import BatchBudget, Load, halving
from pytest_haerae.backends.local.causal_scoring import CausalScorer, score_sequence
from pytest_haerae.backends.local.encoding import Part, RequestEncoder, Scoreboard, make_parts
from pytest_haerae.backends.local.grouping import make_groups, make_scorable
from pytest_haerae.backends.local.node_reader import NodeReader
from pytest_haerae.backends.local.tree_scoring import TreeScorer, takes_trees
from pytest_haerae.backends.local.trie import Sums
from pytest_haerae.backends.local.two_forwards import TwoForwardScorer
from pytest_haerae.types import Request, Response

_FIRST_WINDOW, _WINDOW = 256, 4096
"""Requests that are encoded and grouped together: few at first, as the model has nothing to do until then, and at most
twice as many each time, so that the next ones are ready when the model is and take little of its processor."""
_WINDOW_CHARACTERS = 4_000_000
"""Of the requests of a window: their tokens stay in memory until it is scored."""

Encoded = tuple[list[Part], Scoreboard, dict[int, Response]]


class LoglikelihoodRunner:
    """Scores requests by the way that a model takes.

    Args:
        model: A causal language model in evaluation mode.
        encoder: Encodes the requests.
        budget: Sizes the batches.
        max_length: The longest sequence of context and continuation, in tokens.
        pad: Any token's id.

    Attributes:
        detail: The way in words, for reports.
    """

    def __init__(self, model: Any, encoder: RequestEncoder, budget: BatchBudget, max_length: int, pad: int) -> None:  # noqa: ANN401 - transformers' models
        self._model, self._encoder, self._budget, self._max_length = model, encoder, budget, max_length
        self._scorer: CausalScorer | None = None
        if reusable_cache(model):
            self._scorer = TreeScorer(model, pad) if takes_trees(model, pad) else TwoForwardScorer(model, pad)
            self.detail = self._scorer.detail
        else:
            kind = type(model).__name__
            self.detail = f"full sequences, one option at a time: {kind} keeps no cache that options can share"

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests, batch by batch; the next window is encoded while the model works on this one."""
        with closing(self._encoded(requests)) as windows:
            for window, (parts, board, errors) in windows:
                yield from ((window[place], response) for place, response in errors.items())
                for number, sums in self._score(parts):
                    response = board.add(parts[number], sums)
                    if response is not None:
                        yield window[parts[number].index], response

    def _encoded(self, requests: Sequence[Request]) -> Generator[tuple[Sequence[int], Encoded], None, None]:
        """Each window's indices and its requests, encoded; one window ahead of whoever takes them."""
        stopped = Event()

        def encode(window: Sequence[int]) -> tuple[Sequence[int], Encoded]:
            chosen = (requests[index] for index in takewhile(lambda _: not stopped.is_set(), window))
            return window, make_parts("huggingface", self._encoder, chosen, self._max_length + 1)

        with ThreadPoolExecutor(1, "haerae-encoding") as pool:
            coming: deque[Future[tuple[Sequence[int], Encoded]]] = deque()
            try:
                for window in make_windows(requests):
                    coming.append(pool.submit(encode, window))
                    if len(coming) > 1:
                        yield coming.popleft().result()
                for last in coming:
                    yield last.result()
            finally:
                stopped.set()

    def _score(self, parts: Sequence[Part]) -> Iterator[tuple[int, Sums]]:
        """Sums of each part, by its number; batched, or sequence by sequence where the cache cannot be reused."""
        if self._scorer is None:
            for number, part in enumerate(parts):
                values = [score_sequence(self._model, part.context, each) for each in part.trie.continuations]
                # Rounding may pass zero; what is not a number stays so, and is refused by the engine.
                yield number, tuple(0.0 if value > 0 else value for value in values)
            return
        # An accelerator works on a batch while the one before is read; a processor is done when the call returns.
        waiting: NodeReader | None = None
        for reader in self._batches(self._scorer, parts):
            if self._model.device.type == "cpu":
                yield from reader.sums()
                continue
            if waiting is not None:
                yield from waiting.sums()
            waiting = reader
        if waiting is not None:
            yield from waiting.sums()

    def _batches(self, scorer: CausalScorer, parts: Sequence[Part]) -> Iterator[NodeReader]:
        for group in make_groups([make_scorable(i, part.context, part.trie) for i, part in enumerate(parts)]):
            load_of, start = scorer.load(group.prefix, group.members), 0
            while start < len(group.members):
                load = load_of(group.members[start])
                fitting = group.members[start : start + self._budget.rows(load)]
                batch = scorer.next_batch(group.prefix, fitting)

                yield from halving(partial(scorer.score, group.prefix), batch, partial(self._refused, load))
                start += len(batch)

    def _refused(self, load: Load, rows: int) -> None:
        self._budget.refuse(load, rows)
        if self._scorer is not None:
            self._scorer.forget()


def make_windows(requests: Sequence[Request]) -> list[list[int]]:
    """Indices of the requests, those neighbours that begin alike, in windows that fit in memory."""
    texts: list[str] = []
    lengths: list[int] = []
    for request in requests:
        messages = request.messages
        texts.append(request.context if messages is None else "\0".join(each.content for each in messages))
        lengths.append(len(texts[-1]) + sum(map(len, request.continuations)))
    windows: list[list[int]] = []
    room, most = 0, 0
    for index in sorted(range(len(requests)), key=texts.__getitem__):
        room -= lengths[index]
        if not windows or room < 0 or len(windows[-1]) >= most:
            most = min(_WINDOW, 2 * most) or _FIRST_WINDOW
            windows.append([])
            room = _WINDOW_CHARACTERS - lengths[index]
        windows[-1].append(index)
    return windows


def reusable_cache(model: Any) -> bool:  # noqa: ANN401 - transformers' models
    """Whether keys and values can be copied and cropped.

    State-space and hybrid models keep a state that cannot. Chunked attention counts its chunks from the padding on.
    """
    return not (
        getattr(model, "_is_stateful", False) or getattr(model.config.get_text_config(), "attention_chunk_size", None)
    )
