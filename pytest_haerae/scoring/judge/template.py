"""The templates of a judge's questions: TOML files of the package, or of a user's own."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from pytest_haerae.errors import ScorerFailure, UsageError, unknown
from pytest_haerae.escaping import shown
from pytest_haerae.scoring.judge.reading import plain
from pytest_haerae.typed_files import read_own_toml
from pytest_haerae.types import Outcome

FOLDER = Path(__file__).parent / "templates"
DEFAULT = "reference_ko"

Kind = Literal["score", "choice", "checklist", "pairwise"]
"""A score of a scale, one of several words, a line for each criterion, or the better one of two answers."""

WORDS_OF_PAIR = ("A", "B", "TIE")
"""What a judge of two answers says: the first one, the second one, or neither is better."""

MOST_NUMBERS = 26
"""The longest scale whose numbers a judge can be kept to."""

_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "description": str,
    "kind": str,
    "system": str,
    "text": str,
    "again": str,
    "lowest": (int, float),
    "highest": (int, float),
    "passes_from": (int, float),
    "verdicts": dict,
    "absent": dict,
}
_KINDS: Mapping[type, str] = {str: "text", dict: "table"}
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")
_NEEDED: Mapping[Kind, tuple[str, ...]] = {
    "score": ("answer",),
    "choice": ("answer",),
    "checklist": ("answer", "rubric"),
    "pairwise": ("first", "second"),
}
"""What a text has to hold, or every answer would be graded alike."""
PLACEHOLDERS = ("question", "options", "reference", "passage", "rubric", "answer", "first", "second", "conversation")
_OUTCOMES: tuple[Outcome, ...] = ("correct", "wrong", "invalid")


@dataclass(frozen=True, slots=True)
class Template:
    """How a judge is asked, and what its words are worth.

    Attributes:
        name: What it is called.
        kind: What the judge is asked for.
        text: The question to it, with placeholders.
        system: The system message; empty for none.
        again: What is asked once more where its verdict cannot be read.
        lowest: The lowest score of a scale; 0 where there is none.
        highest: The highest one; 1 where there is none.
        passes_from: The score, on that scale, from which an answer is right.
        verdicts: For each word of a choice the outcome that it stands for.
        absent: What stands for placeholders that an item has nothing for.
        fingerprint: Hash of all that decides a verdict.
    """

    name: str
    kind: Kind
    text: str
    system: str = ""
    again: str = ""
    lowest: float = 0.0
    highest: float = 1.0
    passes_from: float = 1.0
    verdicts: Mapping[str, Outcome] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""

    def shows(self, placeholder: str) -> bool:
        """Whether the text holds a placeholder."""
        return any(match[2] == placeholder for match in _PLACEHOLDER.finditer(self.text))

    def needs(self, placeholder: str) -> bool:
        """Whether an item that has nothing for a placeholder cannot be asked about."""
        return placeholder not in self.absent and self.shows(placeholder)

    @property
    def words(self) -> tuple[str, ...]:
        """The verdicts that there are, where they can be counted: words, or the whole numbers of a scale."""
        if self.kind == "choice":
            return tuple(self.verdicts)
        if self.kind == "pairwise":
            return WORDS_OF_PAIR
        if self.kind == "score" and self.lowest.is_integer() and self.highest - self.lowest < MOST_NUMBERS:
            return tuple(str(number) for number in range(int(self.lowest), int(self.highest) + 1))
        return ()

    def fill(self, values: Mapping[str, str | None]) -> str:
        """The question with what stands for its placeholders; what stands in braces there stays as it is.

        Raises:
            ScorerFailure: The item lacks one of them.
        """

        def value(match: re.Match[str]) -> str:
            if match[1]:
                return f"{{{match[1]}}}"
            found = values.get(match[2])
            found = found or self.absent.get(match[2], found)
            if found is None:
                raise ScorerFailure(f"template {self.name}: the item has no {match[2]}")
            return found

        return _PLACEHOLDER.sub(value, self.text)

    def passing_from(self, score: float) -> Template:
        """The same, with another score from which an answer is right."""
        return replace(self, passes_from=score)

    def share(self, score: float) -> float:
        """A score of the scale as one of 0 to 1."""
        return (score - self.lowest) / (self.highest - self.lowest)


def template_names() -> tuple[str, ...]:
    """The names of the templates that come with the package, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def find_template(name: str) -> Template:
    """Read a template by its name, or a user's file (``.toml``).

    Raises:
        UsageError: There is none of this name, or the file is malformed; names the place in it.
    """
    own = name.endswith(".toml") or "/" in name or "\\" in name
    if not own and name not in template_names():
        raise UsageError(f"--evaluator-params: template: {unknown('judge template', name, template_names())}")
    place = f"judge template {name}"
    path = Path(name).expanduser() if own else FOLDER / f"{name}.toml"
    return _checked(place, name, read_own_toml(path, place))


def _checked(place: str, name: str, content: Mapping[str, Any]) -> Template:
    for key, value in content.items():
        if key not in _FIELDS:
            raise UsageError(f"{place}: {unknown('field', key, _FIELDS)}")
        kinds = _FIELDS[key]
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise UsageError(f"{place}: {key} is a {_KINDS[kinds] if isinstance(kinds, type) else 'number'}")
    for key in ("kind", "text", "again"):
        if not content.get(key):
            raise UsageError(f"{place}: has no field '{key}'")
    kind = content["kind"]
    if kind not in get_args(Kind):
        raise UsageError(f"{place}: kind: {unknown('kind', kind, get_args(Kind))}")
    _check_text(place, kind, content["text"])
    decides = {key: value for key, value in content.items() if key != "description"}
    digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
    absent = content.get("absent", {})
    for placeholder, words in absent.items():
        if placeholder not in PLACEHOLDERS:
            raise UsageError(f"{place}: absent: {unknown('placeholder', placeholder, PLACEHOLDERS)}")
        if not isinstance(words, str) or not words:
            raise UsageError(f"{place}: absent: {placeholder} is a text")
    text, system, again = (str(content.get(key, "")).strip("\n") for key in ("text", "system", "again"))
    return Template(name, kind, text, system, again, absent=absent, fingerprint=digest, **_worth(place, kind, content))


def _check_text(place: str, kind: Kind, text: str) -> None:
    found = set()
    for match in _PLACEHOLDER.finditer(text):
        if match[2] is not None:
            if match[2] not in PLACEHOLDERS:
                raise UsageError(f"{place}: text: {unknown('placeholder', match[2], PLACEHOLDERS)}")
            found.add(match[2])
    for needed in _NEEDED[kind]:
        if needed not in found:
            raise UsageError(f"{place}: text: holds no {{{needed}}}, which a template of the kind {kind} needs")


def _worth(place: str, kind: Kind, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the words of a judge are worth, by its kind."""
    if kind == "choice":
        verdicts = content.get("verdicts", {})
        for word, outcome in verdicts.items():
            if outcome not in _OUTCOMES:
                raise UsageError(f"{place}: verdicts: {word}: {unknown('outcome', str(outcome), _OUTCOMES)}")
        _check_words(place, tuple(verdicts))
        if "correct" not in verdicts.values():
            raise UsageError(f'{place}: verdicts: no word stands for an answer that is right, such as YES = "correct"')
        return {"verdicts": verdicts}
    lowest, highest = float(content.get("lowest", 0)), float(content.get("highest", 1))
    if kind == "score" and not {"lowest", "highest", "passes_from"} <= content.keys():
        raise UsageError(f"{place}: a template of the kind score has lowest, highest and passes_from")
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        raise UsageError(f"{place}: lowest and highest are finite numbers")
    if not lowest < highest:
        raise UsageError(f"{place}: lowest {lowest:g} is not below highest {highest:g}")
    passes_from = float(content.get("passes_from", highest))
    if not lowest <= passes_from <= highest:
        raise UsageError(f"{place}: passes_from {passes_from:g} is not between {lowest:g} and {highest:g}")
    return {"lowest": lowest, "highest": highest, "passes_from": passes_from}


def _check_words(place: str, words: Sequence[str]) -> None:
    """Refuse words that no text states, or that are one to whoever reads it."""
    seen: dict[str, str] = {}
    for word in words:
        if not word.strip() or set(word) & set("[]"):
            raise UsageError(f"{place}: verdicts: {shown(word)} is no word; the brackets stand in the text alone")
        if (other := seen.setdefault(plain(word), word)) != word:
            raise UsageError(f"{place}: verdicts: {other} and {word} are read as the same word")
