"""What the engine is asked for log-likelihoods, and how they are read from its answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import count
from typing import Any, Generic, NamedTuple, TypeVar

from pytest_haerae.backends.local.encoding import Part
from pytest_haerae.backends.local.trie import Sums, Tokens
from pytest_haerae.backends.local.vllm.asking import answers
from pytest_haerae.backends.local.vllm.chains import Chain, cut_into_chains
from pytest_haerae.backends.local.vllm.forcing import follow

MOST_CHILDREN = 128
"""Tokens that one request may ask for by `logprob_token_ids` (vLLM's MAX_LOGPROB_TOKEN_IDS)."""

Owner = TypeVar("Owner")
Tables = Mapping[Tokens, Mapping[int, float]]
"""For nodes of a trie, the log-probabilities of their children."""


class Question(NamedTuple):
    """One request to the engine.

    Attributes:
        prompt: Its prompt as token ids.
        settings: Its `SamplingParams`.
        read: Reads the engine's output; None where it did not follow the path that it was to follow.
    """

    prompt: Tokens
    settings: Any
    read: Callable[[Any], Tables | None]


def by_token_ids(part: Part, longest: int) -> Iterator[Question]:
    """Chosen tokens' log-probabilities after each node of the trie, read from the prefix cache.

    Args:
        part: What to score.
        longest: The most nodes that one request reads; one where the engine cannot be made to follow a path.
    """
    from vllm import SamplingParams

    children = part.trie.children
    for chain in cut_into_chains(part.trie, longest, MOST_CHILDREN):
        settings = SamplingParams(
            temperature=0.0,
            max_tokens=len(chain.path) + 1,
            logprob_token_ids=list(chain.children),
            detokenize=False,
            **follow(chain.path),
        )
        yield Question(part.context + chain.start, settings, partial(_read_chain, children, chain))


def _read_chain(children: Mapping[Tokens, Tokens], chain: Chain, output: Any) -> Tables | None:  # noqa: ANN401 - the engine's
    completion, nodes = output.outputs[0], chain.nodes()
    listed = completion.logprobs or []
    if tuple(completion.token_ids[: len(chain.path)]) != chain.path or len(listed) != len(nodes):
        return None if chain.path else {}
    return {
        node: {token: float(position[token].logprob) for token in children[node] if token in position}
        for node, position in zip(nodes, listed, strict=True)
    }


def by_prompts(part: Part) -> Iterator[Question]:
    """Each option's full sequence, for engines that cannot be asked for chosen tokens."""
    from vllm import SamplingParams

    settings = SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=1, detokenize=False)
    for option in dict.fromkeys(part.trie.continuations):
        yield Question(part.context + option, settings, partial(_read_prompt, len(part.context), option))


def _read_prompt(start: int, option: Tokens, output: Any) -> Tables:  # noqa: ANN401 - the engine's
    listed = [position or {} for position in output.prompt_logprobs[start:]]
    return {
        option[:depth]: {token: float(listed[depth][token].logprob)} if token in listed[depth] else {}
        for depth, token in enumerate(option)
    }


class _Open(Generic[Owner]):
    """A part, some of whose questions are not answered."""

    def __init__(self, owner: Owner, part: Part, left: int) -> None:
        self.owner, self.part, self.left = owner, part, left
        self.followed = True
        self.tables: dict[Tokens, dict[int, float]] = {}

    def add(self, tables: Tables | None) -> None:
        self.left -= 1
        self.followed = self.followed and tables is not None
        for node, values in (tables or {}).items():
            self.tables.setdefault(node, {}).update(values)


def score(
    engine: Any,  # noqa: ANN401 - the library is optional
    parts: Iterable[tuple[Owner, Part]],
    questions_of: Callable[[Part], Iterator[Question]],
    most: int,
) -> Generator[tuple[Owner, Part, Sums | None], None, None]:
    """Score parts, each of which is handed on as its last question is answered.

    Args:
        engine: A `vllm.LLM`.
        parts: What to score, and whose it is; looked at when its turn comes.
        questions_of: What to ask for a part.
        most: How many questions may be in flight.

    Yields:
        Whose a part is, the part, and its options' sums; None for one whose paths the engine did not follow.
    """
    readers: dict[int, tuple[_Open[Owner], Callable[[Any], Tables | None]]] = {}

    def asked() -> Iterator[tuple[Tokens, Any]]:
        numbers = count()
        for owner, part in parts:
            questions = list(questions_of(part))
            waiting = _Open(owner, part, len(questions))
            for question in questions:
                readers[next(numbers)] = (waiting, question.read)
                yield question.prompt, question.settings

    with closing(answers(engine, asked(), most)) as ended:
        for number, output in ended:
            waiting, read = readers.pop(number)
            waiting.add(read(output))
            if not waiting.left:
                sums = waiting.part.trie.sums_or_problem(waiting.tables) if waiting.followed else None
                yield waiting.owner, waiting.part, sums
