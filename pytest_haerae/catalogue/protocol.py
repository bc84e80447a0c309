"""A protocol: all that decides a published measurement but the model, in one file with a name and a version."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.typed_files import read_own_toml, typed_path
from pytest_haerae.types import Method

SUFFIX = ".toml"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*@[1-9][0-9]*")
"""What a protocol may be called: words in lower case between slashes, and a version."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]
Text = Annotated[str, Field(min_length=1)]
Texts = tuple[Text, ...]

_TELLING = ("name", "description", "published", "notes")
"""Keys that say something of a measurement, and decide nothing of it."""


_OF_A_JUDGE = ("model_name", "model_name_or_path", "revision", "reasoning")
"""What a protocol says of its judge beside how it draws: never where it is reached, nor whose code is run."""
_FREE = (
    *("split", "method", "prompt", "num_few_shot", "few_shot_split", "few_shot_seed", "evaluator_params"),
    *("apply_chat_template", "system_prompt", "repeats", "reasoning", "judge", "judge_params", "extra_body"),
)
"""What a source may set for each model, beside the parameters of a generation."""


def _generation_names() -> frozenset[str]:
    """The parameters of a generation that backends have in common."""
    # Imported here: every run imports this module, and few read a protocol.
    from pytest_haerae.backends.sampling import SAMPLING

    return SAMPLING | {"stop", "num_beams"}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(_Table):
    """A number that somebody has published of a model under these settings.

    Attributes:
        model: What the source calls the model.
        names: What else the model is called: by servers, on the hub.
        accuracy: The total, as a share; None where the source has none that is comparable.
        subsets: The shares of single subsets.
        metric: What the number is called there.
        source: Where it stands: an address, or a paper and its table.
        note: What is to be known beside it.
        read: Whether it was read in the source itself. One that others quote is listed, and never printed as published.
    """

    model: Text
    names: Texts = ()
    accuracy: Share | None = None
    subsets: dict[Text, Share] = Field(default_factory=dict)
    metric: Text = "accuracy"
    source: Text
    note: str = ""
    read: Annotated[bool, Field(strict=True)]

    @model_validator(mode="after")
    def _says_a_number(self) -> Self:
        if self.accuracy is None and not self.subsets:
            raise ValueError("it has neither accuracy nor subsets")
        return self


class JudgeSettings(_Table):
    """The model that grades the answers: as ``--judge``, ``--judge-params``, and the template that it is asked by."""

    name: Text
    params: dict[str, Any] = Field(default_factory=dict)
    template: Text | None = None

    @field_validator("params")
    @classmethod
    def _say_what_is_asked(cls, params: dict[str, Any]) -> dict[str, Any]:
        valid = {*_generation_names(), *_OF_A_JUDGE}
        for name in params:
            if name not in valid:
                raise ValueError(
                    f"{unknown('parameter', name, valid)}; how a judge is reached, --judge-params or a profile says"
                )
        return params


class Protocol(_Table):
    """All that decides a measurement but the model. What is not said is left to the benchmark, as without a protocol.

    Attributes:
        name: What ``--protocol`` calls it, with its version: ``haerae/lm-eval-0shot@1``. Settings that change are
            another version.
        description: What it is, in a line for people.
        dataset: The data set: a benchmark of the catalogue, or a hub id.
        also: Other data sets that have the same rows.
        revision: The commit of the hub that is read; None for the benchmark's own.
        split: The split.
        subsets: The subsets; empty for all.
        method: The method.
        prompt: The prompt, by its name, or a file beside the protocol's.
        num_few_shot: Few-shot examples before each item.
        few_shot_split: The split that they come from.
        few_shot_seed: The seed that chooses them.
        evaluator_params: The scorer, and what it takes.
        apply_chat_template: Whether prompts are formatted as chats.
        system_prompt: The system message of a chat.
        repeats: Answers to each item.
        reasoning: How much the model thinks.
        generation: The parameters of a generation, by the names that all backends have in common.
        judge: The model that grades the answers.
        free: Options, and parameters of a generation, that the source sets for each model: typing them is no deviation.
        notes: What cannot be had as the source has it, a line each.
        published: The numbers.
    """

    name: str
    description: Text
    dataset: Text
    also: Texts = ()
    revision: Text | None = None
    split: Text = "test"
    subsets: Texts = ()
    method: Method
    prompt: Text | None = None
    num_few_shot: Annotated[int, Field(ge=0, strict=True)] | None = None
    few_shot_split: Text | None = None
    few_shot_seed: Annotated[int, Field(ge=0, strict=True)] | None = None
    evaluator_params: dict[str, Any] = Field(default_factory=dict)
    apply_chat_template: Annotated[bool, Field(strict=True)] | None = None
    system_prompt: Text | None = None
    repeats: Annotated[int, Field(ge=1, strict=True)] = 1
    reasoning: str | int | None = None
    generation: dict[str, Any] = Field(default_factory=dict)
    judge: JudgeSettings | None = None
    free: Texts = ()
    notes: Texts = ()
    published: tuple[Published, ...] = ()

    @field_validator("name")
    @classmethod
    def _has_a_version(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError("it has lower-case words between slashes and a version, such as mine/letters@1")
        return name

    @field_validator("reasoning", mode="before")
    @classmethod
    def _is_a_level(cls, reasoning: object) -> object:
        if isinstance(reasoning, bool) or not isinstance(reasoning, str | int | None):
            raise ValueError("it is a level, such as low, or a number of tokens")
        return reasoning

    @field_validator("generation")
    @classmethod
    def _says_how_to_draw(cls, generation: dict[str, Any]) -> dict[str, Any]:
        for name in generation:
            if name not in (valid := _generation_names()):
                raise ValueError(unknown("parameter", name, valid))
        return generation

    @field_validator("free")
    @classmethod
    def _frees_settings(cls, free: Texts) -> Texts:
        for name in free:
            if name not in (valid := {*_generation_names(), *_FREE}):
                raise ValueError(unknown("setting", name, valid))
        return free

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read one, such as the one beside a package's own module.

        Raises:
            UsageError: The file cannot be read, or is no protocol: the key is named.
        """
        return cls._read(path, f"protocol {path}")

    @classmethod
    def _read(cls, path: str | Path, place: str) -> Self:
        file = typed_path(place, path)
        fields = read_own_toml(file, place)
        prompt = fields.get("prompt")
        if isinstance(prompt, str) and _is_file(prompt, beside := file.parent / prompt):
            fields["prompt"] = str(beside)
        return cls.of_fields(fields, place)

    @classmethod
    def of_fields(cls, fields: dict[str, Any], place: str) -> Self:
        """Make one of what a file says.

        Args:
            fields: The keys and their values.
            place: What messages begin with.

        Raises:
            UsageError: Naming the key; of an unknown one the nearest.
        """
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise UsageError(f"{place}: {_problem(error, cls)}") from None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all that it decides: what it says of published numbers is no part of it."""
        settings = self.model_dump(mode="json", exclude={*_TELLING}, exclude_none=True)
        if self.prompt and _is_file(self.prompt):
            settings["prompt"] = Path(self.prompt).read_text(encoding="utf-8-sig")
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def quotable(self) -> tuple[Published, ...]:
        """The numbers that were read in their sources."""
        return tuple(each for each in self.published if each.read)


def read_protocol(name: str) -> Protocol:
    """Read a user's own file.

    Args:
        name: The path as typed.

    Raises:
        UsageError: As `Protocol.from_file`.
    """
    return Protocol._read(name, f"--protocol {name}")


def _is_file(prompt: str, path: str | Path | None = None) -> bool:
    """Whether a prompt is a file that is there, and no name of one that only happens to be a file's, too."""
    # Imported here: every run imports this module.
    from pytest_haerae.prompts.templates import SUFFIXES

    return Path(prompt).suffix in SUFFIXES and Path(path or prompt).is_file()


_TABLES: dict[str, type[BaseModel]] = {"published": Published, "judge": JudgeSettings}


def _problem(error: ValidationError, whole: type[BaseModel]) -> str:
    first = error.errors(include_url=False)[0]
    where = [f"{part + 1}" if isinstance(part, int) else part for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        table = _TABLES.get(where[0], whole) if len(where) > 1 else whole
        inside = f"[{' '.join(where[:-1])}]: " if len(where) > 1 else ""
        return inside + unknown("key", where[-1], table.model_fields)
    if first["type"] == "missing":
        return f"has no key '{'.'.join(where)}'"
    return f"{'.'.join(where)}: {first['msg'].removeprefix('Value error, ')}".removeprefix(": ")
