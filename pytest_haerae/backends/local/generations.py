"""The texts of many requests on one model of `transformers`, each handed over as it ends."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from transformers import LogitsProcessorList

from pytest_haerae.backends.local.batching import BatchBudget, Load, halving
from pytest_haerae.backends.local.choosing import ChoicePaths, kept_to, paths_of
from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.backends.local.generation import applied
from pytest_haerae.backends.local.loglikelihoods import reusable_cache
from pytest_haerae.backends.local.reasoning import CloseThoughts, opening_of, with_thought
from pytest_haerae.backends.local.row_generation import RowGenerator, takes_rows
from pytest_haerae.backends.local.token_choice import HANDLED, Row, TokenChoice, log_probabilities
from pytest_haerae.backends.sampling import check_bias, draw_seed
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.types import Request, Response

if TYPE_CHECKING:
    from pytest_haerae.backends.local.huggingface import HuggingFaceParameters

_TOP_K = 50
"""What transformers draws from where neither its caller nor the model says otherwise."""
_TAIL = 8
"""Tokens beyond those that a stop text may have, in which it is looked for: a first one may be half a character."""


class GenerationRunner:
    """Generates with one set of parameters.

    Args:
        model: A causal language model in evaluation mode.
        tokenizer: Its tokenizer.
        budget: Sizes the batches.
        max_length: The longest sequence of prompt and text, in tokens.
        pad: Any token's id.
        parameters: Of all requests, but for their seeds.
        close: Closes thoughts at their budget; None for no limit.

    Attributes:
        brought: The entries of the model's `generation_config.json` that act on the texts.

    Raises:
        UsageError: A bias is of a token that the model does not have.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - transformers' models
        tokenizer: Any,  # noqa: ANN401 - tokenizers are typed dynamically
        budget: BatchBudget,
        max_length: int,
        *,
        pad: int,
        parameters: HuggingFaceParameters,
        close: CloseThoughts | None = None,
    ) -> None:
        self._close = close
        self._model, self._tokenizer, self._budget, self._pad = model, tokenizer, budget, pad
        self._room = max(1, max_length - parameters.max_tokens)
        self._parameters = parameters
        config = model.generation_config
        brought = {"top_k": _TOP_K, **config.to_diff_dict()}
        by_hand = [*parameters.set_by_hand(), *(["num_beams"] if parameters.num_beams else ())]
        self.brought = applied(brought, sampling=parameters.temperature > 0, by_hand=by_hand)
        # Each prompt has as many rows in the library's own way.
        self._beams = int(parameters.num_beams or self.brought.get("num_beams") or 1)
        self._vocabulary = int(model.get_output_embeddings().weight.shape[0])
        self._arguments = arguments_of(parameters, self._vocabulary)
        ends = config.eos_token_id
        self._ends = frozenset(ends if isinstance(ends, list) else [ends])
        self._paths: dict[tuple[str, ...], ChoicePaths] = {}
        stops = config.stop_strings or ()
        # With those that the model brings along: they would end a row, and nothing would cut its text there.
        self._stops = (*parameters.stop, *((stops,) if isinstance(stops, str) else stops))

    def run(
        self, requests: Sequence[Request], encoder: RequestEncoder, seed_of: Callable[[Request], int]
    ) -> Iterator[tuple[int, Response]]:
        """Answer requests.

        Args:
            requests: What to answer.
            encoder: Encodes them.
            seed_of: The seed of the parameters that a request is answered with.
        """
        prompts = [encoder.prompt(request) for request in requests]
        rows = []
        for number, prompt in enumerate(prompts):
            if prompt:
                request = requests[number]
                opened = self._close is not None and bool(opening_of(encoder.render(request)))
                seed = draw_seed(seed_of(request), request)
                try:
                    kept = self._kept_to(request.choices)
                    row = Row(number, prompt[-self._room :], seed, opened, kept, scored=request.log_probability)
                    rows.append(row)
                except ValueError as error:
                    yield number, Response(error=f"huggingface: {error}")
            else:
                yield number, Response(error="huggingface: the prompt is empty and the tokenizer adds no BOS")
        rows.sort(key=lambda row: -len(row.prompt))
        stops = [stop_texts(self._stops, request) for request in requests]
        for row in self._by_rows(rows, stops) if self._has_rows() else self._by_batches(rows, stops):
            cut = len(row.prompt) < len(prompts[row.number])
            answer = self._completion(row, stops[row.number], truncated=cut)
            yield row.number, with_thought(answer, encoder, requests[row.number], self._own(row), self._text)

    def _kept_to(self, choices: tuple[str, ...]) -> ChoicePaths | None:
        """The paths of choices: items have the same few."""
        if choices and choices not in self._paths:
            ends = [token for token in self._ends if token is not None] or [self._pad]
            self._paths[choices] = paths_of(choices, self._tokenizer, ends)
        return self._paths.get(choices)

    def _has_rows(self) -> bool:
        alone = self._beams == 1 and self.brought.keys() <= HANDLED
        return alone and reusable_cache(self._model) and takes_rows(self._model)

    def _by_rows(self, rows: Sequence[Row], stops: Sequence[Sequence[str]]) -> Iterator[Row]:
        arguments = {**self.brought, **self._arguments}
        choice = TokenChoice(arguments, self._vocabulary, self._model.device, self._close)
        spans = {number: max((len(stop.encode()) for stop in each), default=0) for number, each in enumerate(stops)}

        def ended(row: Row) -> bool:
            if row.tokens[-1] in self._ends or (row.kept is not None and row.kept.is_whole(row.tokens)):
                return True
            if not (span := spans[row.number]):
                return False
            tail = self._text(row.tokens[-span - _TAIL :])
            return any(stop in tail for stop in stops[row.number]) and self._cut(row, stops[row.number]) is not None

        generator = RowGenerator(
            self._model, self._budget, self._pad, choice=choice, ended=ended, longest=self._parameters.max_tokens
        )
        yield from generator.run(rows)

    def _by_batches(self, rows: Sequence[Row], stops: Sequence[Sequence[str]]) -> Iterator[Row]:
        """By the library's own way, batch by batch; one by one where tokens are drawn, and so where stops differ."""
        left = list(rows)
        while left:
            length = len(left[0].prompt) + self._parameters.max_tokens
            load = Load(length, caches=self._beams, heads=self._beams)
            count = 1 if self._arguments["do_sample"] else self._budget.rows(load)
            alike = stops[left[0].number]
            batch = [row for row in left[:count] if stops[row.number] == alike]
            left = [row for row in left if row not in batch]
            for answered in halving(partial(self._generate, alike), batch, partial(self._budget.refuse, load)):
                yield from answered

    def _generate(self, stops: Sequence[str], batch: Sequence[Row]) -> Sequence[Row]:
        if self._arguments["do_sample"]:
            torch.manual_seed(batch[0].seed)
        width = max(len(row.prompt) for row in batch)
        padding = [width - len(row.prompt) for row in batch]
        device = self._model.device
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=torch.tensor(
                    [[self._pad] * more + list(row.prompt) for more, row in zip(padding, batch, strict=True)]
                ).to(device),
                attention_mask=torch.tensor([[0] * more + [1] * (width - more) for more in padding]).to(device),
                max_new_tokens=self._parameters.max_tokens,
                pad_token_id=self._pad,
                # One row a prompt, as ids, whatever the model brings along: a second one would be the next item's.
                num_return_sequences=1,
                return_dict_in_generate=False,
                **({"stop_strings": list(stops), "tokenizer": self._tokenizer} if stops else {}),
                **self._processors(batch, width),
                **self._arguments,
            )
        for row, tokens in zip(batch, output[:, width:].tolist(), strict=True):
            row.tokens = tokens
            if row.scored:
                row.log_probabilities = self._scored(row)
        return batch

    def _scored(self, row: Row) -> list[float]:
        """The log-probabilities of a row's tokens, by one more forward: the library's own way keeps no raw logits."""
        tokens = list(row.tokens)
        while tokens and tokens[-1] == self._pad and self._pad not in self._ends:
            tokens.pop()  # what a row has behind a stop text
        if not tokens:
            return []
        whole = torch.tensor([[*row.prompt, *tokens]], device=self._model.device)
        few = "logits_to_keep" in inspect.signature(self._model.forward).parameters
        with torch.inference_mode():
            output = self._model(input_ids=whole, **({"logits_to_keep": len(tokens) + 1} if few else {}))
        return log_probabilities(output.logits[0, -len(tokens) - 1 : -1], tokens)

    def _processors(self, batch: Sequence[Row], width: int) -> dict[str, Any]:
        each = [row for row in batch for _ in range(self._beams)]
        paths = [row.kept for row in each]

        def keep(tokens: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            return kept_to(paths, tokens[:, width:].tolist(), scores)

        processors: list[Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = []
        if any(paths):
            processors.append(keep)
        if self._close is not None:
            processors.append(self._close.processor([row.opened for row in each], width))
        return {"logits_processor": LogitsProcessorList(processors)} if processors else {}

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _own(self, row: Row) -> Sequence[int]:
        """The tokens of a text, without the one that ends it and what an engine fills up behind that."""
        end = next((place for place, token in enumerate(row.tokens) if token in self._ends), None)
        return row.tokens[:end]

    def _cut(self, row: Row, stops: Sequence[str]) -> int | None:
        """Where a stop text begins, in characters; None where there is none."""
        text = self._text(row.tokens)
        return min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)

    def _completion(self, row: Row, stops: Sequence[str], *, truncated: bool) -> Response:
        own = self._own(row)
        choice = None if row.kept is None else row.kept.choice(own)
        text = self._text(own) if choice is None else choice
        cut = min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)
        told: dict[str, Any] = {}
        if row.scored:
            values = row.log_probabilities[: len(own)]
            told = {"log_probability": math.fsum(values), "log_probability_tokens": len(values)}
        return Response(
            text=text[:cut],
            finish_reason="length" if len(own) == len(row.tokens) and cut is None and choice is None else "stop",
            prompt_tokens=len(row.prompt),
            completion_tokens=len(own),
            truncated=truncated,
            **told,
        )


def arguments_of(parameters: HuggingFaceParameters, vocabulary: int) -> Mapping[str, Any]:
    """What `generate` is told of sampling; where tokens are not drawn, it would warn of what acts on drawing alone.

    Raises:
        UsageError: A bias is of a token that is none of the vocabulary.
    """
    given = parameters.set_by_hand()
    arguments: dict[str, Any] = {"do_sample": parameters.temperature > 0}
    if parameters.num_beams is not None:
        arguments["num_beams"] = parameters.num_beams
    if "repetition_penalty" in given:
        arguments["repetition_penalty"] = given["repetition_penalty"]
    check_bias("huggingface", parameters.logit_bias, vocabulary)
    for token, bias in given.get("logit_bias", ()):
        arguments.setdefault("sequence_bias", {})[token,] = bias
    if arguments["do_sample"]:
        drawing: dict[str, Any] = {name: given[name] for name in ("top_k", "min_p", "typical_p") if name in given}
        arguments |= {"temperature": parameters.temperature, "top_p": parameters.top_p, **drawing}
    return arguments
