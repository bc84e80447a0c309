"""Reward models of `transformers`: sequence classifiers that give the last message of a chat a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any, ClassVar, Literal

from pydantic import Field

from pytest_haerae.backends.local.batching import BatchBudget, Load, halving
from pytest_haerae.backends.local.checkpoint import (
    INSTALL,
    REQUIRES,
    CheckpointParameters,
    check_checkpoint,
    load_config,
    load_model,
    longest_input,
)
from pytest_haerae.backends.protocol import Backend
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.redact import error_line
from pytest_haerae.types import Capability, Request, Response

_CLASSIFIER = "ForSequenceClassification"
"""What the names of classifiers' classes end in."""
_COUNTED_FROM_PADDING = ("roberta", "camembert", "xmod")
"""What the model types of transformers are called whose first position is the one behind the padding token's number."""


class HuggingFaceRewardParameters(CheckpointParameters):
    """Parameters of a reward model of the `huggingface` backend; sizes are in tokens."""

    model_name_or_path: str
    batch_size: int | Literal["auto"] = "auto"
    max_length: int | None = Field(default=None, ge=8)
    label: str | int | None = None


class HuggingFaceRewards(Backend):
    """Sequence classifiers in this process, through transformers: the reward is the logit of their one label.

    A chat is put in the words of the model's template. Where it has none, the model reads a pair: what was said before,
    and the answer.
    """

    methods: ClassVar[frozenset[Capability]] = frozenset({"reward"})
    parameters = HuggingFaceRewardParameters
    libraries: ClassVar[tuple[str, ...]] = ("torch", "transformers")
    requires: ClassVar[tuple[str, ...]] = REQUIRES
    install: ClassVar[str] = INSTALL

    def __init__(self, parameters: HuggingFaceRewardParameters) -> None:
        self._tokenizer, self._model = load_model(parameters, classifier=True)
        label = _label(self._model.config, parameters)
        if isinstance(label, str):
            raise UsageError(f"huggingface: {label}")
        self._label = label
        config = self._model.config.get_text_config()
        config.use_cache = False
        # By it a causal classifier finds where each row ends, and without it reads one row at a time.
        self._pad = config.pad_token_id
        longest = min(_positions(config, self._tokenizer), int(self._tokenizer.model_max_length))
        self._window = min(parameters.max_length or longest, _positions(config, self._tokenizer))
        self._tokenizer.truncation_side = "left"
        self._inputs = signature(self._model.forward).parameters
        fixed = None if parameters.batch_size == "auto" else parameters.batch_size
        self._budget = BatchBudget(self._model, 1 if self._pad is None else fixed)

    @classmethod
    def check(cls, parameters: HuggingFaceRewardParameters) -> None:
        """Find the libraries and the files."""
        check_checkpoint(parameters)

    @classmethod
    def reward_problem(cls, parameters: HuggingFaceRewardParameters) -> str | None:
        """That the checkpoint is no classifier, or that none of its labels is the reward."""
        config = load_config(parameters)
        names = list(config.architectures or ())
        remote = config.to_dict().get("auto_map") or {}
        if not any(_CLASSIFIER in name for name in (*names, *remote)):
            of = f" ({', '.join(names)})" if names else ""
            words = f"is no sequence classifier (…{_CLASSIFIER}), so it gives no reward"
            return f"{parameters.model_name_or_path}{of} {words}"
        most, asked = _positions(config, None), parameters.max_length
        if asked is not None and asked > most:
            return f"--model-params max_length={asked}: {parameters.model_name_or_path} reads at most {most:,} tokens"
        label = _label(config, parameters)
        return label if isinstance(label, str) else None

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Reward the last message of each chat, the longest chats first."""
        rows = []
        for index, request in enumerate(requests):
            row = self._encode(index, request)
            if isinstance(row, Response):
                yield index, row
            else:
                rows.append(row)
        if cut := sum(row.cut for row in rows):
            words = f"{cut} of {len(rows)} chats were cut off at their beginning, to the reward model's"
            self.notes = [f"huggingface: {words} {self._window} tokens"]
        rows.sort(key=lambda row: -row.length)
        done = 0
        while done < len(rows):
            load = Load(rows[done].length, caches=0, heads=0)
            batch = rows[done : done + self._budget.rows(load)]
            done += len(batch)
            for answered in halving(self._reward, batch, partial(self._budget.refuse, load)):
                yield from answered

    def close(self) -> None:
        """Free the model, and the tokenizer."""
        del self._model, self._tokenizer

    def _encode(self, index: int, request: Request) -> _Row | Response:
        """The tokens of a chat, its beginning cut off where it is too long for the model."""
        messages = request.messages or ()
        if self._tokenizer.chat_template is not None:
            chat = [{"role": message.role, "content": message.content} for message in messages]
            # The template has all special tokens in it.
            try:
                text = self._tokenizer.apply_chat_template(chat, tokenize=False)
            except Exception as error:  # of this chat alone: some templates know no system message
                return Response(error=f"huggingface: the reward model's chat template refuses it: {error_line(error)}")
            encoded = self._tokenizer(text, add_special_tokens=False)
            cut = len(encoded["input_ids"]) > self._window
            return _Row(index, self._taken(encoded), cut)
        *earlier, last = (message.content for message in messages)
        pair = "\n\n".join(earlier), last
        encoded = self._tokenizer(*pair)
        over = len(encoded["input_ids"]) - self._window
        if over > 0:
            fits = over < len(self._tokenizer(pair[0], add_special_tokens=False)["input_ids"])
            # Of an answer that is longer than the window its own beginning goes, as a chat's does.
            pair, kind = (pair, "only_first") if fits else (("", pair[1]), "only_second")
            encoded = self._tokenizer(*pair, truncation=kind, max_length=self._window)
        return _Row(index, self._taken(encoded), over > 0)

    def _taken(self, encoded: Mapping[str, list[int]]) -> Mapping[str, list[int]]:
        """What the model takes of what the tokenizer made: not each tells the texts of a pair apart."""
        return {name: values[-self._window :] for name, values in encoded.items() if name in self._inputs}

    def _reward(self, rows: Sequence[_Row]) -> list[tuple[int, Response]]:
        """The rewards of a batch of rows, which are padded at their ends."""
        import torch

        longest = max(row.length for row in rows)
        tensors = {
            name: torch.tensor([row.padded(name, longest, self._pad) for row in rows], device=self._model.device)
            for name in rows[0].fields
        }
        with torch.inference_mode():
            rewards: list[float] = self._model(**tensors).logits[:, self._label].float().tolist()
        return [
            (row.index, Response(reward=reward, prompt_tokens=row.length, completion_tokens=0, truncated=row.cut))
            for row, reward in zip(rows, rewards, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Row:
    """A chat as the model reads it.

    Attributes:
        index: The request's place among the requests.
        fields: What the tokenizer made of it, by the names of the model's inputs.
        cut: Whether its beginning was cut off.
    """

    index: int
    fields: Mapping[str, list[int]]
    cut: bool

    @property
    def length(self) -> int:
        """Its number of tokens."""
        return len(self.fields["input_ids"])

    def padded(self, name: str, length: int, pad: int | None) -> list[int]:
        """One of its fields, filled up to a length."""
        fill = pad if name == "input_ids" and pad is not None else 0
        return self.fields[name] + [fill] * (length - self.length)


def _positions(config: Any, tokenizer: Any) -> int:  # noqa: ANN401 - transformers types them dynamically
    """The longest input of a model, in tokens; RoBERTa and its like count their positions from behind the padding's."""
    longest = longest_input(config, tokenizer)
    padding = getattr(config, "pad_token_id", None)
    counted = any(name in str(config.model_type) for name in _COUNTED_FROM_PADDING)
    return longest - padding - 1 if counted and padding is not None else longest


def _label(config: Any, parameters: HuggingFaceRewardParameters) -> int | str:  # noqa: ANN401 - transformers' configuration
    """The place of the label whose logit is the reward; or why there is none."""
    names = [str(name) for _, name in sorted(config.id2label.items())]
    label = parameters.label
    if label is None:
        if len(names) == 1:
            return 0
        words = f"{parameters.model_name_or_path} has {len(names)} labels ({', '.join(names)})"
        way_out = "say whose logit it is by --model-params label=NAME, or take a model with one label"
        return f"{words}, and a reward is one number: {way_out}"
    if str(label) in names:
        return names.index(str(label))
    if isinstance(label, int) and 0 <= label < len(names):
        return label
    return f"--model-params: {unknown('label', str(label), names)}"
