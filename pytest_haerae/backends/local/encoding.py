"""Requests to tokens, as lm-evaluation-harness cuts and encodes them; shared by the backends that hold a tokenizer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from pytest_haerae.backends.local.trie import OptionTrie, Sums, Tokens, build_trie, encode_pair, split_trailing_space
from pytest_haerae.types import Request, Response

_CHARACTERS_AT_ONCE = 1_000_000
"""Of one call of the tokenizer, which keeps some 100 bytes a character while it works."""
_PROBE = "가나다"


@dataclass(frozen=True, slots=True)
class Part:
    """Options of one request that are scored after one context: all of them, unless the context had to be cut.

    Attributes:
        index: The request's place among the requests.
        positions: The options' places among the request's continuations.
        context: The context's tokens, cut to the model's window; at least one.
        trie: The options.
    """

    index: int
    positions: tuple[int, ...]
    context: Tokens
    trie: OptionTrie


class RequestEncoder:
    """A Hugging Face tokenizer, applied to requests.

    Args:
        tokenizer: A tokenizer of `transformers`, or one that is called like it.
        arguments: What the chat template is given where a text is generated.
    """

    def __init__(self, tokenizer: Any, arguments: Mapping[str, Any] | None = None) -> None:  # noqa: ANN401 - tokenizers are typed dynamically
        self._tokenizer = tokenizer
        self._arguments = dict(arguments or {})

    def prompt(self, request: Request) -> Tokens:
        """Tokens of the text to generate from."""
        return self.tokenize([self.render(request)])[0]

    def lengths(self, requests: Iterable[Request]) -> Iterator[int]:
        """Of each request the number of tokens of its prompt, or of the context that its continuations follow."""
        texts = (self.render(request) for request in requests)
        return map(len, self._tokenize_all((text, self._adds_bos(text)) for text in texts))

    def wholes(self, requests: Iterable[Request]) -> Iterator[list[Tokens]]:
        """Of each request the tokens of its context, and of the context with each continuation.

        Many are encoded in one call, which takes all processors; few enough that it takes little memory.
        """
        counts: deque[int] = deque()

        def texts() -> Iterator[tuple[str, bool]]:
            for request in requests:
                text, space = split_trailing_space(self.render(request))
                # All of a request begin alike, so that its context decides on the BOS.
                adds = self._adds_bos(text)
                counts.append(len(request.continuations))
                yield text, adds
                yield from ((text + space + each, adds) for each in request.continuations)

        encoded = self._tokenize_all(texts())
        for context in encoded:
            yield [context, *islice(encoded, counts.popleft())]

    def cut(self, wholes: Sequence[Tokens]) -> tuple[Tokens, list[Tokens]]:
        """The context's tokens, and each continuation's: what `wholes` gave, cut at the context's length.

        An empty context is the model's BOS, or its EOS where there is none, as in lm-evaluation-harness.

        Raises:
            ValueError: The context is empty and the tokenizer has neither BOS nor EOS.
        """
        context, *others = wholes
        if context:
            return context, [encode_pair(context, whole) for whole in others]
        start = self._tokenizer.bos_token_id
        start = self._tokenizer.eos_token_id if start is None else start
        if start is None:
            raise ValueError("the context is empty and the tokenizer has neither BOS nor EOS")
        return (start,), list(others)

    def render(self, request: Request) -> str:
        """The request as one text; a chat through the model's template."""
        if request.messages is None:
            return request.context
        parts = self._takes_parts_alone
        messages = [
            {"role": each.role, "content": [{"type": "text", "text": each.content}] if parts else each.content}
            for each in request.messages
        ]
        arguments = self._arguments if request.kind == "generate" else {}
        return str(
            self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **arguments)
        )

    @cached_property
    def _takes_parts_alone(self) -> bool:
        """Whether the template passes over a message that is a text: those of some models that read images do."""
        probes: tuple[Any, ...] = (_PROBE, [{"type": "text", "text": _PROBE}])
        return [self._renders(probe) for probe in probes] == [False, True]

    def _renders(self, content: Any) -> bool:  # noqa: ANN401 - a text or a list of parts
        try:
            messages = [{"role": "user", "content": content}]
            return _PROBE in str(self._tokenizer.apply_chat_template(messages, tokenize=False))
        except Exception:  # whatever a template raises that looks for something else
            return False

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens with the BOS that the tokenizer adds by itself, without a second one, and without an EOS of its own.

        All texts begin alike, so that the first one decides on the BOS.
        """
        return self._encode(texts, self._adds_bos(texts[0]))

    def _tokenize_all(self, texts: Iterable[tuple[str, bool]]) -> Iterator[Tokens]:
        """The tokens of texts, of which each says whether it gets the BOS; as many in one call as memory allows."""
        waiting: list[tuple[str, bool]] = []
        characters = 0
        for text, adds in texts:
            waiting.append((text, adds))
            characters += len(text)
            if characters > _CHARACTERS_AT_ONCE:
                yield from self._tokenize_at_once(waiting)
                waiting, characters = [], 0
        yield from self._tokenize_at_once(waiting)

    def _tokenize_at_once(self, texts: Sequence[tuple[str, bool]]) -> Iterator[Tokens]:
        """The same in at most two calls: for those that get the BOS, and those that have it."""
        encoded = {
            adds: iter(self._encode([text for text, own in texts if own == adds], adds))
            for adds in {own for _, own in texts}
        }
        return (next(encoded[adds]) for _, adds in texts)

    def _adds_bos(self, text: str) -> bool:
        bos = self._tokenizer.bos_token
        return not (bos and text.startswith(bos))

    def _encode(self, texts: Sequence[str], add: bool) -> list[Tokens]:
        eos, end = self._tokenizer.eos_token_id, self._tokenizer.eos_token
        encoded = [tuple(tokens) for tokens in self._tokenizer(list(texts), add_special_tokens=add)["input_ids"]]
        return [
            tokens[:-1] if add and tokens and tokens[-1] == eos and not text.endswith(end) else tokens
            for text, tokens in zip(texts, encoded, strict=True)
        ]


def cut_to_window(index: int, context: Tokens, continuations: Sequence[Tokens], window: int) -> list[Part]:
    """Cut a context from the left so that each continuation fits behind it; options with the same cut stay together.

    lm-evaluation-harness (0.4.13, `HFLM._loglikelihood_tokens`) cuts each option's sequence by itself:
    ``(context + continuation)[-window:]``.

    Args:
        index: The request's place among the requests.
        context: The context's tokens.
        continuations: Each option's tokens.
        window: The longest sequence of context and continuation, in tokens.

    Raises:
        ValueError: An option has no tokens, or leaves no room for a context.
    """
    by_room: dict[int, list[int]] = {}
    for position, continuation in enumerate(continuations):
        room = min(len(context), window - len(continuation))
        if room < 1:
            raise ValueError(
                f"an option of {len(continuation)} tokens does not fit into the model's window of {window}"
            )
        by_room.setdefault(room, []).append(position)
    return [
        Part(index, tuple(positions), context[-room:], build_trie([continuations[each] for each in positions]))
        for room, positions in by_room.items()
    ]


class Scoreboard:
    """Collects the sums of parts until every option of their request has one.

    Args:
        backend: The backend's name, for errors.
        parts: All parts of all requests.
        lengths: Each request's context length before the cut, in tokens.
    """

    def __init__(self, backend: str, parts: Iterable[Part], lengths: dict[int, int]) -> None:
        self._backend = backend
        self._lengths = lengths
        self._problems: dict[int, str] = {}
        self._open: dict[int, int] = {}
        self._kept: dict[int, int] = {}
        self._sums: dict[int, dict[int, float]] = {}
        for part in parts:
            self._open[part.index] = self._open.get(part.index, 0) + 1
            self._kept[part.index] = min(len(part.context), self._kept.get(part.index, len(part.context)))

    def add(self, part: Part, sums: Sums) -> Response | None:
        """Note a part's sums, or its problem; the request's one response once all its parts are there."""
        collected = self._sums.setdefault(part.index, {})
        if isinstance(sums, str):
            self._problems[part.index] = sums
        else:
            collected.update(zip(part.positions, sums, strict=True))
        self._open[part.index] -= 1
        if self._open[part.index]:
            return None
        del self._sums[part.index]
        if part.index in self._problems:
            return Response(error=f"{self._backend}: {self._problems[part.index]}")
        kept, length = self._kept[part.index], self._lengths[part.index]
        return Response(
            loglikelihoods=tuple(collected[position] for position in sorted(collected)),
            prompt_tokens=kept,
            completion_tokens=0,
            truncated=kept < length,
        )


def make_parts(
    backend: str, encoder: RequestEncoder, requests: Iterable[Request], window: int
) -> tuple[list[Part], Scoreboard, dict[int, Response]]:
    """Encode all requests.

    Args:
        backend: The backend's name, for errors.
        encoder: Encodes them.
        requests: What to score.
        window: The longest sequence of context and continuation, in tokens.

    Returns:
        The parts in the requests' order, the board that collects their sums, and the error of each request that can
        not be scored.
    """
    parts: list[Part] = []
    lengths: dict[int, int] = {}
    errors: dict[int, Response] = {}
    for index, wholes in enumerate(encoder.wholes(requests)):
        try:
            context, continuations = encoder.cut(wholes)
            parts += cut_to_window(index, context, continuations, window)
            lengths[index] = len(context)
        except ValueError as error:
            errors[index] = Response(error=f"{backend}: {error}")
    return parts, Scoreboard(backend, parts, lengths), errors
